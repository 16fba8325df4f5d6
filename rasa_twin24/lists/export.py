"""Files that go back to people: what could not be used, and a template to fill in. Every word comes from the caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from rasa_twin24.text.table import csv_file


class LeftOut(Protocol):
    """A row that is not taken, as `Rejected` is and as whoever keeps such rows has them."""

    @property
    def row(self) -> int: ...
    @property
    def shown(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def of_row(self) -> int | None: ...


def template(name: str, header: Sequence[str]) -> tuple[str, bytes]:
    """The name and the content of a file to fill in; the first column is for the numbers, the others are variables.

    It holds no example: somebody would leave it in, and it would be called.
    """
    return f"{name}.csv", csv_file([header])


def rejects_file(rows: Iterable[LeftOut], header: Sequence[str], reasons: Mapping[str, str]) -> bytes:
    """A CSV file of all that was not taken; `header` names row, content, reason and the row that is repeated."""
    lines = ([str(each.row), each.shown, reasons[each.reason], str(each.of_row or "")] for each in rows)
    return csv_file([header, *lines])
