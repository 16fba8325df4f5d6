"""The mark by which a task of ours is known again at TWIN, whose API has no key against repetitions. Pure."""

from __future__ import annotations

import secrets

from rasa_twin24.twin24 import Task

# Without letters and digits that are taken for one another when somebody reads them out.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
# 79 bits in all; the first six are shown in the name, where the list of tasks can be searched for them.
LENGTH = 16
SHOWN = 6
_BEFORE = " #"
_COMMENT = "rasa-twin24 "


def new_mark() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))


def shown(mark: str) -> str:
    """The part that stands in the name."""
    return mark[:SHOWN]


def marked_name(name: str, mark: str) -> str:
    """The name at TWIN: «Весенняя акция #k7m2qd»."""
    return f"{name}{_BEFORE}{shown(mark)}"


def comment(mark: str) -> str:
    """The `taskComment`, which holds the whole mark."""
    return f"{_COMMENT}{mark}"


def mark_in(name: str) -> str | None:
    """What may be the shown part of a mark at the end of a name; None when there is none."""
    rest, before, end = name.rpartition(_BEFORE)
    return end if rest and before and len(end) == SHOWN and set(end) <= set(_ALPHABET) else None


def carries(task: Task, mark: str) -> bool:
    """Whether a task at TWIN is the one with this mark; the comment decides where TWIN tells it."""
    if mark_in(task.name) != shown(mark):
        return False
    return not task.comment or mark in task.comment
