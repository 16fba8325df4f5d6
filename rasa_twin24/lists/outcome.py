"""What comes of a list: people to call, rows that cannot be used, and the reasons why a whole list cannot be.

Numbers and names stand in most of these, so none shows more in its repr than where it stood.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rasa_twin24.text.dialling import Reason

LABEL = ""  # the variable without a name of its own: what was written beside a number, the name on a card
MOST_SHOWN = 60  # characters of a rejected cell

Kind = Literal["xlsx", "xls", "ods", "csv", "text", "vcard"]
# Why a number is none; besides, a row may repeat another one, or hold nothing like a number. "extension": the number is
# taken, what is to be dialled after the answer is not. "remark": words beside it say that nobody is to be called.
RowReason = Reason | Literal["duplicate", "no_number", "extension", "remark"]
ListReason = Literal[
    "empty",
    "too_large",  # figures: megabytes, the most there may be
    "too_many_rows",  # figures: rows, the most there may be
    "too_big",  # needs more memory than a worker may have
    "took_too_long",
    "encrypted",
    "not_a_list",  # a picture, a PDF, a program, a letter: whatever its name says
    "unsupported",  # a workbook that can be saved as XLSX: XLSB, Numbers
    "damaged",
    "zip_bomb",
    "no_numbers",
]


@dataclass(repr=False)  # not frozen, as there is one for each row: see `CellNumbers`
class Entry:
    """One candidate: all the numbers of one person, in E.164 and each once.

    `row` is 1-based, as Excel or a text editor counts; of a contact card, its place in the file. `variables` are the
    other columns under their header's name, and under `LABEL` what has no header. `is_doubtful`: no numbering plan has
    these numbers, so they are nobody's until a person says otherwise; their row is among the refused ones as well.
    """

    row: int
    phones: tuple[str, ...]
    variables: dict[str, str] = field(default_factory=dict)
    is_doubtful: bool = False

    def __repr__(self) -> str:
        return f"Entry(row {self.row}, {len(self.phones)} numbers, {len(self.variables)} variables)"


@dataclass(frozen=True, repr=False)
class Rejected:
    """A row, or a number or an extension in it, that is not taken. `shown` is as written, never for a log.

    `of_row` is, for a duplicate, the row in which the number stood first.
    """

    row: int
    shown: str
    reason: RowReason
    of_row: int | None = None

    def __repr__(self) -> str:
        return f"Rejected(row {self.row}, {self.reason})"


@dataclass(frozen=True)
class Summary:
    """The last of what a list gives. `rows` counts rows with something in them, below the header; `good` candidates.

    `columns` are the names of the variables that occurred, `LABEL` among them; `number_column` is the header of
    the column of numbers, or its letter, and None where there are no columns.
    """

    rows: int
    good: int
    columns: tuple[str, ...]
    number_column: str | None
    kind: Kind
    sheet: str | None


class UnreadableList(Exception):
    """A list cannot be used as a whole; `reason` has a phrase of its own, `figures` are what that phrase tells."""

    def __init__(self, reason: ListReason, **figures: int) -> None:
        super().__init__(reason)
        self.reason: ListReason = reason
        self.figures = figures


class ChooseColumn(Exception):
    """Several columns could hold the numbers: `columns` are their indexes with their headers, or letters without one.

    Not an error: read the list again with the `column` a person chose.
    """

    def __init__(self, columns: list[tuple[int, str]]) -> None:
        super().__init__(f"{len(columns)} columns")
        self.columns = columns
