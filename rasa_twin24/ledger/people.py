"""Who may talk to the bot, and what each may do. Deny by default: who is not named here does not get in."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

import sqlalchemy as sa

from rasa_twin24.ledger.schema import people
from rasa_twin24.ledger.store import Store

# Whoever passed the web chat's own door (loopback on the sandbox, else the printed token).
WEB_OWNER = "web:owner"
MESSENGERS = ("web", "telegram", "max", "vk", "viber", "whatsapp", "slack")


class Role(IntEnum):
    """A higher role may do whatever a lower one may."""

    VIEWER = 1
    """Reads how tasks go."""
    OPERATOR = 2
    """Makes, fills and starts tasks."""
    OWNER = 3
    """Lets people in, stops everything, reads the audit."""


def owners_from_env(env: Mapping[str, str]) -> frozenset[str]:
    """Read `BOT_OWNERS`, a comma list such as `telegram:100200300,vk:77`.

    Raises `ValueError` on an entry of another shape: a typing slip must not lock the owner out silently.
    """
    owners = set()
    for entry in (env.get("BOT_OWNERS") or "").split(","):
        entry = entry.strip()
        if not entry:
            continue
        messenger, _, person = entry.partition(":")
        if messenger not in MESSENGERS or not person or any(c.isspace() for c in person):
            raise ValueError(
                f"BOT_OWNERS: '{entry}' is not <messenger>:<id>, e.g. telegram:100200300 "
                f"(messengers: {', '.join(MESSENGERS)})"
            )
        owners.add(entry)
    return frozenset(owners)


class People:
    """The owners come from the environment and cannot be made in the chat; everybody else is in the ledger."""

    def __init__(self, store: Store, owners: frozenset[str]) -> None:
        self._store = store
        self.owners = owners | {WEB_OWNER}

    async def role(self, person: str) -> Role | None:
        """None: a stranger."""
        if person in self.owners:
            return Role.OWNER
        return await self._store.run(lambda c: role_of(c, person))

    def role_in(self, connection: sa.engine.Connection, person: str) -> Role | None:
        """`People.role` inside somebody else's transaction."""
        return Role.OWNER if person in self.owners else role_of(connection, person)


def role_of(connection: sa.engine.Connection, person: str) -> Role | None:
    """The role that the ledger gives a person, inside somebody else's transaction; it knows no owners."""
    name = connection.scalar(sa.select(people.c.role).where(people.c.id == person))
    return {"operator": Role.OPERATOR, "viewer": Role.VIEWER}.get(name or "")
