"""How much may be dialed: which limit a start breaks, and whether waiting helps."""

from __future__ import annotations

import pytest

from rasa_twin24.campaign.limits import Excess, Limits
from rasa_twin24.ledger.reservations import Used

LIMITS = Limits(task_numbers=100, person_numbers=150, person_tasks=3, day_numbers=200, day_tasks=5)


@pytest.mark.parametrize(
    ("asked", "used", "name"),
    [
        (100, Used(50, 2, 100, 4), None),  # each to the brim
        (0, Used(0, 0, 0, 0), None),
        (101, Used(0, 0, 0, 0), "task_numbers"),
        (100, Used(51, 1, 51, 1), "person_numbers"),
        (1, Used(3, 3, 3, 3), "person_tasks"),
        (100, Used(0, 0, 101, 1), "day_numbers"),
        (1, Used(0, 0, 5, 5), "day_tasks"),
        (101, Used(150, 3, 200, 5), "task_numbers"),  # the first one is named
    ],
)
def test_the_limit_that_is_broken(asked: int, used: Used, name: str | None) -> None:
    found = LIMITS.excess(asked, used)
    assert (found and found.name) == name


def test_an_excess_tells_its_figures() -> None:
    assert LIMITS.excess(60, Used(100, 1, 100, 1)) == Excess("person_numbers", limit=150, used=100, asked=60)


@pytest.mark.parametrize(
    ("excess", "passes"),
    [
        (Excess("person_numbers", 150, 100, 60), True),
        (Excess("person_numbers", 150, 0, 151), False),
        (Excess("day_tasks", 0, 0, 1), False),
        (Excess("task_numbers", 100, 0, 101), False),
    ],
)
def test_waiting_helps_only_where_a_fresh_day_has_room(excess: Excess, passes: bool) -> None:
    assert excess.passes is passes


@pytest.mark.parametrize("field", ["task_numbers", "person_numbers", "person_tasks", "day_numbers", "day_tasks"])
def test_nothing_may_start_under_a_limit_of_nothing(field: str) -> None:
    found = Limits(**{field: 0}).excess(1, Used(0, 0, 0, 0))
    assert found is not None
    assert found.name == field


def test_the_settings() -> None:
    assert Limits.from_env({}) == Limits(10_000, 10_000, 50, 30_000, 200)
    env = {"BOT_MAX_TASK_NUMBERS": "1", "BOT_PERSON_DAY_NUMBERS": "2", "BOT_PERSON_DAY_TASKS": "3"}
    env |= {"BOT_DAY_NUMBERS": "4", "BOT_DAY_TASKS": " 0 "}
    assert Limits.from_env(env) == Limits(1, 2, 3, 4, 0)


@pytest.mark.parametrize("value", ["-1", "many", "1.5", "10 000", "١٠", "1" * 10])
@pytest.mark.parametrize("variable", ["BOT_MAX_TASK_NUMBERS", "BOT_DAY_TASKS"])
def test_a_wrong_setting_is_named(variable: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"^{variable} is .*use a whole number from 0 on"):
        Limits.from_env({variable: value})
