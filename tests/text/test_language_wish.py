"""Which language a message asks for; a name of a task is no such wish."""

from __future__ import annotations

import pytest

from rasa_twin24.text.commands import command_of
from rasa_twin24.text.language_wish import asked_language, names_language, orders_language


@pytest.mark.parametrize(
    ("text", "wish", "in_a_form"),
    [
        ("говори по-английски", "en", True),
        ("Говори по английски!", "en", True),
        ("switch to Russian", "ru", True),
        ("на русском, пожалуйста", "ru", True),
        ("English please", "en", True),
        ("давай по-русски", "ru", True),
        ("switch from Russian to English", "en", True),
        ("не говори по-русски, а по-английски", "en", True),
        ("перейди на английский язык", "en", True),
        ("сбрось язык", "auto", True),
        ("reset the language", "auto", True),
        ("отвечай на том же языке, на котором я пишу", "auto", True),
        ("answer in the language I write in", "auto", True),
        # a wish, but where a name is asked for it may be one
        ("English", "en", False),
        ("по-русски", "ru", False),
        ("Русский", "ru", False),
        ("можно на английском?", "en", False),
        ("I don't understand Russian", "en", False),
        ("English, not Russian", "en", False),
        # none at all
        ("Английский язык для детей", None, False),
        ("My Language School", None, False),
        ("Русская баня", None, False),
        ("создай обзвон «Говори по-английски»", None, False),
        ("да, по-русски", None, False),
        ("давай", None, False),
        ("русский или английский", None, False),
        ("switch language", None, False),
        ("на русском 89161234567", None, False),
        ("", None, False),
        ("говори " * 40 + "по-русски", None, False),
    ],
)
def test_wishes(text: str, wish: str | None, in_a_form: bool) -> None:
    assert asked_language(text) == wish
    assert orders_language(text) is in_a_form
    assert (command_of(text) == "switch_language") is in_a_form


def test_whether_a_language_is_spoken_of() -> None:
    assert names_language("плохо понимаю по-русски, что делать")
    assert names_language("which language is this")
    assert not names_language("позвони Русланову")
