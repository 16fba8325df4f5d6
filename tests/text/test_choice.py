"""What is the number of an option, and what is not."""

from __future__ import annotations

import pytest

from rasa_twin24.text.choice import read_choice


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("1.", 1),
        ("2)", 2),
        (" 3 ", 3),
        ("№2", 2),
        ("12", 12),
        ("Первое", 1),
        ("первый вариант", 1),
        ("второй", 2),
        ("третью", 3),
        ("третий", 3),
        ("четвёртое.", 4),
        ("четвертый пункт", 4),
        ("десятая", 10),
        ("first", 1),
        ("the second one", 2),
        ("Third option", 3),
        ("", None),
        ("0", None),
        ("01", None),
        ("100", None),
        ("1 2", None),
        ("1,2", None),
        ("1й", None),
        ("+1", None),
        ("89161234567", None),
        ("8 916 123-45-67", None),
        ("да", None),
        ("один номер", None),
        ("первое апреля", None),
        ("второстепенное", None),
        ("пятница", None),
        ("да, 1", None),
        ("1 да", None),
    ],
)
def test_choice(text: str, number: int | None) -> None:
    assert read_choice(text) == number
