"""A table as a CSV file that office programs open with a double click, and that runs nothing in them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

# What makes a cell a formula somewhere, the full-width signs too: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def csv_file(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, `;` between cells (as Excel wants it in Russia), RFC 4180 otherwise.

    Every cell is quoted, so that a program that splits at another sign finds no new cell inside one. Half surrogate
    pairs, which UTF-8 lacks, become question marks.
    """
    lines = (";".join(f'"{_harmless(cell)}"' for cell in row) + "\r\n" for row in rows)
    return "".join(lines).encode("utf-8-sig", "replace")


def as_typed(cell: str) -> str:
    """A cell without the apostrophe that `csv_file`, or a person who knows Excel, put before what is no formula."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell


def _harmless(cell: str) -> str:
    """A leading apostrophe makes a text of a formula; quotes are doubled.

    A cell that already begins so gets one more: `as_typed` takes one off.
    """
    cell = cell.replace('"', '""')
    return "'" + cell if cell.lstrip("'").startswith(_FORMULA) else cell
