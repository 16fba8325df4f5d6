"""Workbooks of Excel and LibreOffice, read by calamine: values only. Macros do not run, formulas give what was saved.

calamine keeps a sheet in memory, about 60 bytes a cell and its text; the worker's limit of memory bounds that.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError
from python_calamine import SheetTypeEnum as SheetType
from python_calamine import SheetVisibleEnum as Visibility

from rasa_twin24.lists.columns import Columns, Row
from rasa_twin24.lists.outcome import ChooseColumn, Kind, UnreadableList
from rasa_twin24.lists.table import Table


def find_table(content: bytes, kind: Kind, most_rows: int, region: str, chosen: int | None) -> tuple[Table, Columns]:
    """The first visible sheet that has numbers, and its columns.

    Raises ChooseColumn, UnreadableList: damaged, encrypted, empty, too_many_rows, no_numbers.
    """
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if not workbook.sheet_names:  # no program writes such
            raise UnreadableList("damaged")
        return _first_with_numbers(workbook, kind, most_rows, region, chosen)
    except PasswordError as error:
        raise UnreadableList("encrypted") from error
    except CalamineError as error:
        raise UnreadableList("damaged") from error


def _first_with_numbers(
    workbook: CalamineWorkbook, kind: Kind, most_rows: int, region: str, chosen: int | None
) -> tuple[Table, Columns]:
    anything = False
    for table in _tables(workbook, kind, most_rows):
        anything = True
        try:
            columns = table.columns(region, None)
        except ChooseColumn:
            if chosen is None:
                raise
        except UnreadableList:
            continue  # no numbers here: a cover, a sheet of explanations
        else:
            if chosen is None:
                return table, columns
        return table, table.columns(region, chosen)
    raise UnreadableList("no_numbers" if anything else "empty")


def _tables(workbook: CalamineWorkbook, kind: Kind, most_rows: int) -> Iterator[Table]:
    """Tables of the visible sheets that hold something, one in memory at a time."""
    for index, sheet in enumerate(workbook.sheets_metadata):
        if sheet.typ != SheetType.WorkSheet or sheet.visible != Visibility.Visible:
            continue
        if table := _table(workbook.get_sheet_by_index(index), kind, most_rows):
            yield table


def _table(sheet: CalamineSheet, kind: Kind, most_rows: int) -> Table | None:
    if sheet.start is None or sheet.width == 0:
        return None
    if sheet.height > most_rows + 1 and sum(1 for _ in _rows(sheet)) > most_rows + 1:
        raise UnreadableList("too_many_rows", rows=most_rows)
    return Table(kind, lambda: _rows(sheet), sheet.name, sheet.start[1])


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    """calamine begins with the first row of the sheet, and with the first column that is not empty."""
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if any(cells) or any(cell not in ("", None) for cell in cells):  # a zero is something, too
            yield Row(number, cells)
