"""Strangers who ask to be let in, and what an owner decided: once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum

import sqlalchemy as sa

from rasa_twin24.ledger import audit, notices, people
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.schema import access_requests
from rasa_twin24.ledger.store import Store, one_at_a_time

# A stranger may ask once in this time, seconds, whatever the answer was.
PAUSE = 24 * 3600.0
# Requests of all strangers together in an hour: the owners' chat must not be flooded by made-up accounts.
MOST_AN_HOUR = 20
HOUR = 3600.0
REFUSED = "refused"


class Asked(Enum):
    """What came of asking."""

    ASKED = "asked"
    ALREADY = "already"
    TOO_MANY = "too_many"


@dataclass(frozen=True)
class Request:
    """`decision` is None while nobody has decided, then `operator`, `viewer` or `refused`."""

    id: int
    person: str
    name: str
    decision: str | None
    decided_by: str | None

    @property
    def label(self) -> str:
        return people.label(self.person, self.name)


class AccessRequests:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def ask(self, person: str, name: str = "", language: str | None = None, tell: Collection[str] = ()) -> Asked:
        """Put a stranger's wish to the owners, whose conversations are in `tell`."""

        def work(connection: sa.engine.Connection) -> Asked:
            one_at_a_time(connection)
            now = self._clock()
            if self._has_asked(connection, person):
                return Asked.ALREADY
            recent = sa.select(sa.func.count()).where(access_requests.c.asked_at > now - HOUR)
            if connection.scalar(recent) >= MOST_AN_HOUR:
                audit.put(connection, now, person, Act.ASK_ACCESS, Result.REFUSED, reason="too_many_requests")
                return Asked.TOO_MANY
            number = connection.execute(
                sa.insert(access_requests).values(person=person, name=name, language=language, asked_at=now)
            ).inserted_primary_key[0]
            audit.put(connection, now, person, Act.ASK_ACCESS, Result.DONE)
            for owner in tell:
                params = {"request": str(number), "who": people.label(person, name)}
                notices.put(connection, owner, "people_request", params, now)
            return Asked.ASKED

        return await self._store.run(work)

    async def has_asked(self, person: str) -> bool:
        """Whether this stranger asked less than `PAUSE` ago and so may not ask now."""
        return await self._store.run(lambda c: self._has_asked(c, person))

    async def get(self, number: int) -> Request | None:
        return await self._store.run(lambda c: _get(c, number))

    async def decide(self, number: int, role: Role | None, by: str) -> tuple[Request | None, bool]:
        """Let the stranger in with this role, or refuse (None); they are told.

        Returns the request as it is decided now, and whether this call decided it: of two owners one does.
        Raises `ValueError` for the owners' role.
        """
        if role is not None and role >= Role.OWNER:
            raise ValueError("the owners are in BOT_OWNERS only")

        def work(connection: sa.engine.Connection) -> tuple[Request | None, bool]:
            one_at_a_time(connection)
            now = self._clock()
            row = connection.execute(sa.select(access_requests).where(access_requests.c.id == number)).first()
            if row is None or row.decision is not None:
                return _get(connection, number), False
            decision = REFUSED if role is None else role.key
            connection.execute(
                sa.update(access_requests)
                .where(access_requests.c.id == number)
                .values(decision=decision, decided_by=by, decided_at=now)
            )
            if role is None:
                notices.put(connection, row.person, "access_refused", {"language": row.language}, now)
            else:
                people.give(connection, now, row.person, role, by, row.name, row.language)
            audit.put(connection, now, by, Act.DECIDE_ACCESS, Result.DONE, whom=row.person, decision=decision)
            return _get(connection, number), True

        return await self._store.run(work)

    def _has_asked(self, connection: sa.engine.Connection, person: str) -> bool:
        last = sa.select(sa.func.max(access_requests.c.asked_at)).where(access_requests.c.person == person)
        asked_at = connection.scalar(last)
        return asked_at is not None and asked_at > self._clock() - PAUSE


def _get(connection: sa.engine.Connection, number: int) -> Request | None:
    row = connection.execute(sa.select(access_requests).where(access_requests.c.id == number)).first()
    return Request(row.id, row.person, row.name, row.decision, row.decided_by) if row else None
