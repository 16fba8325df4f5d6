"""CSV files: opened by Excel as they are, and harmless there."""

from __future__ import annotations

import csv
import io

import pytest

from rasa_twin24.text.table import csv_file


def test_the_bytes_of_a_table() -> None:
    assert csv_file([["Имя", "Число"], ["Акция; лето", 'сказал "да"'], ["две\nстроки", ""]]) == (
        '\ufeff"Имя";"Число"\r\n"Акция; лето";"сказал ""да"""\r\n"две\nстроки";""\r\n'.encode()
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝"])
def test_a_formula_becomes_a_text(start: str) -> None:
    cell = start + 'cmd|"/C calc"!A0'
    read = list(csv.reader(io.StringIO(csv_file([[cell, "x"]]).decode("utf-8-sig").replace("\0", "0")), delimiter=";"))
    assert read[0][0].startswith("'")
    assert read[0][1] == "x"


def test_no_other_separator_begins_a_formula() -> None:
    """A program that splits at commas must not find a cell `=1+1` inside one."""
    read = list(csv.reader(io.StringIO(csv_file([["а,=1+1"]]).decode("utf-8-sig")), delimiter=","))
    assert read == [["а,=1+1"]]


def test_half_a_surrogate_pair_is_no_failure() -> None:
    assert csv_file([["\ud800"]]) == b'\xef\xbb\xbf"?"\r\n'
