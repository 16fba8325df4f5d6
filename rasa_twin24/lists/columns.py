"""Which column of a table holds the numbers, and what the others are called. Decided by what stands in the cells.

The words of the header only break ties, and keep out columns whose digits are known to be something else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rasa_twin24.lists.cells import Cell, looks_like_numbers, numbers_in, text_of
from rasa_twin24.lists.outcome import ChooseColumn, UnreadableList
from rasa_twin24.text.doubt import all_dialed_as
from rasa_twin24.text.normalise import normalise

SAMPLE_ROWS = 200  # rows with something in them that the decision is taken from
MOST_COLUMNS = 50
_MOST_NAME = 60  # characters
_MOST_ROWS_ABOVE = 20  # titles and the header

_GOOD_SHARE = 0.3  # of a column's filled cells, for it to be one of numbers
_RIVAL_SHARE = 0.5  # of the best column's numbers, for another one to be asked about
_FEWEST_DIGITS = 5  # a cell with fewer may be a header: "Телефон 2"

_PHONE_WORDS = re.compile(
    r"(?<![a-zа-я])(?:тел(?!егр|ев|о)|моб|сотов|номер(?:а)? тел|phone|mobile|cell|msisdn|tel(?![a-z])|whats)"
)
_NUMBER_WORDS = re.compile(r"\s*(?:номера?|numbers?)\s*")
_OTHER_WORDS = re.compile(
    r"(?<![a-zа-я])(?:инн|кпп|огрн|снилс|бик|окпо|паспорт|серия|карт|сч[её]?т|р/с|к/с|л/с|договор|заказ|заявк|накладн|чек|сумм"
    r"|цен|стоим|оплат|долг|дат|врем|год|рожд|индекс|адрес|код|факс|артикул|штрих|uid|guid|uuid|id|ид|inn|passport|card"
    r"|account|contract|order|invoice|amount|sum|price|date|time|birth|zip|fax|code|sku)(?![a-z])"
)


class Row(NamedTuple):
    """A row with something in it; `number` is 1-based, as the program shows it that wrote the file."""

    number: int
    cells: Sequence[Cell]

    def cell(self, index: int) -> Cell:
        return self.cells[index] if index < len(self.cells) else None


@dataclass(frozen=True)
class Columns:
    """What a table's columns are. Rows up to `last_above` are titles and the header, and no people."""

    index: int
    name: str  # header or letter
    last_above: int
    variables: dict[int, str]
    has_header: bool


def elect(sample: Sequence[Row], region: str, first_letter: int = 0, chosen: int | None = None) -> Columns:
    """Find the column of numbers; `chosen` overrules. `first_letter` is how many empty columns stand on the left.

    Raises ChooseColumn, UnreadableList("no_numbers").
    """
    width = min(max((len(row.cells) for row in sample), default=0), MOST_COLUMNS)
    if chosen is not None:
        if not 0 <= chosen < width:
            raise UnreadableList("no_numbers")
        return _columns(sample, chosen, width, first_letter)
    read = [_Column.read(sample, index, region) for index in range(width)]
    candidates = [column for column in read if column.share >= _GOOD_SHARE and not column.is_other]
    if not candidates:
        candidates = [column for column in read if column.is_phone and column.read_as_numbers(sample, region)]
    if not candidates:
        raise UnreadableList("no_numbers")
    most = max(column.good for column in candidates)
    rivals = [column for column in candidates if column.good >= most * _RIVAL_SHARE]
    if not any(column.is_phone for column in rivals):  # a header that says "phone" over mostly broken numbers
        rivals += [column for column in read if column.is_phone and column.good and column not in rivals]
    plain = [column for column in rivals if column.is_phone]
    if len(plain) == 1 and plain[0].share >= _GOOD_SHARE:
        rivals = plain
    if len(rivals) > 1:
        ordered = sorted(plain if len(plain) > 1 else rivals, key=lambda column: column.index)
        raise ChooseColumn([(column.index, column.header or letter(column.index + first_letter)) for column in ordered])
    return _columns(sample, rivals[0].index, width, first_letter)


def header_of(sample: Sequence[Row], index: int) -> Row | None:
    """The lowest row above the column's first digits that has a word there; one that comes again ("нет") is none."""
    above: list[Row] = []
    for row in sample[: _MOST_ROWS_ABOVE + 1]:
        if _digits(row.cell(index)) >= _FEWEST_DIGITS:
            break
        above.append(row)
    else:
        if len(sample) > _MOST_ROWS_ABOVE:
            return None
    words = Counter(text_of(row.cell(index)) for row in sample)
    for row in reversed(above):
        word = text_of(row.cell(index))
        if words[word] == 1 and any(map(str.isalpha, word)):
            return row
    return None


def letter(index: int) -> str:
    """The name of a column as Excel shows it: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


@dataclass(frozen=True)
class _Column:
    index: int
    header: str
    good: int  # cells that surely hold a number
    share: float  # of the filled ones below the header

    @classmethod
    def read(cls, sample: Sequence[Row], index: int, region: str) -> _Column:
        header = header_of(sample, index)
        below = [row.cell(index) for row in sample if header is None or row.number > header.number]
        good = sum(looks_like_numbers(cell, region) for cell in below)
        filled = sum(text_of(cell) != "" for cell in below)
        return cls(index, text_of(header.cell(index)) if header else "", good, good / filled if filled else 0.0)

    @property
    def is_phone(self) -> bool:
        name = _plain(self.header)
        return not self.is_other and bool(_PHONE_WORDS.search(name) or _NUMBER_WORDS.fullmatch(name))

    @property
    def is_other(self) -> bool:
        name = _plain(self.header)
        return not _PHONE_WORDS.search(name) and bool(_OTHER_WORDS.search(name))

    def read_as_numbers(self, sample: Sequence[Row], region: str) -> bool:
        """Tell whether anything in the column can be dialled or asked about, now that its header says what it holds."""
        read = (numbers_in(row.cell(self.index), region) for row in sample)
        return any(numbers.phones or all_dialed_as(numbers.pieces, region) for numbers in read)


def _columns(sample: Sequence[Row], index: int, width: int, first_letter: int) -> Columns:
    header = header_of(sample, index)
    if header is None:
        return Columns(index, letter(index + first_letter), 0, _unnamed(sample, index, width), has_header=False)
    names: dict[int, str] = {}
    for other in range(width):
        name = text_of(header.cell(other))[:_MOST_NAME].strip()
        if other != index and name:
            names[other] = _unused(name, set(names.values()))
    own = text_of(header.cell(index))[:_MOST_NAME] or letter(index + first_letter)
    return Columns(index, own, header.number, names, has_header=True)


def _unnamed(sample: Sequence[Row], index: int, width: int) -> dict[int, str]:
    """Without a header nothing says what a column is; a single one beside the numbers is a label, if it has words."""
    filled = {other for row in sample for other in range(width) if other != index and text_of(row.cell(other))}
    if len(filled) != 1:
        return {}
    only = filled.pop()
    has_words = any(map(str.isalpha, "".join(text_of(row.cell(only)) for row in sample)))
    return {only: ""} if has_words else {}


def _unused(name: str, used: set[str]) -> str:
    """A header that comes twice gets a number: "Город", "Город 2"."""
    count, unused = 1, name
    while unused in used:
        count += 1
        unused = f"{name} {count}"
    return unused


def _digits(cell: Cell) -> int:
    return sum(map(str.isdigit, text_of(cell)[:_MOST_NAME]))


def _plain(header: str) -> str:
    return normalise(header[:_MOST_NAME]).text
