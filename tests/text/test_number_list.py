"""Long lists: the quick look at a line answers what all the rules answer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import lru_cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rasa_twin24.text import plain_line
from rasa_twin24.text.number_list import LineNumbers, read_lines
from rasa_twin24.text.phones import read_numbers
from rasa_twin24.text.plain_line import holds_no_number, read_plain_line

# What a line is made of: numbers, names, and words that change what digits beside them are.
WORDS = [
    *("Иван", "Пётр", "Анна-Мария", "Рубен", "Сумин", "Ольга", "склад", "офис", "бухгалтерия", "John", "desk"),
    *("заказ", "ИНН", "трек", "полис", "index", "код", "vin", "v", "руб", "рублей", "р", "тыс", "евро", "сум"),
    *("семь", "восемь", "пять", "сто", "ночь", "one", "double", "плюс", "plus"),
    *("тел", "моб", "номер", "доб", "вн", "x", "ext", "и", "на", "мой", "звони"),
]
SEPARATORS = (" ", "  ", ";", "; ", ",", ", ", "\t", ": ", ":", " - ", " — ", "-", "/", "|", ". ", ") ", " (", "\n")
SHAPES = (
    "8##########",
    "79#########",
    "+79#########",
    "9#########",
    "8 9## ### ## ##",
    "8 (9##) ###-##-##",
    "+7(4##)###-##-##",
    "+7 ### ###-##-##",
    "8-9##-###-##-##",
    "9## ### ## ##",
    "(9##) ###-##-##",
    "9#######  ##",
    "9####### ##",
    "3752########",
    "+3752########",
    "+375 29 ###-##-##",
    "+374 9# ### ## ##",
    "998#########",
    "+4930######",
    "+1650#######",
    "+44 20 #### ####",
    "+############",
    "+8##########",
    "+ 7 9## ### ## ##",
    "##########",
    "####",
    "#",
    "##.##.20##",
)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    shape = draw(st.sampled_from(SHAPES))
    return "".join(draw(st.sampled_from("0123456789")) if place == "#" else place for place in shape)


@st.composite
def lines(draw: st.DrawFn) -> str:
    head = draw(st.sampled_from(["", "", "", "1. ", "12) ", "123. ", "1.", "- ", "• ", "№1 ", " ", "\t", "   "]))
    piece = st.one_of(
        numbers(), st.sampled_from(WORDS), st.lists(st.sampled_from(WORDS), min_size=2, max_size=3).map(" ".join)
    )
    pieces = draw(st.lists(piece, min_size=1, max_size=3))
    gaps = [draw(st.sampled_from(SEPARATORS)) for _ in pieces[1:]]
    body = "".join(piece + gap for piece, gap in zip(pieces, [*gaps, ""], strict=True))
    return head + body + draw(st.sampled_from(["", "", "", " ", "\n", "\r\n", ".", ";"]))


@given(lines(), st.sampled_from(["RU", "RU", "KZ", "BY", "DE", "US"]))
@example("серийный номер 89161234567", "RU")
@example("трек 89161234567", "RU")
@example("89161234567 тенге", "RU")
@example("Иван 89161234567 тенге", "RU")
@example("91612345 67", "RU")
@example("89161234567 Рубен", "RU")
@example("Иван 89161234567 Пётр", "RU")
@example("+375 29 123-45-67", "DE")
def test_a_line_of_a_list_is_read_as_a_message(line: str, region: str) -> None:
    expected = read_numbers(line, region)
    read = list(read_lines([line], region))
    if not line.strip():
        assert read == []
        return
    assert read == [LineNumbers(1, expected.found, expected.doubtful, expected.rejected)]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join))
def test_words_without_numerals_hold_no_number(line: str) -> None:
    if holds_no_number(line):
        assert not read_numbers(line).found


@pytest.mark.parametrize(
    ("line", "none"),
    [
        ("нет номера, уточнить!", True),
        ("восемь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь", False),
        ("ноль", False),
        ("8", False),
    ],
)
def test_lines_of_words_are_passed_over(line: str, none: bool) -> None:
    assert holds_no_number(line) is none


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("89161234567", None),
        ("+7 (916) 123-45-67", None),
        ("12. 8 916 123 45 67", None),
        ("8 (495) 123-45-67\r\n", None),
        ("+375291234567", None),
        ("Иван Петров;89161234567", "Иван Петров"),
        ("89161234567 — Анна", "Анна"),
    ],
)
def test_the_commonest_lines_are_read_in_one_look(line: str, label: str | None) -> None:
    plain = read_plain_line(line, "RU")
    assert plain is not None
    assert plain[3] == label


def test_lines_keep_their_row_and_order() -> None:
    text = [
        "Телефон",
        "",
        "8 916 123-45-67",
        "  ",
        "8916123456",
        "8 100 123 45 67",
        "Анна;89031112233;доп. 89267654321",
    ]
    read = list(read_lines(text))
    assert [line.number for line in read] == [1, 3, 5, 6, 7]
    assert [[phone.e164 for phone in line.found] for line in read] == [
        [],
        ["+79161234567"],
        [],
        [],
        ["+79031112233", "+79267654321"],
    ]
    assert [piece.reason for piece in read[2].rejected] == ["too_short"]
    assert [piece.reason for piece in read[3].doubtful] == ["not_valid"]


def test_no_whole_number_in_a_repr() -> None:
    shown = repr(list(read_lines(["89161234567", "8916123456"])))
    assert "…67" in shown
    assert "916123" not in shown


def test_lines_are_read_as_they_are_asked_for() -> None:
    taken: list[int] = []

    def rows() -> Iterator[str]:
        for row in range(1000):
            taken.append(row)
            yield f"8916{row:07}"

    read = read_lines(rows())
    assert next(read).number == 1
    assert len(taken) == 1


def test_caches_are_bounded() -> None:
    """A million different names and numbers must not stay in memory."""
    modules = [module for name, module in sys.modules.items() if name.startswith("rasa_twin24.text.")]
    caches = {
        f"{module.__name__}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type(lru_cache(lambda: None)))
    }
    assert f"{plain_line.__name__}._is_mere_name" in caches
    assert [name for name, cache in caches.items() if cache.cache_parameters()["maxsize"] is None] == []
