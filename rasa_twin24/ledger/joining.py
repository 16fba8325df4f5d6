"""What somebody had under way in an account goes along when that joins another conversation, in one transaction.

The tasks do, whatever their state, and with them their numbers. None becomes what is talked about there by itself: the
next number, or the next yes, would be for a task that its person does not expect. So a button turns to it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from rasa_twin24.ledger import conversations, plans, tasks
from rasa_twin24.ledger.imports import ImportState, Purpose
from rasa_twin24.ledger.schema import buttons, candidates, import_chunks, imports
from rasa_twin24.ledger.schema import conversations as conversation_rows
from rasa_twin24.ledger.schema import tasks as task_rows
from rasa_twin24.ledger.tasks import TaskState

# A task in one of these can be gone on with; one that runs is found in the list of tasks.
DRAFT = (TaskState.NEW, TaskState.CREATING, TaskState.FILLING)
_UNDECIDED = (ImportState.READING, ImportState.CHOOSING, ImportState.READY)


def bring(connection: sa.engine.Connection, account: str, home: str, now: float) -> dict[str, Any]:
    """Move what the account's own conversation holds; returns what its person has to hear of it, if anything.

    `draft` is the row of the task that was talked about, as a text, `name` its name and `count` its people; `tasks`
    tells how many there are besides; `lists` names those that nobody has decided on. They stay behind: their question
    is about the task that is talked about, and that is another one now.
    """
    # What was shown there can no longer be said yes to, nor pressed if the account leaves again.
    plans.void(connection, account)
    connection.execute(sa.update(buttons).where(buttons.c.conversation == account).values(open=False))
    told: dict[str, Any] = {}
    lists = _drop_undecided(connection, account)
    if lists:
        told["lists"] = ", ".join(f"«{name}»" for name in lists)
    current = connection.scalar(sa.select(conversation_rows.c.task_id).where(conversation_rows.c.id == account))
    if current is not None:
        conversations.put(connection, account, now, task_id=None, step=None)
        told |= _draft(connection, tasks.read(connection, current))
    moved = _move(connection, account, home) - ("draft" in told)
    return {**told, "tasks": str(moved)} if moved > 0 else told


def _draft(connection: sa.engine.Connection, task: tasks.CallTask) -> dict[str, str]:
    """The task that was talked about, if anything of it is there to be gone on with; else it is over."""
    people = sa.select(sa.func.count()).where(candidates.c.task_id == task.id)
    count = int(connection.scalar(people) or 0)
    if task.state not in DRAFT:
        return {}
    if not task.name and not count:
        tasks.move(connection, task.id, [TaskState.NEW], TaskState.DROPPED)
        return {}
    return {"draft": str(task.id), "name": task.name, "count": str(count)}


def _move(connection: sa.engine.Connection, account: str, home: str) -> int:
    """How many tasks known by name went along. Of one that both have opened, the home's own row is the one."""
    there = sa.select(task_rows.c.twin_id).where(task_rows.c.conversation == home, task_rows.c.twin_id.is_not(None))
    known = {row.twin_id for row in connection.execute(there)}
    rows = connection.execute(
        sa.select(task_rows.c.id, task_rows.c.twin_id, task_rows.c.name).where(task_rows.c.conversation == account)
    )
    moving = [row for row in rows if row.twin_id not in known]
    for row in moving:
        connection.execute(sa.update(task_rows).where(task_rows.c.id == row.id).values(conversation=home))
    return sum(bool(row.name) for row in moving)


def _drop_undecided(connection: sa.engine.Connection, account: str) -> list[str]:
    """The names of the lists, of a message's doubtful numbers there is none."""
    asked = sa.and_(imports.c.conversation == account, imports.c.state.in_(_UNDECIDED))
    rows = connection.execute(sa.select(imports).where(asked).order_by(imports.c.id).with_for_update()).all()
    ids = [row.id for row in rows]
    connection.execute(sa.delete(import_chunks).where(import_chunks.c.import_id.in_(ids)))
    connection.execute(sa.update(imports).where(imports.c.id.in_(ids)).values(state=ImportState.CANCELLED))
    return [row.file_name for row in rows if row.purpose in (Purpose.CANDIDATES, Purpose.DO_NOT_CALL)]
