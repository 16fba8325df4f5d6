"""Files that go back to people: what could not be used, and a template to fill in. Every word comes from the caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rasa_twin24.lists.outcome import Rejected
from rasa_twin24.text.table import csv_file


def template(name: str, header: Sequence[str]) -> tuple[str, bytes]:
    """The name and the content of a file to fill in; the first column is for the numbers, the others are variables.

    It holds no example: somebody would leave it in, and it would be called.
    """
    return f"{name}.csv", csv_file([header])


def rejects_file(rows: Iterable[Rejected], header: Sequence[str], reasons: Mapping[str, str]) -> bytes:
    """A CSV file of all that was not taken; `header` names row, content, reason and the row that is repeated."""
    lines = ([str(each.row), each.shown, reasons[each.reason], str(each.of_row or "")] for each in rows)
    return csv_file([header, *lines])
