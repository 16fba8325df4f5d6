"""Tables in text files: whatever stands between the cells, whoever wrote the quotes."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterator

from rasa_twin24.lists.columns import Row
from rasa_twin24.lists.encoding import lines_of
from rasa_twin24.lists.outcome import UnreadableList
from rasa_twin24.lists.table import Table

_DELIMITERS = (";", "\t", "|", ",")
_SAMPLE_LINES = 200
_LONGEST_SAMPLE = 1 << 18  # characters
_REGULAR_SHARE = 0.8  # of lines with the same number of cells
_SOME_SHARE = 0.5  # of lines with several cells: enough if the name says that it is a table
_LONGEST_CELL = 10_000  # characters; a longer one has lost its closing quote
_MOST_LINES_IN_CELL = 30
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*")  # Excel's own, and shown by it as no row

csv.field_size_limit(_LONGEST_CELL)


def find_delimiter(content: bytes, encoding: str, named_table: bool) -> str | None:
    """What stands between the cells, or None for lines without cells. `named_table`: the name ends in .csv or .tsv."""
    lines = _sample(content, encoding)
    if lines and (told := _SEPARATOR_LINE.fullmatch(lines[0])):
        return told.group(1)
    best: tuple[float, int, str] | None = None
    for delimiter in _DELIMITERS:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            widths = Counter(line.count(delimiter) + 1 for line in lines)
        width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
        several = sum(number for cells, number in widths.items() if cells > 1)
        regular = width > 1 and count >= widths.total() * _REGULAR_SHARE if lines else False
        if (regular or (named_table and several >= len(lines) * _SOME_SHARE)) and lines:
            found = (count / len(lines), width, delimiter)
            best = max(best or found, found, key=lambda each: each[:2])
    return best[2] if best else None


def delimited_table(content: bytes, encoding: str, delimiter: str, most_rows: int) -> Table:
    """The table of a text. Raises UnreadableList("too_many_rows")."""
    quoting = csv.QUOTE_MINIMAL
    try:
        count = _checked_count(content, encoding, delimiter, quoting)
    except csv.Error:  # a quote that nothing closes would swallow rows
        quoting = csv.QUOTE_NONE
        count = sum(1 for line in lines_of(content, encoding) if line.strip())
    if count > most_rows + 1:
        raise UnreadableList("too_many_rows", rows=most_rows)
    return Table("csv", lambda: _rows(content, encoding, delimiter, quoting))


def _sample(content: bytes, encoding: str) -> list[str]:
    taken: list[str] = []
    length = 0
    for line in lines_of(content, encoding):
        length += len(line)
        if len(taken) == _SAMPLE_LINES or length > _LONGEST_SAMPLE:
            break
        if line.strip():
            taken.append(line)
    return taken


def _checked_count(content: bytes, encoding: str, delimiter: str, quoting: int) -> int:
    """How many rows there are. Raises csv.Error where a cell swallowed lines."""
    count = last = 0
    reader = csv.reader(lines_of(content, encoding, newline=""), delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]
    for cells in reader:
        if reader.line_num - last > _MOST_LINES_IN_CELL:
            raise csv.Error("a quote is not closed")
        last = reader.line_num
        count += bool(cells)
    return count


def _rows(content: bytes, encoding: str, delimiter: str, quoting: int) -> Iterator[Row]:
    """Rows are counted as Excel does: a cell of several lines stands in one, a blank line is one."""
    lines = lines_of(content, encoding, newline="")
    first = next(lines, "")
    if not _SEPARATOR_LINE.fullmatch(first):
        lines = itertools.chain([first], lines)
    reader = csv.reader(lines, delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]
    for number, cells in enumerate(reader, start=1):
        if any(cell and not cell.isspace() for cell in cells):
            yield Row(number, cells)
