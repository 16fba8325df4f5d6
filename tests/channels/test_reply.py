"""What the bot says: read from Rasa, split to a messenger's limit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasa_twin24.channels.reply import Button, Reply, shortened, split_text, to_reply, utf16_length


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        ({"text": " Привет \n"}, Reply("Привет")),
        (
            {"text": "Да?", "buttons": [{"title": " Да ", "payload": "/affirm"}]},
            Reply("Да?", (Button("Да", "/affirm"),)),
        ),
        (
            {"text": "Да?", "quick_replies": [{"title": "Да", "payload": "/affirm"}]},
            Reply("Да?", (Button("Да", "/affirm"),)),
        ),
        ({"text": "Да?", "buttons": None}, Reply("Да?")),
        ({"text": "Да?", "buttons": [{"title": "Да"}, {"payload": "/x"}, {"title": " ", "payload": "/x"}]},
         Reply("Да?")),
        ({"text": None, "buttons": [{"title": "Да", "payload": "/affirm"}]}, None),
        ({"text": "  \n"}, None),
        ({"image": "https://example.org/1.png"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_reading_what_rasa_says(message: dict[str, Any], reply: Reply | None) -> None:
    assert to_reply(message) == reply


@pytest.mark.parametrize(("text", "length"), [("", 0), ("abc", 3), ("Привет", 6), ("👋", 2), ("a👨\u200d👩", 6)])
def test_utf16_length(text: str, length: int) -> None:
    assert utf16_length(text) == length


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("0123456789", ["0123456789"], id="fits exactly"),
        pytest.param("01234 6789x", ["01234", "6789x"], id="at a word"),
        pytest.param("01 34\n67 9ab", ["01 34", "67 9ab"], id="a line before a word"),
        pytest.param("01\n\n4\n67 9ab", ["01", "4\n67 9ab"], id="a paragraph before a line"),
        pytest.param("0123456789ab", ["0123456789", "ab"], id="hard"),
        pytest.param("👋👋👋👋👋👋", ["👋👋👋👋👋", "👋"], id="emoji count twice and stay whole"),
        pytest.param("012345678👋", ["012345678", "👋"], id="an emoji over the edge"),
        pytest.param("\n\n0123456789", ["0123456789"], id="leading lines"),
        pytest.param("0123456789\n\n\n\n", ["0123456789"], id="trailing lines"),
        pytest.param("01234567\n\n\n\n\n\n\n\n89", ["01234567", "89"], id="a gap longer than the limit"),
        pytest.param("a" * 25, ["a" * 10, "a" * 10, "a" * 5], id="no place to cut"),
        pytest.param("", [], id="nothing"),
        pytest.param(" \n ", [], id="only blanks"),
        pytest.param(" " * 30, [], id="many blanks"),
    ],
)
def test_splitting_at_ten(text: str, parts: list[str]) -> None:
    assert split_text(text, 10) == parts


@given(st.text(alphabet="ab \n👋я", max_size=120), st.integers(min_value=2, max_value=30))
def test_any_split(text: str, limit: int) -> None:
    parts = split_text(text, limit)

    assert all(part.strip() and utf16_length(part) <= limit for part in parts)
    # Only blanks are lost, and the order stays.
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_long_list_is_cut_at_its_lines() -> None:
    lines = [f"{number}. +7 916 123-45-{number % 100:02}" for number in range(600)]

    parts = split_text("\n".join(lines), 4096)

    assert len(parts) > 2
    assert "\n".join(parts).split("\n") == lines


@pytest.mark.parametrize(
    ("title", "short"),
    [("Да", "Да"), ("десять зна", "десять зна"), ("десять знак", "десять зн…"), ("Опрос 12 и 13", "Опрос 12…"),
     ("👋" * 5, "👋" * 5), ("👋" * 6, "👋" * 4 + "…")],
)  # fmt: skip
def test_a_title_that_is_too_long_says_so(title: str, short: str) -> None:
    assert shortened(title, 10) == short
