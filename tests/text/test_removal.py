"""Messages that want numbers taken away."""

from __future__ import annotations

import pytest

from rasa_twin24.text.removal import removes_numbers

REMOVING = [
    "удали номер 89161234567", "убери 8 916 123 45 67", "Удалите, пожалуйста, 89161234567", "вычеркни 89161234567",
    "исключи телефон 8 903 111 22 33", "всем, кроме 89161234567", "замени 89161234567 на 89261234567",
    "не звони на 89161234567", "89161234567 не надо звонить", "номер 89161234567 неверный",
    "это не тот номер 89161234567",
    "внеси 89161234567 в чёрный список", "delete 89161234567", "remove +7 916 123 45 67", "everyone except 89161234567",
    "don't call 89161234567", "ошибка, правильно 89161234567",
]  # fmt: skip
GIVING = [
    "89161234567", "добавь 89161234567", "да, вот ещё 89161234567", "Иван 89161234567", "создай обзвон 89161234567",
    "звони на 89161234567", "не забудь 89161234567", "нет, вот правильный 89161234567", "add 89161234567",
    "Убеев 89161234567", "",
]  # fmt: skip


@pytest.mark.parametrize("text", REMOVING)
def test_taking_away(text: str) -> None:
    assert removes_numbers(text)


@pytest.mark.parametrize("text", GIVING)
def test_giving(text: str) -> None:
    assert not removes_numbers(text)
