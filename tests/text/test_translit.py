"""Russian in Latin letters, by sound and by the wrong keyboard layout."""

from __future__ import annotations

import pytest

from rasa_twin24.text.translit import as_russian


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sdelai obzvon", "сделай обзвон"),
        ("sdelaj obzvon", "сделай обзвон"),
        ("zapusti zvonki", "запусти звонки"),
        ("pokazhi moi zadaniya", "покажи мои задания"),
        ("pokaji spisok nomerov", "покажи список номеров"),
        ("kak tam obzvon", "как там обзвон"),
        ("zhurnal deistvii", "журнал действий"),
        ("prodolzhai obzvon 77", "продолжай обзвон 77"),
        ("dobroe utro", "доброе утро"),
        ("sozdat zadanie", "создать задание"),
        ("ghbdtn", "привет"),
        ("pfgecnb j,pdjy", "запусти обзвон"),
        ("cnfnec", "статус"),
    ],
)
def test_russian_in_latin_letters(typed: str, meant: str) -> None:
    assert as_russian(typed.split()) == meant.split()


@pytest.mark.parametrize(
    "text",
    [
        "hello there",
        "start the calls",
        "stop list",
        "not yet",
        "who is on the list",
        "create a task",
        "запусти call",
        "запусти обзвон",
        "no",
        "ok",
        "12 34",
        "",
        "zxcvbnm qwrt",
        "spring sale",
        "don't start it",
    ],
)
def test_english_russian_and_nonsense_stay(text: str) -> None:
    assert as_russian(text.split()) is None
