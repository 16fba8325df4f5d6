"""From a file's content to its people: the form, the table or the lines, then row after row."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import PurePath

from rasa_twin24.lists import archive, workbook
from rasa_twin24.lists.cells import Cell, numbers_in, text_of, value_of
from rasa_twin24.lists.columns import Columns
from rasa_twin24.lists.delimited import delimited_table, find_delimiter
from rasa_twin24.lists.encoding import encoding_of, lines_of
from rasa_twin24.lists.kind import form_of, is_card
from rasa_twin24.lists.outcome import LABEL, ChooseColumn, Entry, Kind, Rejected, Summary, UnreadableList
from rasa_twin24.lists.sorting import CHUNK, Sorting
from rasa_twin24.lists.table import Table
from rasa_twin24.text.doubt import all_dialed_as
from rasa_twin24.text.list_labels import LineLabels, labels_in_list
from rasa_twin24.text.number_list import read_lines
from rasa_twin24.text.removal import removes_numbers, tells_unwillingness

Outcome = list[Entry] | list[Rejected] | Summary

_TABLE_NAMES = frozenset({".csv", ".tsv"})
# A list in one line is cut into pieces, at signs that stand in no number and nowhere else.
_LONGEST_LINE = 1_000  # characters
_CUT = re.compile(r".{0,999}[,;|\t]|[^,;|\t]+", re.DOTALL)


def candidates(
    content: bytes, name: str, region: str, most_rows: int, column: int | None, *, to_call: bool = True
) -> Iterator[Outcome]:
    """Chunks of people and refusals, the summary last. Raises UnreadableList, ChooseColumn.

    `to_call`: nobody is taken from a line that says they are not to be called.
    """
    form = form_of(content)
    if form == "zip":
        kind = archive.checked_workbook(content, most_rows)
        return _of_table(*workbook.find_table(content, kind, most_rows, region, column), region, most_rows)
    if form == "ole":
        return _of_table(*workbook.find_table(content, "xls", most_rows, region, column), region, most_rows)
    encoding = encoding_of(content)
    if is_card("".join(itertools.islice(lines_of(content[:1_000], encoding), 3))):
        return _of_cards(lines_of(content, encoding), region, most_rows)
    named_table = PurePath(name.lower()).suffix in _TABLE_NAMES
    if delimiter := find_delimiter(content, encoding, named_table):
        table = delimited_table(content, encoding, delimiter, most_rows)
        if found := _columns_of_text(table, region, column, named_table):
            return _of_table(table, found, region, most_rows)
    if sum(1 for line in lines_of(content, encoding) if not line.isspace()) > most_rows + 1:  # before anybody is taken
        raise UnreadableList("too_many_rows", rows=most_rows)
    labels = labels_in_list(lambda: lines_of(content, encoding), region)
    kind_of_text: Kind = "csv" if named_table else "text"
    return _of_lines(lines_of(content, encoding), labels, region, most_rows, kind_of_text, to_call)


def _columns_of_text(table: Table, region: str, column: int | None, named_table: bool) -> Columns | None:
    """The columns, or None where the lines are to be read as lines.

    Without a header, commas may be those of a sentence, and labels are found in lines as well.
    """
    try:
        columns = table.columns(region, column)
    except ChooseColumn as choice:
        if named_table or table.has_header(choice.columns[0][0]):
            raise
        return None
    except UnreadableList:
        return None
    return columns if named_table or column is not None or columns.has_header else None


def _of_table(table: Table, columns: Columns, region: str, most_rows: int) -> Iterator[Outcome]:
    sorting = Sorting(most_rows)
    named = list(columns.variables.items())
    for row, cells in table.rows():
        if row <= columns.last_above:
            continue
        sorting.count()
        cell = cells[columns.index] if columns.index < len(cells) else None
        numbers = numbers_in(cell, region)
        if numbers.phones:
            variables = _variables(cells, named, numbers.label)
            if of_row := sorting.person(row, numbers.phones, variables):
                sorting.reject(row, text_of(cell), "duplicate", of_row)
            elif numbers.extended:
                sorting.extensions(row, numbers.extended)
        if numbers.pieces or not numbers.phones:
            sorting.pieces(row, text_of(cell), numbers.pieces, bool(numbers.phones))
            if not numbers.phones and (doubtful := all_dialed_as(numbers.pieces, region)):
                sorting.doubt(row, doubtful, _variables(cells, named, None))
        if sorting.is_full:
            yield from sorting.chunks()
    yield from _last(sorting, table.kind, columns.name, table.sheet)


def _variables(cells: Sequence[Cell], named: Sequence[tuple[int, str]], label: str | None) -> dict[str, str]:
    variables = {LABEL: label} if label else {}
    for index, variable in named:
        if index < len(cells) and (value := value_of(cells[index])):
            variables[variable] = value
    return variables


def _of_lines(
    lines: Iterable[str], labels: LineLabels, region: str, most_rows: int, kind: Kind, to_call: bool
) -> Iterator[Outcome]:
    """Each number of a line is somebody of their own. First lines without any digit are a header or a greeting.

    A line that is the name of a number above or below it is no row.
    """
    sorting = Sorting(most_rows)
    numbered = ((number, text) for number, text in _numbered_pieces(lines) if number not in labels.names)
    while chunk := list(itertools.islice(numbered, CHUNK)):
        for line in read_lines([text for _, text in chunk], region):
            number, text = chunk[line.number - 1]
            if not sorting.rows and not line.found and not any(map(str.isdigit, text)):
                continue
            sorting.count()
            if to_call and line.found and _says_not_to_call(line.found[0].label if line.is_plain else text):
                sorting.reject(number, text, "remark")
                continue
            for found in line.found:
                label = found.label or labels.labels.get(number)
                variables = {LABEL: label} if label else {}
                if of_row := sorting.person(number, (found.e164,), variables):
                    sorting.reject(number, found.raw, "duplicate", of_row)
                elif found.extension:
                    sorting.extensions(number, [found.extended])
            if line.rejected or line.doubtful or not line.found:
                sorting.pieces(number, text, (*line.rejected, *line.doubtful), bool(line.found))
                for phone in all_dialed_as(line.doubtful, region):
                    sorting.doubt(number, (phone,), {})
            if sorting.is_full:
                yield from sorting.chunks()
    yield from _last(sorting, kind, None, None)


def _of_cards(lines: Iterable[str], region: str, most_rows: int) -> Iterator[Outcome]:
    from rasa_twin24.lists.cards import read_cards  # here: other lists start without vobject

    sorting = Sorting(most_rows)
    for card in read_cards(lines):
        sorting.count()
        read = [numbers_in(written, region) for written in card.numbers]
        phones = tuple(dict.fromkeys(phone for numbers in read for phone in numbers.phones))
        name = value_of(card.name)
        variables = {LABEL: name} if name else {}
        if phones and (of_row := sorting.person(card.place, phones, variables)):
            sorting.reject(card.place, name or card.numbers[0], "duplicate", of_row)
        elif phones:
            sorting.extensions(card.place, [shown for numbers in read for shown in numbers.extended])
        pieces = [piece for numbers in read for piece in numbers.pieces]
        sorting.pieces(card.place, name, pieces, bool(phones))
        if not phones and (doubtful := all_dialed_as(pieces, region)):
            sorting.doubt(card.place, doubtful, variables)
        if sorting.is_full:
            yield from sorting.chunks()
    yield from _last(sorting, "vcard", None, None)


def _last(sorting: Sorting, kind: Kind, number_column: str | None, sheet: str | None) -> Iterator[Outcome]:
    if not sorting.good and not sorting.doubts:
        raise UnreadableList("no_numbers")
    yield from sorting.chunks()
    yield Summary(sorting.rows, sorting.good, sorting.columns, number_column, kind, sheet)


@lru_cache(maxsize=4096)
def _says_not_to_call(words: str | None) -> bool:
    return words is not None and (removes_numbers(words) or tells_unwillingness(words))


def _numbered_pieces(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, start=1):
        if len(line) <= _LONGEST_LINE:
            yield number, line
        else:
            yield from ((number, piece.group()) for piece in _CUT.finditer(line))
