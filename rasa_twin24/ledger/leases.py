"""Who works on a task: one process at a time, and another one only when the first has gone.

A lease runs out by itself and is renewed while the work goes on. A killed process leaves its lease behind: that is how
the next one knows that something was left half done.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable

import sqlalchemy as sa

from rasa_twin24.ledger.schema import tasks
from rasa_twin24.ledger.store import Store

# A process that does not renew for so long is taken for gone, seconds.
LEASE_SECONDS = 30.0


def process_name() -> str:
    """`<machine>:<number>:<random>`: tells this process from every other, also from one that had its number before."""
    return f"{_machine()}:{os.getpid()}:{secrets.token_hex(4)}"


class Leases:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self.owner = process_name()

    async def take(self, task_id: int) -> bool:
        """Take or renew the lease; False while another process holds it."""

        def work(connection: sa.engine.Connection) -> bool:
            row = connection.execute(
                sa.select(tasks.c.lease_owner, tasks.c.lease_until).where(tasks.c.id == task_id).with_for_update()
            ).first()
            if row is None or self._held(row):
                return False
            connection.execute(
                sa.update(tasks)
                .where(tasks.c.id == task_id)
                .values(lease_owner=self.owner, lease_until=self._clock() + LEASE_SECONDS)
            )
            return True

        return await self._store.run(work)

    async def give_back(self, task_id: int) -> None:
        """The work has come to its end."""
        await self._store.run(
            lambda c: c.execute(
                sa.update(tasks)
                .where(tasks.c.id == task_id, tasks.c.lease_owner == self.owner)
                .values(lease_owner=None, lease_until=None)
            )
        )

    async def left_behind(self) -> list[int]:
        """Tasks whose process has gone in the middle of its work."""

        def work(connection: sa.engine.Connection) -> list[int]:
            rows = connection.execute(
                sa.select(tasks.c.id, tasks.c.lease_owner, tasks.c.lease_until)
                .where(tasks.c.lease_owner.is_not(None))
                .order_by(tasks.c.id)
            )
            return [row.id for row in rows if row.lease_owner != self.owner and not self._held(row)]

        return await self._store.run(work)

    def _held(self, row: sa.engine.Row) -> bool:
        """Whether another process has the lease."""
        if row.lease_owner in (None, self.owner):
            return False
        return row.lease_until > self._clock() and not _has_gone(row.lease_owner, self.owner)


def _machine() -> str:
    """Where process numbers mean something: containers of one host, or of one name, number theirs apart."""
    try:
        numbers = os.readlink("/proc/self/ns/pid")
    except OSError:
        numbers = ""
    return f"{socket.gethostname()[:20]}/{''.join(filter(str.isdigit, numbers))}"


def _has_gone(owner: str, us: str) -> bool:
    """Whether a process of this machine surely is no more; one of another machine has to run out."""
    machine, number, _ = owner.split(":")
    our_machine, our_number, _ = us.split(":")
    if machine != our_machine:
        return False
    if number == our_number:  # given out again, to us
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
