"""Files that no honest program writes, or that are no lists: each is refused with its reason, in little memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator

import pytest

from rasa_twin24.lists import ListSettings
from tests.lists.files import (
    PEOPLE,
    SHEET,
    encrypted_xls,
    encrypted_xlsx,
    ods,
    sheet_xml,
    with_declared_size,
    with_parts,
    xls,
    xlsx,
    zipped,
)
from tests.lists.worker_run import run_worker

MOST_MEGABYTES = 200
MEGABYTE = 1 << 20
BOOK = xlsx(PEOPLE)
OLD_BOOK = xls(PEOPLE)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n+7 916 123-45-67\n"


def numbers(count: int, cells: int = 1) -> Iterator[str]:
    """Rows of a sheet with numbers that follow each other."""
    for row in range(1, count + 1):
        yield f'<row r="{row}">' + f"<c><v>{79160000001 + 10 * row}</v></c>" * cells + "</row>"


def zeros(megabytes: int) -> Iterator[bytes]:
    return (bytes(MEGABYTE) for _ in range(megabytes))


def overlapping() -> bytes:
    """Each of many parts of the directory points at the same packed bytes."""
    packed = zipped({"xl/workbook.xml": b"x" * 100_000})
    file = io.BytesIO(packed)
    with zipfile.ZipFile(file, "a") as archive:
        first = archive.infolist()[0]
        for number in range(500):
            again = zipfile.ZipInfo(f"xl/{number}.xml")
            again.header_offset, again.CRC = first.header_offset, first.CRC
            again.compress_type, again.file_size, again.compress_size = 8, first.file_size, first.compress_size
            archive.filelist.append(again)
            archive.NameToInfo[again.filename] = again
        archive._didModify = True  # type: ignore[attr-defined]
    return file.getvalue()


def sparse() -> bytes:
    """Two cells in the farthest corners: a table that holds every cell between them holds 17 thousand million."""
    corners = ['<row r="1"><c r="A1"><v>1</v></c></row>', '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>']
    return with_parts(BOOK, {SHEET: sheet_xml(corners)})


def encrypted_zip() -> bytes:
    changed = bytearray(BOOK)
    at = changed.find(b"PK\x01\x02")
    changed[at + 8] |= 1
    return bytes(changed)


def letter_of_word() -> bytes:
    return OLD_BOOK.replace("Workbook\0".encode("utf-16-le"), "WordDocu\0".encode("utf-16-le"))


HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "nothing": ("list.xlsx", lambda: b"", "empty"),
    "blank lines": ("list.txt", lambda: b"\r\n \t\r\n" * 50, "empty"),
    "NULs alone": ("list.csv", lambda: bytes(5000), "empty"),
    "a workbook without a cell": ("list.xlsx", lambda: xlsx([]), "empty"),
    "words alone": ("list.txt", lambda: "нет тут\nникаких номеров\n".encode(), "no_numbers"),
    "a header alone": ("list.xlsx", lambda: xlsx(PEOPLE[:1]), "no_numbers"),
    "a PDF called a workbook": ("list.xlsx", lambda: PDF, "not_a_list"),
    "a picture called a table": ("list.csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "not_a_list"),
    "a program": ("list.txt", lambda: b"MZ\x90\0\x03\0" + bytes(range(256)) * 20, "not_a_list"),
    "a page": (
        "list.xls",
        lambda: b"<html><body><table><tr><td>89161234567</td></tr></table></body></html>",
        "not_a_list",
    ),
    "noise": ("list.csv", lambda: bytes((each * each * 7919 >> 3) % 256 for each in range(9000)), "not_a_list"),
    "a letter of Word": ("list.xlsx", lambda: zipped({"word/document.xml": b"<x/>"}), "not_a_list"),
    "an old letter of Word": ("list.xls", letter_of_word, "not_a_list"),
    "a workbook in a zip": ("list.xlsx", lambda: zipped({"list.xlsx": BOOK}), "not_a_list"),
    "zips in a zip": (
        "list.zip",
        lambda: zipped({"1.zip": zipped({"2.zip": zipped({"3": b"0" * 9999})})}),
        "not_a_list",
    ),
    "a binary workbook": ("list.xlsb", lambda: zipped({"xl/workbook.bin": b"\0"}), "unsupported"),
    "a password": ("list.xlsx", lambda: encrypted_xlsx(BOOK), "encrypted"),
    "a password of old": ("list.xls", lambda: encrypted_xls(OLD_BOOK), "encrypted"),
    "a zip's password": ("list.xlsx", encrypted_zip, "encrypted"),
    "the end is missing": ("list.xlsx", lambda: BOOK[:-300], "damaged"),
    "the beginning alone": ("list.xlsx", lambda: BOOK[:500], "damaged"),
    "the old end is missing": ("list.xls", lambda: OLD_BOOK[:3000], "damaged"),
    "another format under the signature": (
        "list.xls",
        lambda: OLD_BOOK[:512] + bytes(4000) + OLD_BOOK[4512:],
        "damaged",
    ),
    "XML that ends early": ("list.xlsx", lambda: with_parts(BOOK, {SHEET: b"<worksheet><sheetData><row"}), "damaged"),
    "a part is no XML": ("list.xlsx", lambda: with_parts(BOOK, {"xl/workbook.xml": b"\xff\0\xff"}), "damaged"),
    "300 MB of one byte": ("list.xlsx", lambda: with_parts(BOOK, {SHEET: zeros(300)}), "zip_bomb"),
    "100 MB of strings": ("list.xlsx", lambda: with_parts(BOOK, {"xl/sharedStrings.xml": zeros(100)}), "zip_bomb"),
    "a bomb beside the sheets": ("list.xlsx", lambda: with_parts(BOOK, {"xl/media/image1.png": zeros(50)}), "zip_bomb"),
    "a bomb for LibreOffice": ("list.ods", lambda: with_parts(ods(PEOPLE), {"content.xml": zeros(50)}), "zip_bomb"),
    "a bomb that lies": (
        "list.xlsx",
        lambda: with_declared_size(with_parts(BOOK, {SHEET: zeros(50)}), SHEET, 1000),
        "zip_bomb",
    ),
    "ten thousand parts": ("list.xlsx", lambda: zipped({f"xl/{each}": b"" for each in range(10_000)}), "zip_bomb"),
    "parts that overlap": ("list.xlsx", overlapping, "zip_bomb"),
    "a million rows": ("list.xlsx", lambda: with_parts(BOOK, {SHEET: sheet_xml(numbers(1_000_000))}), "too_many_rows"),
    "a million rows in CSV": (
        "list.csv",
        lambda: b"".join(b"1;7916%07d\n" % row for row in range(10**6)),
        "too_many_rows",
    ),
    "a million lines": ("list.txt", lambda: b"".join(b"7916%07d\n" % row for row in range(10**6)), "too_many_rows"),
    "cells in far corners": ("list.xlsx", sparse, "too_big"),
    "100,000 rows of 40 cells": (
        "l.xlsx",
        lambda: with_parts(BOOK, {SHEET: sheet_xml(numbers(100_000, 40))}),
        "too_big",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_has_its_reason(case: str) -> None:
    name, make, reason = HOSTILE[case]
    run = run_worker(make(), name)
    assert run.reason == reason
    assert not run.entries
    assert run.megabytes < MOST_MEGABYTES


def test_a_refusal_for_size_tells_the_most_there_may_be() -> None:
    assert run_worker(b"89161234567\n" * 30, settings=ListSettings(rows=20)).figures == {"rows": 20}


def test_endless_work_is_ended() -> None:
    """The limit of the processor's time ends what no check foresaw."""
    junk = b"12345 54321 (9) 000-11 " * 6 + b"\n"
    run = run_worker(junk * 100_000, settings=ListSettings(cpu_seconds=1))
    assert run.reason == "took_too_long"


def test_as_many_rows_as_are_allowed_fit() -> None:
    rows = ListSettings().rows
    run = run_worker(with_parts(BOOK, {SHEET: sheet_xml(numbers(rows))}), "list.xlsx")
    assert run.reason is None
    assert run.summary is not None
    assert (run.summary.rows, run.summary.good) == (rows, rows)
    assert run.megabytes < MOST_MEGABYTES
