"""Invitations: a one-time code lets whoever sends it in, with the role that was chosen when it was made.

The code itself is not kept, only its SHA-256: it is random enough for that, and a copy of the ledger lets nobody in.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Collection
from enum import Enum

import sqlalchemy as sa

from rasa_twin24.ledger import audit, notices, people
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.schema import access_requests, invite_tries, invites
from rasa_twin24.ledger.store import Store, one_at_a_time

# 120 bits: 24 letters and digits, which fit into a Telegram link and do not depend on a keyboard's capitals.
CODE_BYTES = 15
CODE = re.compile(r"[a-z2-7]{24}", re.IGNORECASE)
LIFE = 48 * 3600.0
# Under this key `kept` holds the name of the bot at Telegram, of which a link with a code is made.
TELEGRAM_NAME = "telegram_name"
# Wrong codes of one person in a day, and of all strangers together in an hour; beyond, a code is not even looked at.
TRIES_OF_ONE = 5
TRIES_OF_ALL = 60
DAY, HOUR = 24 * 3600.0, 3600.0


class Try(Enum):
    """What came of a code."""

    JOINED = "joined"
    WRONG = "wrong"
    """Never given out, expired, used, or revoked: a stranger is not told which."""
    TOO_MANY = "too_many"


class Invites:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def make(self, role: Role, by: str) -> str:
        """A new code for one person, good for `LIFE`. Raises `ValueError` for the owners' role."""
        if role >= Role.OWNER:
            raise ValueError("the owners are in BOT_OWNERS only")
        code = new_code()

        def work(connection: sa.engine.Connection) -> None:
            now = self._clock()
            connection.execute(
                sa.insert(invites).values(
                    code_hash=hash_of(code), role=role.key, made_by=by, made_at=now, expires_at=now + LIFE
                )
            )
            audit.put(connection, now, by, Act.INVITE, Result.DONE, role=role.key)

        await self._store.run(work)
        return code

    async def use(
        self, person: str, code: str, name: str = "", language: str | None = None, tell: Collection[str] = ()
    ) -> Try:
        """Let a stranger in by a code. Of two at once one gets in; the conversations in `tell` hear who came."""

        def work(connection: sa.engine.Connection) -> Try:
            one_at_a_time(connection)
            now = self._clock()
            if tried_too_often(connection, person, now):
                return Try.TOO_MANY
            found = connection.execute(sa.select(invites).where(invites.c.code_hash == hash_of(code))).first()
            fault = _fault(found, now)
            if found is None or fault:
                count_try(connection, person, now)
                audit.put(connection, now, person, Act.JOIN, Result.REFUSED, reason=fault)
                return Try.WRONG
            connection.execute(sa.update(invites).where(invites.c.id == found.id).values(used_by=person, used_at=now))
            people.give(connection, now, person, Role[found.role.upper()], found.made_by, name, language)
            # What the stranger had asked for is answered by this.
            connection.execute(
                sa.update(access_requests)
                .where(access_requests.c.person == person, access_requests.c.decision.is_(None))
                .values(decision=found.role, decided_by=found.made_by, decided_at=now)
            )
            audit.put(connection, now, person, Act.JOIN, Result.DONE, role=found.role, invited_by=found.made_by)
            for owner in tell:
                notices.put(connection, owner, f"people_joined_{found.role}", {"who": people.label(person, name)}, now)
            return Try.JOINED

        return await self._store.run(work)

    async def open_count(self) -> int:
        """How many codes would let somebody in now."""

        def work(connection: sa.engine.Connection) -> int:
            return int(connection.scalar(sa.select(sa.func.count()).where(*_good(self._clock()))))

        return await self._store.run(work)

    async def revoke(self, by: str) -> int:
        """Make every unused code useless; returns how many there were."""

        def work(connection: sa.engine.Connection) -> int:
            one_at_a_time(connection)
            now = self._clock()
            revoked = int(connection.execute(sa.update(invites).where(*_good(now)).values(expires_at=now)).rowcount)
            audit.put(connection, now, by, Act.REVOKE_INVITES, Result.DONE, count=revoked)
            return revoked

        return await self._store.run(work)


def new_code() -> str:
    return base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()


def hash_of(code: str) -> str:
    return hashlib.sha256(code.lower().encode()).hexdigest()


def _good(now: float) -> tuple[sa.sql.ColumnElement, ...]:
    return invites.c.used_by.is_(None), invites.c.expires_at > now


def _fault(invite: sa.engine.Row | None, now: float) -> str | None:
    if invite is None:
        return "wrong_code"
    if invite.used_by is not None:
        return "used_code"
    return "expired_code" if invite.expires_at <= now else None


def count_try(connection: sa.engine.Connection, person: str, now: float) -> None:
    """A code of this person's was wrong, inside somebody else's transaction."""
    connection.execute(sa.delete(invite_tries).where(invite_tries.c.at < now - DAY))
    connection.execute(sa.insert(invite_tries).values(person=person, at=now))


def tried_too_often(connection: sa.engine.Connection, person: str, now: float) -> bool:
    own = sa.select(sa.func.count()).where(invite_tries.c.person == person, invite_tries.c.at > now - DAY)
    everybodys = sa.select(sa.func.count()).where(invite_tries.c.at > now - HOUR)
    return bool(connection.scalar(own) >= TRIES_OF_ONE or connection.scalar(everybodys) >= TRIES_OF_ALL)
