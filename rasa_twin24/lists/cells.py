"""One cell: what it says as a text, and which numbers stand in it."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from rasa_twin24.text.dialling import LONGEST_DIGITS, RUSSIAN_PLAN, dial, refusal
from rasa_twin24.text.phones import Piece, read_numbers
from rasa_twin24.text.table import as_typed

Cell = str | float | int | bool | datetime.date | datetime.time | datetime.timedelta | None

MOST_VALUE = 500  # characters of a variable
_MOST_READ = 2_000  # characters of a cell in which numbers are looked for
_CONTROLS = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029]+")
# What a program writes for a number too long for its column.
_EXPONENT = re.compile(r"\+?(?P<whole>\d)(?:[.,](?P<decimals>\d{1,20}))?[eEеЕ]\+?(?P<exponent>\d{1,2})")
_WITH_ZERO_DECIMALS = re.compile(r"(?P<digits>\+?\d{7,15})[.,]0{1,2}")
_DIGITS_ONLY = re.compile(r"(?P<plus>\+)?(?P<digits>[\d ().-]{1,40})", re.ASCII)
_LONG_NUMBER = 10**9
_ZEROS_OF_ROUNDING = 10**5


@dataclass(repr=False)  # not frozen: there is one for each row, and frozen ones are four times as dear
class CellNumbers:
    """The numbers of a cell in E.164, each once, a label beside them, and the pieces that look like numbers."""

    phones: tuple[str, ...] = ()
    label: str | None = None
    pieces: tuple[Piece, ...] = ()


def text_of(cell: Cell) -> str:
    """A cell as a person reads it: whole numbers without a point, dates as ISO 8601, one line, trimmed.

    The apostrophe that office programs and our own exports put before a formula is taken off.
    """
    if isinstance(cell, str):
        if cell.startswith("'"):
            cell = as_typed(cell)
        return (cell if cell.isprintable() else _CONTROLS.sub(" ", cell)).strip()
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, datetime.date | datetime.time) else str(cell)


def value_of(cell: Cell) -> str:
    """What a cell gives as a variable: at most 500 characters."""
    text = text_of(cell)
    return text if len(text) <= MOST_VALUE else text[:MOST_VALUE].strip()


def numbers_in(cell: Cell, region: str) -> CellNumbers:
    """The numbers of a cell that is known to hold them; what cannot be dialled is among the pieces.

    Where rounding may have eaten digits (7.91612E+10, or a numeric cell that ends in five zeros) the number is
    "not_valid": nothing is filled up.
    """
    if cell is None or isinstance(cell, bool | datetime.date | datetime.time | datetime.timedelta):
        return CellNumbers()
    text = text_of(cell)
    if not isinstance(cell, str):
        if not float(cell).is_integer():
            return CellNumbers()
        if cell >= _LONG_NUMBER and cell % _ZEROS_OF_ROUNDING == 0:
            return CellNumbers(pieces=(Piece(text, "not_valid"),))
    elif exponent := _EXPONENT.fullmatch(text):
        return _from_exponent(exponent, region)
    elif decimals := _WITH_ZERO_DECIMALS.fullmatch(text):
        text = decimals.group("digits")
    return _numbers_in(text.lstrip("'"), region)


def looks_like_numbers(cell: Cell, region: str) -> bool:
    """Tell whether a cell of an unknown column surely holds a phone number."""
    if cell is None or isinstance(cell, bool | datetime.date | datetime.time | datetime.timedelta):
        return False
    text = text_of(cell)
    if sum(map(str.isdigit, text[:_MOST_READ])) < 7:
        return False
    if isinstance(cell, str) and (exponent := _EXPONENT.fullmatch(text)):
        return bool(_from_exponent(exponent, region).phones)
    if decimals := _WITH_ZERO_DECIMALS.fullmatch(text):
        text = decimals.group("digits")
    return bool(read_numbers(text[:_MOST_READ], region).found)


def _numbers_in(text: str, region: str) -> CellNumbers:
    reading = read_numbers(text[:_MOST_READ], region)
    if len(reading.found) == 1:
        (only,) = reading.found
        return CellNumbers((only.e164,), only.label, (*reading.rejected, *reading.doubtful))
    if reading.found:
        phones = tuple(dict.fromkeys(found.e164 for found in reading.found))
        labels = {found.label for found in reading.found if found.label}
        label = labels.pop() if len(labels) == 1 else None
        return CellNumbers(phones, label, (*reading.rejected, *reading.doubtful))
    if bare := _DIGITS_ONLY.fullmatch(text):
        return _from_bare_digits(re.sub(r"\D", "", bare.group("digits")), bare.group("plus") is not None, text, region)
    return CellNumbers(pieces=(*reading.rejected, *reading.doubtful))


def _from_bare_digits(digits: str, plus: bool, text: str, region: str) -> CellNumbers:
    """Digits that in a message might be anything; in a column of numbers they are one.

    Not in Russia's plan when they begin with 7 or 8: ten such digits are a number that lost one, or an ИНН.
    """
    if not digits:
        return CellNumbers()
    unsure = region in RUSSIAN_PLAN and not plus and len(digits) == 10 and digits[0] not in "349"
    e164 = None if unsure else dial(digits, plus, region)
    if e164 is None:
        return CellNumbers(pieces=(Piece(text, refusal(digits, plus, region)),))
    return CellNumbers((e164,))


def _from_exponent(found: re.Match[str], region: str) -> CellNumbers:
    decimals, exponent = found.group("decimals") or "", int(found.group("exponent"))
    if exponent >= LONGEST_DIGITS:
        return CellNumbers(pieces=(Piece(found.group(), "too_long"),))
    if len(decimals) < exponent or decimals[exponent:].strip("0"):
        return CellNumbers(pieces=(Piece(found.group(), "not_valid"),))
    return _numbers_in(found.group("whole") + decimals[:exponent], region)
