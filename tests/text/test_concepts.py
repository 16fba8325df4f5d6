"""What words are about, and the traits of whole messages."""

from __future__ import annotations

import pytest

from rasa_twin24.text.concepts import concepts_of, is_function_word
from rasa_twin24.text.traits import traits_of


@pytest.mark.parametrize(
    ("words", "concept"),
    [
        ("создай заведите оформим сгенерируй create making sets", "create"),
        ("запусти стартуем погнали launched starting kick", "start"),
        ("приостанови притормозим паузу pause suspended freeze", "pause"),
        ("продолжаем возобнови resume continuing", "resume"),
        ("удали убери вычеркните remove deleted wiped", "remove"),
        ("номера телефонов клиентам кандидатов contacts leads", "number"),
        ("лимиты квота limits allowance", "limit"),
        ("журнал логи history", "journal"),
        ("сними разреши lift unlocked", "lift"),
        ("сколько many", "many"),
    ],
)
def test_words_of_one_meaning_have_one_concept(words: str, concept: str) -> None:
    assert {word: concept in concepts_of(word) for word in words.split()} == dict.fromkeys(words.split(), True)


@pytest.mark.parametrize(
    "word", ["погода", "борщ", "логопед", "кода", "weather", "spring", "banana", "", "89161234567"]
)
def test_other_words_are_about_nothing(word: str) -> None:
    assert concepts_of(word) == ()


def test_a_word_may_be_about_two_things() -> None:
    assert set(concepts_of("обзвоны")) == {"call", "task"}


@pytest.mark.parametrize(("word", "expected"), [("и", True), ("the", True), ("обзвон", False), ("борщ", False)])
def test_function_words(word: str, expected: bool) -> None:
    assert is_function_word(word) is expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["запусти", "обзвон"], ["launch", "dialing"]),
        (["удали", "последний"], ["remove", "last"]),
        (["мои", "лимиты"], ["my", "limits"]),
    ],
)
def test_both_languages_share_pairs_of_concepts(one: list[str], other: list[str]) -> None:
    shared = set(traits_of(one)) & set(traits_of(other))
    assert any("+" in trait for trait in shared), shared


@pytest.mark.parametrize(
    ("words", "unknown"),
    [(["запусти", "обзвон"], 0), (["запусти", "пылесос"], 1), (["рецепт", "борща", "и", "хлеба"], 3), ([], 0)],
)
def test_words_about_nothing_are_counted(words: list[str], unknown: int) -> None:
    assert f"unknown_{unknown}" in traits_of(words)


def test_numbers_and_the_length_of_long_messages_tell_nothing_further() -> None:
    assert traits_of(["12", "слово"] * 2)[-2:] == ["unknown_2", "words_4"]
    assert traits_of(["слово"] * 30)[-2:] == traits_of(["слово"] * 300)[-2:]
