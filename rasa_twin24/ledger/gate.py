"""The money gate: one transaction decides right before `play`, another writes down what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import sqlalchemy as sa

from rasa_twin24.ledger import pauses, plans, reservations, stops, tasks
from rasa_twin24.ledger.endings import end_start
from rasa_twin24.ledger.people import People, Role
from rasa_twin24.ledger.reservations import Used
from rasa_twin24.ledger.schema import abandoned
from rasa_twin24.ledger.schema import tasks as task_rows
from rasa_twin24.ledger.stops import Stop
from rasa_twin24.ledger.store import Store, one_at_a_time
from rasa_twin24.ledger.tasks import TaskState


class Refusal(Enum):
    """Why `play` may not be sent."""

    DECIDED = "decided"  # the one `play` of this yes was let through before, or the task is not starting
    NO_CONSENT = "no_consent"  # the yes is too old
    NO_RIGHT = "no_right"  # the person was removed or may only read
    STOPPED = "stopped"
    PAUSED = "paused"  # somebody wants this very task paused, and it is not known to be so
    SPOILED = "spoiled"  # what is at TWIN could not be verified, or is a duplicate
    LIMIT = "limit"


@dataclass(frozen=True)
class Verdict:
    """`refusal` None: `play` may be sent, once. `used` and `counted` belong to LIMIT, `stop` to STOPPED.

    `counted`: how many of the numbers an earlier start of this task has taken of the day's limits already.
    """

    refusal: Refusal | None = None
    used: Used | None = None
    counted: int | None = None
    stop: Stop | None = None


class Gate:
    def __init__(self, store: Store, people: People, clock: Callable[[], float]) -> None:
        self._store = store
        self._people = people
        self._clock = clock

    async def enter(
        self,
        task_id: int,
        numbers: int,
        day: str,
        fits: Callable[[Used, int | None], bool],
        *,
        left: int = 0,
        at_twin: int | None = None,
    ) -> Verdict:
        """Decide for the one `play` of a yes, before it is sent, and reserve what it takes of the limits.

        `fits` tells whether `numbers` more candidates are within the limits after what this `day` has seen. `left`:
        so many of them were in the task when it was paused. If its start was on this very day, they have been counted
        and are not again; `fits` is given their number then, else None. `at_twin`: all candidates of the task.
        """

        def work(connection: sa.engine.Connection) -> Verdict:
            one_at_a_time(connection)
            # The change that changes nothing locks the row: of two processes with one yes, one goes first.
            if not tasks.move(connection, task_id, [TaskState.STARTING], TaskState.STARTING):
                return Verdict(Refusal.DECIDED)
            task, now = tasks.read(connection, task_id), self._clock()
            if task.started_at is not None:
                return Verdict(Refusal.DECIDED)
            if not plans.agreed(connection, task_id, now):
                return Verdict(Refusal.NO_CONSENT)
            role = self._people.role_in(connection, task.conversation)
            if role is None or role < Role.OPERATOR:
                return Verdict(Refusal.NO_RIGHT)
            stop = stops.in_force(connection)
            if stop is not None:
                return Verdict(Refusal.STOPPED, stop=stop)
            if pauses.is_in_force(connection, task.twin_id):
                return Verdict(Refusal.PAUSED)
            if task.spoiled or _abandoned(connection, task.twin_id):
                return Verdict(Refusal.SPOILED)
            used = reservations.used(connection, task.conversation, day)
            counted = reservations.counted(connection, task.twin_id, day, left, task.there_before)
            if not fits(used, counted):
                return Verdict(Refusal.LIMIT, used=used, counted=counted)
            if numbers > (counted or 0):
                reservations.reserve(
                    connection, task_id, task.conversation, numbers - (counted or 0), day, now, at_twin
                )
            plans.take_play(connection, task_id, now)
            connection.execute(sa.update(task_rows).where(task_rows.c.id == task_id).values(started_at=now))
            return Verdict()

        return await self._store.run(work)

    async def leave(self, task_id: int, ending: str, state: str, reason: str, **values: Any) -> bool:
        """A start has ended: the task's state, the confirmation, the reservation and the audit change together.

        False when it had ended before: each confirmation ends once. `reason` is the name of what the person is told.
        """

        def work(connection: sa.engine.Connection) -> bool:
            one_at_a_time(connection)
            return end_start(connection, self._clock(), task_id, ending, state, reason, **values)

        return await self._store.run(work)


def _abandoned(connection: sa.engine.Connection, twin_id: str | None) -> bool:
    found = sa.select(abandoned.c.twin_id).where(abandoned.c.twin_id == twin_id)
    return connection.execute(found).first() is not None
