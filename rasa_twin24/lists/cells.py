"""One cell: what it says as a text, and which numbers stand in it."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from rasa_twin24.text.dialling import RUSSIAN_PLAN, dial, refusal
from rasa_twin24.text.phones import Piece, read_numbers
from rasa_twin24.text.plain_line import read_plain_line
from rasa_twin24.text.table import as_typed

Cell = str | float | int | bool | datetime.date | datetime.time | datetime.timedelta | None

MOST_VALUE = 500  # characters of a variable
_MOST_READ = 2_000  # characters of a cell in which numbers are looked for
_CONTROLS = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029]+")
_ROUNDED = re.compile(r"\+?\d[.,]\d{1,20}[eE]\+?\d\d", re.ASCII)
_DIGITS_ONLY = re.compile(r"(?P<plus>\+)?(?P<digits>[\d ().-]{1,40})", re.ASCII)
_FEWEST_DIGITS = 7
_LONG_NUMBER = 10**9
_ZEROS_OF_ROUNDING = 10**5


@dataclass(repr=False)  # not frozen: there is one for each row, and frozen ones are four times as dear
class CellNumbers:
    """The numbers of a cell in E.164, each once, a label beside them, and the pieces that look like numbers.

    `extended` are the numbers that had an extension, as written, with it.
    """

    phones: tuple[str, ...] = ()
    label: str | None = None
    pieces: tuple[Piece, ...] = ()
    extended: tuple[str, ...] = ()


def text_of(cell: Cell) -> str:
    """A cell as a person reads it: whole numbers without a point, dates as ISO 8601, one line, trimmed.

    The apostrophe that office programs and our own exports put before a formula is taken off.
    """
    if isinstance(cell, str):
        if cell.isprintable() and not cell.startswith("'"):  # nearly all of them
            return cell.strip()
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
    "rounded": nothing is filled up.
    """
    if isinstance(cell, str):
        if plain := read_plain_line(cell, region):
            return CellNumbers((plain[2],), plain[3])
    elif isinstance(cell, bool) or not isinstance(cell, int | float) or cell % 1:
        return CellNumbers()
    elif cell >= _LONG_NUMBER and cell % _ZEROS_OF_ROUNDING == 0:
        return CellNumbers(pieces=(Piece(text_of(cell), "rounded"),))
    text = text_of(cell)[:_MOST_READ].lstrip("'")
    reading = read_numbers(text, region)
    pieces = (*reading.rejected, *reading.doubtful)
    if reading.found:
        labels = {found.label for found in reading.found if found.label}
        phones = tuple(dict.fromkeys(found.e164 for found in reading.found))
        extended = tuple(found.extended for found in reading.found if found.extension)
        return CellNumbers(phones, labels.pop() if len(labels) == 1 else None, pieces, extended)
    if bare := _DIGITS_ONLY.fullmatch(text):
        return _from_bare_digits(re.sub(r"\D", "", bare.group("digits")), bare.group("plus") is not None, text, region)
    if not pieces and _ROUNDED.fullmatch(text):
        pieces = (Piece(text, "rounded"),)
    return CellNumbers(pieces=pieces)


def looks_like_numbers(cell: Cell, region: str) -> bool:
    """Tell whether a cell of an unknown column surely holds a phone number."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return False
    text = text_of(cell)[:_MOST_READ]
    return sum(map(str.isdigit, text)) >= _FEWEST_DIGITS and bool(read_numbers(text, region).found)


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
