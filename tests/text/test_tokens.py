"""Plain spelling, tokens, numerals, slips and keyboard layouts: the small parts under the rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasa_twin24.text.keyboard import typed_as_english, typed_as_russian
from rasa_twin24.text.normalise import normalise
from rasa_twin24.text.numerals import compose, spoken_word
from rasa_twin24.text.tokens import tokenize
from rasa_twin24.text.typos import Spelling, is_one_slip


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Ещё", "еще"),
        ("ДА", "да"),
        ("８９", "89"),
        ("8️⃣9️⃣", "89"),
        ("٣", "3"),
        ("8–9—0", "8-9-0"),
        ("8\u00a09\u202f0", "8 9 0"),
        ("8\u200b9\u00ad0", "890"),
        ("а\tб\r\nв", "а б\n\nв"),
        ("и\u0306", "й"),
        ("№5", "№5"),
        ("👍🏻", "👍"),
        ("➕7", "+7"),
        ("don’t", "don't"),
        ("🔟", "10"),
        ("\u0301", ""),
    ],
)
def test_plain_spelling(text: str, plain: str) -> None:
    assert normalise(text).text == plain


@given(st.text(max_size=100))
def test_every_plain_character_knows_its_origin(text: str) -> None:
    plain = normalise(text)
    assert len(plain.text) == len(plain.starts) == len(plain.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(plain.starts, plain.ends, strict=True))
    assert list(plain.starts) == sorted(plain.starts)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Да, Конечно!", ["да", "конечно"]),
        ("дA", ["да"]),
        ("cтоп", ["стоп"]),
        ("OK", ["ok"]),
        ("ну-ка", ["ну", "ка"]),
        ("don't", ["don't"]),
        ("+ 👍🏻 да?", ["+", "👍", "да", "?"]),
        ("+79161234567", ["+", "79161234567"]),
        ("task_1", ["task", "1"]),
        ("❤️✅", ["❤", "✅"]),
        ("", []),
        ("...", []),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert [token.text for token in tokenize(text)] == tokens


def test_tokens_point_into_the_original() -> None:
    text = "Ёж 👍🏻 и\u0306од!"
    assert [text[token.start : token.end] for token in tokenize(text)] == ["Ёж", "👍", "и\u0306од"]


def said(text: str) -> list[str]:
    words = [spoken_word(word, 0, 1) for word in text.split()]
    assert all(words), text
    return [("+" if group.plus else "") + group.digits for group in compose([word for word in words if word])]


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("сто двадцать три", ["123"]),
        ("девятьсот шестнадцать", ["916"]),
        ("двести пять", ["205"]),
        ("сорок пять шестьдесят семь", ["45", "67"]),
        ("двадцать двадцать", ["20", "20"]),
        ("пять семь", ["5", "7"]),
        ("сто двести", ["100", "200"]),
        ("ноль пять", ["0", "5"]),
        ("двадцать десять", ["20", "10"]),
        ("пятнадцать пять", ["15", "5"]),
        ("плюс семь девятьсот три", ["+7", "903"]),
        ("nine hundred sixteen", ["916"]),
        ("nine sixteen", ["9", "16"]),
        ("forty five", ["45"]),
        ("double five", ["55"]),
        ("triple zero", ["000"]),
        ("oh one", ["0", "1"]),
        ("hundred", []),
        ("double", []),
        ("plus", []),
        ("двацать читыре", ["24"]),
        ("девяносто девят", ["99"]),
        ("семдесят", ["70"]),
    ],
)
def test_numerals(text: str, groups: list[str]) -> None:
    assert said(text) == groups


@pytest.mark.parametrize("word", ["номер", "да", "клиент", "сотня", "тысяча", "тра", "девичья", "деять", "слово"])
def test_other_words_are_no_numerals(word: str) -> None:
    assert spoken_word(word, 0, 1) is None


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("кот", "кот", True),
        ("кит", "кот", True),
        ("кто", "кот", True),
        ("кт", "кот", True),
        ("крот", "кот", True),
        ("", "к", True),
        ("ток", "кот", False),
        ("кита", "кот", False),
        ("бкот", "котб", False),
    ],
)
def test_one_slip(word: str, known: str, expected: bool) -> None:
    assert is_one_slip(word, known) is expected


@given(st.text(alphabet="абв", max_size=6), st.lists(st.text(alphabet="абв", min_size=1, max_size=6), max_size=8))
def test_the_index_finds_what_comparing_finds(word: str, known: list[str]) -> None:
    assert Spelling(known, shortest=1).nearest(word) == {other for other in known if is_one_slip(word, other)}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lf", "да"),
        ("ytn", "нет"),
        ("[jhjij", "хорошо"),
        ("lf, lfdfq!", "да, давай!"),
        ("j,pdjy", "обзвон"),
        ("да", "да"),
    ],
)
def test_russian_typed_on_the_latin_layout(typed: str, meant: str) -> None:
    assert typed_as_russian(typed) == meant


@pytest.mark.parametrize(("typed", "meant"), [("щл", "ok"), ("нуы", "yes"), ("yes", "yes")])
def test_english_typed_on_the_russian_layout(typed: str, meant: str) -> None:
    assert typed_as_english(typed) == meant
