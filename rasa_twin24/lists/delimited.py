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
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*")  # Excel's own, and shown by it as no row

csv.field_size_limit(1 << 27)  # characters; the worker's memory is the limit


def find_delimiter(content: bytes, encoding: str, named_table: bool) -> str | None:
    """What stands between the cells, or None for lines without cells. `named_table`: the name ends in .csv or .tsv."""
    lines = _sample(content, encoding)
    if lines and (told := _SEPARATOR_LINE.fullmatch(lines[0])):
        return told.group(1)
    best: tuple[float, int, str] | None = None
    for delimiter in _DELIMITERS:
        widths = Counter(len(_cells(line, delimiter)) for line in lines)
        width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
        several = sum(number for cells, number in widths.items() if cells > 1)
        regular = width > 1 and count >= len(lines) * _REGULAR_SHARE
        if regular or (named_table and several and several >= len(lines) * _SOME_SHARE):
            found = (count / len(lines), width, delimiter)
            best = max(best or found, found, key=lambda each: each[:2])
    return best[2] if best else None


def delimited_table(content: bytes, encoding: str, delimiter: str, most_rows: int) -> Table:
    """The table of a text. Raises UnreadableList("too_many_rows")."""
    quoting = csv.QUOTE_MINIMAL if _quotes_are_closed(content, encoding, delimiter) else csv.QUOTE_NONE
    count = sum(1 for _ in _rows(content, encoding, delimiter, quoting))
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


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _quotes_are_closed(content: bytes, encoding: str, delimiter: str) -> bool:
    """Tell whether every cell of several lines ends with a quote of its own; one that does not swallows people."""
    taken: list[str] = []

    def remembered() -> Iterator[str]:
        for line in lines_of(content, encoding, newline=""):
            taken.append(line)
            yield line

    for _ in csv.reader(remembered(), delimiter=delimiter):
        if len(taken) > 1 and not _is_strict("".join(taken), delimiter):
            return False
        taken.clear()
    return True


def _is_strict(record: str, delimiter: str) -> bool:
    try:
        return bool(list(csv.reader(record.splitlines(keepends=True), delimiter=delimiter, strict=True)))
    except csv.Error:
        return False


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
