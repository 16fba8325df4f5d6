"""The language of a message, when it tells."""

from __future__ import annotations

import pytest

from rasa_twin24.text.language import language_of

RUSSIAN = [
    "да", "нет", "привет", "Создай обзвон", "создай обзвон «Spring Sale»", "создай обзвон Spring Sale",
    "запусти OK TWIN CRM task", "добавь 89161234567", "статус задания 3f2b8c1e-77aa-4d1e-9b3c-5a6f7e8d9c01",
    "скинь на ivan@mail.ru", "ок", "👍 да", "дa", "Сделай call task", "я из OOO",
]  # fmt: skip
ENGLISH = [
    "yes", "no", "Yes, please", "hello", "help", "start the calls", "create a call task", "Status", "cancel",
    "create a call task called «Весна»", "create a task Весна", "add the number 89161234567", "what can you do?",
    "don't", "thanks!", "how many calls are done?", "Good morning", "pause the campaign", "my tasks",
]  # fmt: skip
UNTOLD = [
    "", " ", "123", "89161234567", "+7 916 123-45-67", "👍", "✅ 👌", "?", "...", "OK", "ok", "TWIN",
    "Twin24", "Spring", "start", "Stop", "https://example.com/help",
    "ivan@mail.com", "3f2b8c1e-77aa-4d1e-9b3c-5a6f7e8d9c01", "«Весна»",
    '"Spring sale"', "lf", "ghbdtn", "OK Google", "task_4512",
]  # fmt: skip


@pytest.mark.parametrize("text", RUSSIAN)
def test_russian(text: str) -> None:
    assert language_of(text) == "ru"


@pytest.mark.parametrize("text", ENGLISH)
def test_english(text: str) -> None:
    assert language_of(text) == "en"


@pytest.mark.parametrize("text", UNTOLD)
def test_a_text_that_does_not_tell(text: str) -> None:
    assert language_of(text) is None
