"""How much may be dialed at most: per task, per person and day, per bot and day. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rasa_twin24.environment import whole_number
from rasa_twin24.ledger.reservations import Used

_VARIABLES = {
    "task_numbers": "BOT_MAX_TASK_NUMBERS",
    "person_numbers": "BOT_PERSON_DAY_NUMBERS",
    "person_tasks": "BOT_PERSON_DAY_TASKS",
    "day_numbers": "BOT_DAY_NUMBERS",
    "day_tasks": "BOT_DAY_TASKS",
}


@dataclass(frozen=True)
class Excess:
    """The first limit that a start would break; `name` is the field of `Limits`."""

    name: str
    limit: int
    used: int
    asked: int

    @property
    def passes(self) -> bool:
        """Whether the next day makes it possible: no day has room for more than the limit itself."""
        return self.name != "task_numbers" and self.asked <= self.limit


@dataclass(frozen=True)
class Limits:
    """Numbers (candidates) and tasks (starts); 0 lets nothing start. A day is a calendar day in `BOT_TIMEZONE`."""

    task_numbers: int = 10_000
    person_numbers: int = 10_000
    person_tasks: int = 50
    day_numbers: int = 30_000
    day_tasks: int = 200

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Limits:
        """Read `BOT_MAX_TASK_NUMBERS`, `BOT_PERSON_DAY_NUMBERS`, `BOT_PERSON_DAY_TASKS`, `BOT_DAY_NUMBERS` and
        `BOT_DAY_TASKS`. Raises `ValueError`, naming the variable and the mend.
        """
        return cls(
            **{field: whole_number(env, variable, getattr(cls, field)) for field, variable in _VARIABLES.items()}
        )

    @property
    def closing(self) -> list[str]:
        """The variables that let nothing start."""
        return [variable for field, variable in _VARIABLES.items() if getattr(self, field) == 0]

    def excess(self, numbers: int, used: Used, counted: int | None = None) -> Excess | None:
        """What forbids a start of so many numbers after what the day has seen; None: nothing does.

        `counted`: the task goes on after a pause, and so many of its numbers are in what the day has seen already.
        """
        new = numbers - (counted or 0)
        starts = 1 if counted is None or new > 0 else 0
        for name, limit, so_far, asked in (
            ("task_numbers", self.task_numbers, 0, numbers),
            ("person_numbers", self.person_numbers, used.person_numbers, new),
            ("person_tasks", self.person_tasks, used.person_tasks, starts),
            ("day_numbers", self.day_numbers, used.numbers, new),
            ("day_tasks", self.day_tasks, used.tasks, starts),
        ):
            if so_far + asked > limit:
                return Excess(name, limit, so_far, asked)
        return None
