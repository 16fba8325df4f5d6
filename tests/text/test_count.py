"""A count of candidates and nothing else."""

from __future__ import annotations

import pytest

from rasa_twin24.text.count import read_count

COUNTS = {
    "250": 250, " 250. ": 250, "0": 0, "1": 1, "250 номеров": 250, "101 номер": 101, "102 номера": 102, "2 500": 2500,
    "2 500 кандидатов": 2500, "1 234 567": 1234567, "9999999": 9999999, "2,500 numbers": 2500, "250 candidates": 250,
    "１２０": 120, "250!": 250, "250номеров": 250, "0250": 250, "2\u00a0500": 2500,
}  # fmt: skip
NONE = [
    "", "номеров", "да 250", "250 да", "250?", "-250", "+250", "250 25", "25 00", "1.5", "250 руб", "250 рублей",
    "12345678", "1 234 567 890", "двести", "250 номеров запускай", "не 250", "250\n250", "250 человек из 300",
]  # fmt: skip


@pytest.mark.parametrize(("text", "count"), COUNTS.items())
def test_a_count(text: str, count: int) -> None:
    assert read_count(text) == count


@pytest.mark.parametrize("text", NONE)
def test_no_count(text: str) -> None:
    assert read_count(text) is None
