"""Corrections: which number was to be which, and what the task is to be called."""

from __future__ import annotations

import re

import pytest

from rasa_twin24.text.correction import Rename, Swap, read_rename, read_swap
from rasa_twin24.text.edit_list import Wish, read_wish

PHONE = re.compile(r"\b[78]\d{10}\b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ой, не 89161234567 а 89171234567", Swap(0, 1)),
        ("не 89161234567, а 89171234567", Swap(0, 1)),
        ("замени 89161234567 на 89171234567", Swap(0, 1)),
        ("вместо 89161234567 надо 89171234567", Swap(0, 1)),
        ("89161234567 неверный, правильный 89171234567", Swap(0, 1)),
        ("not 89161234567 but 89171234567", Swap(0, 1)),
        ("replace 89161234567 with 89171234567", Swap(0, 1)),
        ("89171234567 вместо 89161234567", Swap(1, 0)),
        ("89171234567, а не 89161234567", Swap(1, 0)),
        ("последний номер не тот, правильный 89171234567", Swap(None, 0)),
        ("замени последний на 89171234567", Swap(None, 0)),
        ("the last number is wrong, it's 89171234567", Swap(None, 0)),
        # whoever is not to be called is not exchanged for somebody
        ("не звони на 89161234567, а звони на 89171234567", None),
        ("89161234567, 89171234567", None),
        ("вот последний номер 89161234567", None),
        ("номер не тот, правильный 89171234567", None),
        ("не 89161234567, а 89171234567 и 89031234567", None),
        ("", None),
    ],
)
def test_numbers(text: str, expected: Swap | None) -> None:
    assert read_swap(text, [found.span() for found in PHONE.finditer(text)]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("не Курьеры, а Водители", Rename("Водители", "Курьеры")),
        ("не «курьеры», а «водители»", Rename("водители", "курьеры")),
        ("нет, не Курьеры а Водители", Rename("Водители", "Курьеры")),
        ("not Couriers but Drivers", Rename("Drivers", "Couriers")),
        ("no, call it Drivers", Rename("Drivers")),
        ("переименуй в Водители", Rename("Водители")),
        ("переименуй обзвон в «Не Москва, а Питер»", Rename("Не Москва, а Питер")),
        ("rename it to Drivers", Rename("Drivers")),
        ("смени название на Водители", Rename("Водители")),
        ("назови его Водители", Rename("Водители")),
        ("я ошибся в названии, правильно Водители", Rename("Водители")),
        ("wrong name, it should be Drivers", Rename("Drivers")),
        ("я ошибся в названии", Rename(None)),
        ("название неправильное", Rename(None)),
        ("переименуй", Rename(None)),
        # no wish for another name
        ("создай обзвон «Не Москва, а Питер»", None),
        ("создай обзвон, назови его Водители", None),
        ("не сегодня, а завтра", None),
        ("не надо", None),
        ("да, а нет", None),
        ("переименовать можно?", None),
        ("", None),
    ],
)
def test_names(text: str, expected: Rename | None) -> None:
    assert read_rename(text) == expected


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("последний номер неверный", Wish.LAST),
        ("последний номер был ошибочный", Wish.LAST),
        ("the last number is wrong", Wish.LAST),
        ("третий номер неправильный", Wish.PLACES),
        ("номер неверный", None),
        ("последний раз ошибся", None),
    ],
)
def test_a_wrong_number_goes_off_the_list(text: str, wish: Wish | None) -> None:
    assert read_wish(text, numbers=False) == wish
