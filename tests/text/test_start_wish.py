"""Whether a message that brings a task or numbers asks to start, forbids it, or says nothing of it."""

from __future__ import annotations

import pytest

from rasa_twin24.text.start_wish import start_wish


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("создай обзвон Курьеры, номера 8 916 123-45-67, и запускай", "Курьеры", True),
        ("89161234567, можно запускать", "", True),
        ("добавь 89161234567 и погнали", "", True),
        ("Номера: 89161234567. Запускай!", "", True),
        ("обзвони 89161234567", "", True),
        ("create a campaign Drivers with +79161234567 and launch", "Drivers", True),
        ("+79161234567 then start it", "", True),
        ("добавь 89161234567, но не запускай", "", False),
        ("89161234567, пока не начинай", "", False),
        ("89161234567, запускать не надо", "", False),
        ("add +79161234567 but don't start yet", "", False),
        ("89161234567, без запуска", "", False),
        # the words of a name mean nothing
        ("создай обзвон Старт и запускай, номер 89161234567", "Старт и запускай", None),
        ("создай обзвон «Запускай сам», 89161234567", "Запускай сам", None),
        ("создай обзвон «Не запускай», 89161234567, запускай", "Не запускай", True),
        # another time, a condition, a question promise nothing
        ("89161234567, запусти завтра", "", None),
        ("89161234567, запустим, если успеем", "", None),
        ("89161234567, запускать?", "", None),
        ("+79161234567, start tomorrow", "", None),
        ("вот 89161234567", "", None),
        ("запуск ракеты 89161234567", "", None),
        ("", "", None),
    ],
)
def test_wishes(text: str, name: str, expected: bool | None) -> None:
    assert start_wish(text, name) is expected
