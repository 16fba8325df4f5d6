from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasa_twin24.sandbox.dialing import Pace, advance, outcome, start
from rasa_twin24.sandbox.tasks import Candidate, Task
from tests.sandbox.twin_over_http import phones


def ready_task(people: int, cps: float = 1.01) -> Task:
    return Task(
        id="33333333-3333-4333-8333-333333333333",
        name="Опрос",
        comment="",
        cps=cps,
        created_at=0.0,
        updated_at=0.0,
        ready_at=0.0,
        status="READY",
        candidates=[Candidate(phone, (phone,)) for phone in phones(people)],
    )


def played(people: int, pace: Pace, moments: list[float], cps: float = 1.01) -> Task:
    """A task started at 0 and looked at only in the given moments."""
    task = ready_task(people, cps)
    start(task, 0.0)
    for moment in sorted(moments):
        advance(task, moment, pace)
    return task


@pytest.mark.parametrize(
    ("pace", "cps", "dialed_at"),
    [
        (Pace(2.0, 1, "s"), 1.01, [0, 2, 4, 6]),
        (Pace(0.5, 1, "s"), 1.01, [0, 1, 2, 3]),
        (Pace(2.0, 2, "s"), 1.01, [0, 1, 2, 3]),
        (Pace(3.0, 2, "s"), 1.01, [0, 1, 3, 4]),
        (Pace(3.0, 3, "s"), 1.02, [0, 0.5, 1, 3]),
        (Pace(2.0, 3, "s"), 0.97, [0, 3, 6, 9]),
    ],
    ids=[
        "line is busy",
        "a call a second",
        "two lines",
        "two lines busy",
        "three lines busy",
        "a call in 3 s",
    ],
)
def test_numbers_are_dialed_as_lines_and_cps_allow(pace: Pace, cps: float, dialed_at: list[float]) -> None:
    task = played(4, pace, [100.0], cps)
    assert [call.started_at for call in task.calls] == dialed_at
    assert (task.status, task.updated_at) == ("DONE", dialed_at[-1] + pace.call_seconds)


@given(
    people=st.integers(1, 12),
    lines=st.integers(1, 4),
    call_seconds=st.floats(0, 5),
    moments=st.lists(st.floats(0, 60), max_size=20),
)
@settings(max_examples=150, deadline=None)
def test_the_dialing_does_not_depend_on_who_looks(
    people: int, lines: int, call_seconds: float, moments: list[float]
) -> None:
    pace = Pace(call_seconds, lines, "s")
    watched = played(people, pace, [*moments, 200.0])
    assert watched == played(people, pace, [200.0])
    assert [call.phone for call in watched.calls] == phones(people)
    for call in watched.calls:
        at_once = [one for one in watched.calls if one.started_at <= call.started_at < one.ends_at]
        assert len(at_once) <= lines


def test_a_number_always_ends_the_same_and_mostly_answers() -> None:
    drawn = Counter(outcome(phone, "s") for phone in phones(2000))
    assert set(drawn) == {"ANSWERED", "NOANSWER", "BUSY", "CONGESTION"}
    assert [name for name, _ in drawn.most_common()] == ["ANSWERED", "NOANSWER", "BUSY", "CONGESTION"]
    assert drawn["ANSWERED"] > 1000
    assert [outcome(phone, "s") for phone in phones(50)] == [outcome(phone, "s") for phone in phones(50)]
    assert [outcome(phone, "s") for phone in phones(50)] != [outcome(phone, "t") for phone in phones(50)]
