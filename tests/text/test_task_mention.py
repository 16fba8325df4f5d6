"""Which of the known tasks a message means by name."""

from __future__ import annotations

import pytest

from rasa_twin24.text.task_mention import mentioned, names_another

NAMES = ["Весенняя акция", "Акция", "Курьеры Казань", "Обзвон", "Spring sale", "Весна 2", "Весна", "Ромашкино"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("приостанови Весеннюю акцию", ["Весенняя акция"]),
        ("как там весенняя акция?", ["Весенняя акция"]),
        ("что с акцией", ["Акция"]),
        ("останови курьеров по Казани", ["Курьеры Казань"]),
        ("останови курьеров", []),
        ("pause the spring sale please", ["Spring sale"]),
        ("поставь обзвон на паузу", []),  # a word that is said of any task names none
        ("поставь на паузу «Обзвон»", ["Обзвон"]),
        ("останови «Лето»", []),
        ("продолжи Весну 2", ["Весна 2"]),
        ("продолжи Весну", ["Весна"]),
        ("приостанови Ромашкину", ["Ромашкино"]),
        ("пауза", []),
        ("", []),
    ],
)
def test_names(text: str, meant: list[str]) -> None:
    assert [NAMES[place] for place in mentioned(text, NAMES)] == meant


def test_a_name_that_several_tasks_have() -> None:
    assert mentioned("пауза Акция", ["Акция", "Лето", "Акция"]) == [0, 2]


@pytest.mark.parametrize(("text", "quotes"), [("останови «Лето»", True), ('pause "Summer"', True), ("пауза", False)])
def test_a_quoted_name_is_a_name(text: str, quotes: bool) -> None:
    assert names_another(text) is quotes
