"""What is asked or wondered in place of a name, and names that look like it."""

from __future__ import annotations

import pytest

from rasa_twin24.text.not_a_name import is_no_name


@pytest.mark.parametrize(
    "text",
    [
        "а сколько это стоит?",
        "как его назвать?",
        "Какое название лучше??",
        "ну а что тут писать?!",
        "в какие часы вы звоните?",
        "можно потом переименовать?",
        "а зачем название",
        "слушай а как потом добавить номера",
        "сколько уже номеров",
        "не знаю",
        "пока не знаю как назвать",
        "ну придумай сам",
        "хз",
        "без разницы",
        "what should I write here?",
        "can I rename it later?",
        "how much is it",
        "I don't know yet",
        "you choose",
        "whatever",
    ],
)
def test_no_name(text: str) -> None:
    assert is_no_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "Курьеры",
        "Готовы к лету?",
        "Весна близко?!",
        "Как дома",
        "Что делать",
        "Кто, если не мы",
        "Можно всё",
        "Незнайка",
        "Любимые клиенты",
        "Какао",
        "«Как дела?»",
        '"не знаю"',
        "How-to",
        "Will Smith",
        "Is it you",
        "Do it again",
        "Whatsapp",
    ],
)
def test_a_name(text: str) -> None:
    assert not is_no_name(text)
