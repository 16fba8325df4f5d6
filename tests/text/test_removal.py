"""Messages that want numbers taken away."""

from __future__ import annotations

import pytest

from rasa_twin24.text.removal import is_said_of_all, removes_numbers, tells_unwillingness

REMOVING = [
    "удали номер 89161234567", "убери 8 916 123 45 67", "Удалите, пожалуйста, 89161234567", "вычеркни 89161234567",
    "исключи телефон 8 903 111 22 33", "всем, кроме 89161234567", "замени 89161234567 на 89261234567",
    "не звони на 89161234567", "89161234567 не надо звонить", "номер 89161234567 неверный",
    "это не тот номер 89161234567",
    "внеси 89161234567 в чёрный список", "delete 89161234567", "remove +7 916 123 45 67", "everyone except 89161234567",
    "don't call 89161234567", "ошибка, правильно 89161234567",
    "удоли 89161234567", "хватит звонить на 89161234567", "перестань ей звонить 89161234567", "89161234567 лишний",
    "не беспокоить 89161234567", "не надо 89161234567", "не нужно звонить на 89161234567", "take 89161234567 off",
    "stop calling 89161234567", "заблокируй 89161234567", "89161234567 больше не актуален", "uberi 89161234567",
]  # fmt: skip
GIVING = [
    "89161234567", "добавь 89161234567", "да, вот ещё 89161234567", "Иван 89161234567", "создай обзвон 89161234567",
    "звони на 89161234567", "не забудь 89161234567", "нет, вот правильный 89161234567", "add 89161234567",
    "Убеев 89161234567", "", "take these: 89161234567", "Лишенко 89161234567", "Блок 89161234567", "надо 89161234567",
]  # fmt: skip


UNWILLING = [
    "89161234567 отписался от звонков", "89161234567 отказалась", "8 916 123-45-67 - отказ", "она против 89161234567",
    "абонент 89161234567 жалуется", "89161234567 не хочет", "89161234567 умер", "просил им не звонить 89161234567",
    "89161234567 уволился", "89161234567 opted out", "89161234567 doesn't want it", "89161234567 is not interested",
]  # fmt: skip
WILLING = [
    "аптека напротив 89161234567", "Отказов Иван 89161234567", "Умеров 89161234567", "не против 89161234567",
    "не хочешь добавить 89161234567", "Жалов 89161234567", "89161234567 согласен", "89161234567 wants it",
]  # fmt: skip


@pytest.mark.parametrize("text", UNWILLING)
def test_somebody_who_does_not_want_to_be_called(text: str) -> None:
    assert tells_unwillingness(text)


@pytest.mark.parametrize("text", [*WILLING, *GIVING])
def test_nobody_who_does_not_want_to_be_called(text: str) -> None:
    assert not tells_unwillingness(text)


@pytest.mark.parametrize("text", REMOVING)
def test_taking_away(text: str) -> None:
    assert removes_numbers(text)


@pytest.mark.parametrize("text", GIVING)
def test_giving(text: str) -> None:
    assert not removes_numbers(text)


@pytest.mark.parametrize(
    ("text", "of_all"),
    [
        ("убери 8 916 123-45-67", True),
        ("убери 8 916 123-45-67\n8 916 123-45-68", True),
        ("убери:\n8 916 123-45-67\n8 916 123-45-68", True),
        ("8 916 123-45-67\n8 916 123-45-68\nубери их", True),
        ("убери 8 916 123-45-67\nубери 8 916 123-45-68", True),
        ("8 916 123-45-67 Иван\n8 916 123-45-68 не звонить", False),
        ("8 916 123-45-67 не звонить\n8 916 123-45-68 Иван", False),
        ("8 916 123-45-67 не звонить\n12\n8 916 123-45-68", False),
    ],
)
def test_of_all_numbers_or_of_some(text: str, of_all: bool) -> None:
    assert is_said_of_all(text, removes_numbers) is of_all
