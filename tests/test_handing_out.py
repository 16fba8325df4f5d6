"""The talks with one bot are one group, and no name of a file is out of date."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.handing_out import LONGEST, OF_ONE_BOT, group_of, place_of

PROJECT = Path(__file__).parent.parent


def talks_with_the_common_bot() -> set[str]:
    """Names of the files whose tests ask for the fixture `stage` and have none of their own."""
    found = set()
    for file in (PROJECT / "tests" / "dialogues").glob("test_*.py"):
        functions = [node for node in ast.parse(file.read_text()).body if isinstance(node, ast.AsyncFunctionDef)]
        asked = {argument.arg for each in functions if each.name.startswith("test_") for argument in each.args.args}
        if "stage" in asked and "stage" not in {each.name for each in functions}:
            found.add(file.stem.removeprefix("test_"))
    return found


def test_all_talks_with_one_bot_go_together() -> None:
    assert set(OF_ONE_BOT) == talks_with_the_common_bot()


@pytest.mark.parametrize("group", LONGEST)
def test_what_is_named_is_there(group: str) -> None:
    assert (PROJECT / group).exists()


def test_groups_and_their_order() -> None:
    tests = ["tests/text/test_count.py::a", "tests/nlu/test_decision.py::b", "tests/dialogues/test_kills.py::c[x::y]"]
    assert [group_of(test) for test in tests] == [
        "tests/text/test_count.py",
        "tests/nlu/",
        "tests/dialogues/test_kills.py",
    ]
    assert sorted(tests, key=place_of) == tests[::-1]
