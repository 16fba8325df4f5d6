from __future__ import annotations

import pytest

from rasa_twin24.text.doubt import all_dialed_as, all_meant, dialed_as, without_meant
from rasa_twin24.text.phones import Piece, read_numbers


# As written in Russia → what it would be dialed as. 7 200 and +7 300 are no area codes; +49 1555 is not given out.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8 200 123-45-67", "+72001234567"),
        ("+7 (200) 123 45 67", "+72001234567"),
        ("7 200 1234567", "+72001234567"),
        ("+7 300 123 45 67", "+73001234567"),
        ("493012345678", "+493012345678"),
    ],
)
def test_what_is_asked_about_has_a_number_to_dial(text: str, expected: str) -> None:
    reading = read_numbers(text)
    assert reading.found == []
    [piece] = reading.doubtful
    assert dialed_as(piece) == expected


@pytest.mark.parametrize(
    "piece",
    [Piece("12345", "too_short"), Piece("8 916 123-45-67-89", "too_long"), Piece("+999 123", "not_valid")],
)
def test_what_is_not_asked_about_has_none(piece: Piece) -> None:
    assert dialed_as(piece) is None


# What hangs on a number: never passed over in silence.
@pytest.mark.parametrize(
    ("text", "extensions"),
    [
        ("8 916 123-45-67-89", ["89"]),
        ("89161234567-2", ["2"]),
        ("8 916 123-45-67-8 903 234-56-78", [None, None]),
        ("8 916 123-45-67 - Анна", [None]),
        ("8 916 123-45-67 - 8 903 234-56-78", [None, None]),
    ],
)
def test_digits_after_a_hyphen_are_told_as_an_extension(text: str, extensions: list[str | None]) -> None:
    assert [found.extension for found in read_numbers(text).found] == extensions


def test_elsewhere_it_is_read_as_people_there_write_it() -> None:
    [piece] = read_numbers("0155 1234567", "DE").doubtful
    assert dialed_as(piece, "DE") == "+491551234567"


def test_digits_that_a_spreadsheet_rounded_away_are_never_made_up() -> None:
    reading = read_numbers("7,9161234E+10")
    assert [piece.reason for piece in reading.doubtful] == ["rounded"]
    assert all_dialed_as(reading.doubtful) == ()


def test_whoever_is_not_to_be_called_is_believed() -> None:
    reading = read_numbers("89161234567, 8 200 123-45-67, 8 200 123-45-67, 8916123, 7,91612E+10")
    assert all_meant(reading) == ["+79161234567", "+72001234567"]
    rest = without_meant(reading)
    assert [piece.reason for piece in (*rest.rejected, *rest.doubtful)] == ["too_short", "rounded"]
    assert rest.found == []
