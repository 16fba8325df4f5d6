"""The numbers of options that are said in words."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from rasa_twin24.channels.options import YES, choose, lines, numbered
from rasa_twin24.ledger.buttons import Button
from tests.bot_process import PROJECT

DOMAIN = YAML(typ="safe").load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
AB = [("A", "/a"), ("B", "/b")]


@pytest.mark.parametrize(
    ("taken", "titles"),
    [
        ([], ["1. A", "2. B"]),
        (["1. X"], ["2. A", "3. B"]),
        (["2. X"], ["3. A", "4. B"]),
        (["3. X", "4. Y"], ["1. A", "2. B"]),
        (["1. X", "3. Y"], ["4. A", "5. B"]),
        (["X", "– Y"], ["1. A", "2. B"]),
    ],
)
def test_numbers_are_not_given_twice(taken: list[str], titles: list[str]) -> None:
    assert numbered(AB, taken) == [(title, payload) for title, (_, payload) in zip(titles, AB, strict=True)]


def shown(at: float, *buttons: tuple[str, str], open: bool = True) -> list[Button]:
    return [Button(f"{at}:{title}", title, payload, open, False, at) for title, payload in buttons]


OLD = shown(1.0, ("1. A", "/a"), ("2. B", "/b"), open=False)
PLAN = (("Да, запустить", YES), ("Нет, не запускать", "/deny"))
COUNT = (("Нет, не запускать", "/deny"),)


@pytest.mark.parametrize(
    ("known", "number", "token"),
    [
        ([], 1, None),
        (OLD, 2, "1.0:2. B"),
        (OLD, 3, None),
        pytest.param(shown(2.0, ("1. C", "/c")) + OLD, 1, "2.0:1. C", id="the newest with this number"),
        pytest.param(shown(2.0, ("1. C", "/c")) + OLD, 2, "1.0:2. B", id="an older one"),
        pytest.param(shown(2.0, *PLAN) + OLD, 1, None, id="under the plan"),
        pytest.param(shown(2.0, *COUNT) + OLD, 1, None, id="where a count is typed"),
        pytest.param(shown(3.0, ("3. C", "/c")) + shown(2.0, *PLAN), 3, "3.0:3. C", id="asked after the plan"),
        pytest.param(shown(2.0, *PLAN, open=False) + OLD, 1, "1.0:1. A", id="after the plan"),
        pytest.param(shown(2.0, ("1. Да", YES), open=False), 1, None, id="never a yes"),
        pytest.param(shown(2.0, ("11. C", "/c")), 1, None, id="another number"),
    ],
)
def test_what_a_number_chooses(known: list[Button], number: int, token: str | None) -> None:
    assert choose(known, number) == token


def test_no_question_about_a_start_has_numbers() -> None:
    """Whatever asks for a yes or a count in domain.yml, in both languages."""
    asking = 0
    for name, variations in DOMAIN["responses"].items():
        for variation in variations:
            keyboard = [(button["title"], button["payload"]) for button in variation.get("buttons", [])]
            starts = "start_calls" in name or "resume_calls" in name
            asks = starts and any(payload in (YES, "/deny") for _, payload in keyboard)
            asking += asks
            assert (numbered(keyboard, []) == keyboard) is (asks or not keyboard), name
    assert asking > 10


def test_lines() -> None:
    assert lines("Что?", ["1. A", "Да"]) == "Что?\n1. A\n– Да"
