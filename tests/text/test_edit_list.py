"""What a message wants done with the list that is being made."""

from __future__ import annotations

import pytest

from rasa_twin24.text.consent import Answer, read_answer
from rasa_twin24.text.edit_list import Wish, read_places, read_wish

REMOVE = [
    "убери 89161234567", "удали 89161234567 и 89161234568", "Удалите, пожалуйста, 8 916 123-45-67",
    "вычеркни 89161234567",
    "не звони на 89161234567", "не надо звонить на 89161234567", "хватит звонить на 89161234567", "89161234567 лишний",
    "не тот номер, убери 89161234567", "да, но убери 89161234567", "удоли 89161234567", "89161234567 больше не нужен",
    "remove 89161234567", "don't call 89161234567", "take 89161234567 off the list", "убери:\n89161234567\n89161234568",
]  # fmt: skip
UNSURE = [
    "замени 89161234567 на 89161234568", "всем, кроме 89161234567", "ошибка, правильно 89161234567",
    "не удаляй 89161234567",
    "не звони на 89161234567, звони на 89161234568", "убери 89161234567, добавь 89161234568", "не надо 89161234567",
    "убери 89161234567 и запускай", "remove 89161234567 and add 89161234568", "everyone except 89161234567",
    "89161234567 Иван\n89161234568 не звонить", "очисти 89161234567", "don't delete 89161234567",
]  # fmt: skip
NOTHING_WITH_NUMBERS = ["89161234567", "добавь 89161234567", "Иван 89161234567", "звони на 89161234567"]
WITHOUT_NUMBERS = {
    "убери последний": Wish.LAST, "удали последний номер": Wish.LAST, "Убери последнего!": Wish.LAST,
    "remove the last one": Wish.LAST, "удоли последний": Wish.LAST, "убери последний номер из обзвона": Wish.LAST,
    "удали третий": Wish.PLACES, "убери второго": Wish.PLACES, "удали первый и третий номер": Wish.PLACES,
    "убери № 12": Wish.PLACES, "удали номер 3": Wish.PLACES, "remove the second number": Wish.PLACES,
    "да, только сначала удали первый номер": Wish.PLACES,
    "очисти": Wish.CLEAR, "Очистить, пожалуйста!": Wish.CLEAR, "clear": Wish.CLEAR,
    "очисти список": Wish.CLEAR, "удали все номера": Wish.CLEAR, "убери всех": Wish.CLEAR, "clear the list": Wish.CLEAR,
    "delete everybody": Wish.CLEAR, "обнули список номеров": Wish.CLEAR,
    # which, or something else
    "убери последние два": None, "удали лишний номер": None, "убери": None, "не удаляй последний": None,
    "не очищай список": None,
    "удали мои данные": None, "очисти мои данные": None, "отмени последнее задание": None, "убери стоп": None,
    "удали всё": None, "удали Анну из бота": None, "убери последнего и запускай": None, "последний": None,
    "да": None, "": None,
}  # fmt: skip


@pytest.mark.parametrize("text", REMOVE)
def test_numbers_to_be_taken_off(text: str) -> None:
    assert read_wish(text, numbers=True) is Wish.REMOVE


@pytest.mark.parametrize("text", UNSURE)
def test_numbers_that_are_neither_taken_off_nor_given(text: str) -> None:
    assert read_wish(text, numbers=True) is Wish.UNSURE


@pytest.mark.parametrize("text", NOTHING_WITH_NUMBERS)
def test_numbers_that_are_given(text: str) -> None:
    assert read_wish(text, numbers=True) is None


@pytest.mark.parametrize("text", WITHOUT_NUMBERS)
def test_without_numbers(text: str) -> None:
    assert read_wish(text, numbers=False) is WITHOUT_NUMBERS[text]


@pytest.mark.parametrize("text", [text for text, wish in WITHOUT_NUMBERS.items() if wish is not None])
def test_a_wish_about_the_list_is_no_consent(text: str) -> None:
    assert read_answer(text) is not Answer.YES


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("удали третий", [3]),
        ("удали третьего", [3]),
        ("убери первый, второй и десятый", [1, 2, 10]),
        ("убери 3-й номер", [3]),
        ("убери № 12 и №4", [4, 12]),
        ("удали номер 7", [7]),
        ("remove the 2nd and the fifth", [2, 5]),
        ("удали номер 0", []),
        ("убери последний", []),
        ("удали 89161234567", []),
    ],
)
def test_places(text: str, places: list[int]) -> None:
    assert read_places(text) == places
