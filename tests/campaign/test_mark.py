"""The mark in a task's name and comment, by which it is known again."""

from __future__ import annotations

import pytest

from rasa_twin24.campaign.mark import carries, comment, mark_in, marked_name, new_mark, shown
from rasa_twin24.twin24 import Task

MARK = "k7m2qdwertyupash"


def test_no_two_marks_are_the_same() -> None:
    marks = {new_mark() for _ in range(10_000)}
    assert len(marks) == 10_000
    assert all(mark_in(marked_name("Акция", mark)) == shown(mark) for mark in marks)


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("Весенняя акция #k7m2qd", "k7m2qd"),
        ("Акция #1 #k7m2qd", "k7m2qd"),
        ("Акция # #k7m2qd", "k7m2qd"),
        ("Весенняя акция", None),
        ("#k7m2qd", None),  # no name before it
        ("Акция #K7M2QD", None),
        ("Акция #k7m2q", None),
        ("Акция #k7m2qd7", None),
        ("Акция #k7m2qd ", None),
        ("Акция #скидка", None),
        ("Акция #l0o1il", None),  # letters and digits that no mark has
        ("", None),
    ],
)
def test_the_mark_at_the_end_of_a_name(name: str, mark: str | None) -> None:
    assert mark_in(name) == mark


@pytest.mark.parametrize(
    ("name", "told", "ours"),
    [
        ("Акция #k7m2qd", comment(MARK), True),
        ("Акция #k7m2qd", f"{comment(MARK)}; заметка менеджера", True),
        ("Переименована в кабинете #k7m2qd", comment(MARK), True),
        ("Акция #k7m2qd", None, True),  # TWIN may not tell the comment
        ("Акция #k7m2qd", "", True),
        ("Акция #k7m2qd", comment("k7m2qdother00000"), False),  # another task whose mark begins alike
        ("Акция #k7m2qe", comment(MARK), False),
        ("Акция", comment(MARK), False),
    ],
)
def test_a_task_is_ours_by_its_mark(name: str, told: str | None, ours: bool) -> None:
    assert carries(Task(id="t-1", name=name, status="BLANK", comment=told), MARK) is ours
