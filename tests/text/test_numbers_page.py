"""The examples of `docs/numbers.md` hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rasa_twin24.text.phones import read_numbers

PAGE = (Path(__file__).parents[2] / "docs" / "numbers.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(?P<message>[^`]+)` \| (?P<answer>.*?) \|$", re.MULTILINE)


def examples(heading: str) -> list[tuple[str, str]]:
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [(row["message"].replace("⏎", "\n"), row["answer"]) for row in ROW.finditer(section)]
    assert len(rows) >= 9, f"no examples under {heading}"
    return rows


@pytest.mark.parametrize(("message", "answer"), examples("Surely a number"))
def test_surely_a_number(message: str, answer: str) -> None:
    assert [phone.e164 for phone in read_numbers(message).found] == answer.split()


@pytest.mark.parametrize(("message", "answer"), examples("Ask"))
def test_ask(message: str, answer: str) -> None:
    reading = read_numbers(message)
    assert (reading.found, reading.rejected) == ([], [])
    assert [piece.raw for piece in reading.doubtful] == [message]


@pytest.mark.parametrize(("message", "answer"), examples("Looks like one but is not"))
def test_looks_like_one_but_is_not(message: str, answer: str) -> None:
    reading = read_numbers(message)
    assert (reading.found, reading.doubtful) == ([], [])


@pytest.mark.parametrize(("message", "answer"), examples("Labels"))
def test_labels(message: str, answer: str) -> None:
    assert [phone.label or "–" for phone in read_numbers(message).found] == answer.split(", ")
