"""Another name for a task: at once where TWIN does not have it yet, else for a task that is made anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.list_edits import Taken
from rasa_twin24.ledger.tasks import CallTask, TaskState

ME = "telegram:5"


def whole(_task: CallTask) -> bool:
    return True


def shared(_task: CallTask) -> bool:
    return False


@pytest.mark.parametrize(
    ("state", "twin_id", "may_be_rebuilt", "taken", "name", "then"),
    [
        (TaskState.NEW, None, whole, Taken.DONE, "Водители", TaskState.NEW),
        (TaskState.FILLING, "t-1", whole, Taken.REBUILDING, "Водители", TaskState.CREATING),
        (TaskState.FILLING, "t-1", shared, Taken.FOREIGN, "Курьеры", TaskState.FILLING),
        (TaskState.CREATING, None, whole, Taken.BUSY, "Курьеры", TaskState.CREATING),
        (TaskState.STARTING, "t-1", whole, Taken.STARTED, "Курьеры", TaskState.STARTING),
        (TaskState.RUNNING, "t-1", whole, Taken.STARTED, "Курьеры", TaskState.RUNNING),
    ],
)
async def test_until_the_start(
    ledger: Ledger,
    state: str,
    twin_id: str | None,
    may_be_rebuilt: Callable[[CallTask], bool],
    taken: Taken,
    name: str,
    then: str,
) -> None:
    task = await ledger.tasks.new(ME, name="Курьеры", state=state, twin_id=twin_id, there_before=0)
    await ledger.plans.show(ME, task.id, "digest", 60.0)
    assert await ledger.list_edits.rename(task.id, "Водители", may_be_rebuilt) is taken
    after = await ledger.tasks.get(task.id)
    assert (after.name, after.state) == (name, then)
    changed = taken in (Taken.DONE, Taken.REBUILDING)
    assert (await ledger.plans.shown(ME) is None) is changed
    if taken is Taken.REBUILDING:
        assert await ledger.abandoned.reason("t-1") is not None
        assert after.twin_id is None
