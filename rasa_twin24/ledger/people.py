"""Who may talk to the bot, and what each may do. Deny by default: who is not named here does not get in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum

import sqlalchemy as sa

from rasa_twin24.ledger import audit, notices
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.kept import drop_about
from rasa_twin24.ledger.linked import drop, linked_to
from rasa_twin24.ledger.schema import buttons, conversations, people, plans
from rasa_twin24.ledger.store import Store, one_at_a_time

# Whoever passed the web chat's own door (loopback on the sandbox, else the printed token).
WEB_OWNER = "web:owner"
# How a messenger names itself; which there are is for credentials.yml to say.
_MESSENGER = re.compile(r"[a-z][a-z0-9_]{0,30}")


class Role(IntEnum):
    """A higher role may do whatever a lower one may."""

    VIEWER = 1
    """Reads how tasks go."""
    OPERATOR = 2
    """Makes, fills and starts tasks."""
    OWNER = 3
    """Lets people in, stops everything, reads the audit."""

    @property
    def key(self) -> str:
        """As it stands in the ledger, in phrases' names and on the command line."""
        return self.name.lower()


class Change(Enum):
    """What came of changing somebody's access."""

    LET_IN = "let_in"
    CHANGED = "changed"
    SAME = "same"
    REMOVED = "removed"
    UNKNOWN = "unknown"
    """Nobody of this id has access."""
    OWNER = "owner"
    """The owners are in `BOT_OWNERS`: nothing was changed."""


@dataclass(frozen=True)
class Person:
    """`name` is what the messenger told when the person came; `added_at`, seconds, is None for the owners."""

    id: str
    role: Role
    name: str = ""
    added_by: str = ""
    added_at: float | None = None

    @property
    def label(self) -> str:
        return label(self.id, self.name)


def label(person: str, name: str) -> str:
    """How somebody is named to others. Always with the id: names are chosen by who bears them."""
    return f"{name} ({person})" if name else person


def is_person_id(text: str) -> bool:
    """`<messenger>:<id>`."""
    messenger, _, person = text.partition(":")
    is_written_so = bool(_MESSENGER.fullmatch(messenger)) and bool(person)
    return is_written_so and not any(sign.isspace() for sign in person) and len(text) <= 255


def owners_from_env(env: Mapping[str, str]) -> frozenset[str]:
    """Read `BOT_OWNERS`, a comma list such as `telegram:100200300,vk:77`.

    Raises `ValueError` on an entry of another shape: a typing slip must not lock the owner out silently. Whether there
    is such a messenger is asked where they are made.
    """
    owners = set()
    for entry in (env.get("BOT_OWNERS") or "").split(","):
        entry = entry.strip()
        if not entry:
            continue
        if not is_person_id(entry):
            raise ValueError(f"BOT_OWNERS: '{entry}' is not <messenger>:<id>, e.g. telegram:100200300")
        owners.add(entry)
    return frozenset(owners)


class People:
    """The owners come from the environment and cannot be made in the chat; everybody else is in the ledger."""

    def __init__(self, store: Store, owners: frozenset[str], clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self.owners = owners | {WEB_OWNER}

    async def role(self, person: str) -> Role | None:
        """None: a stranger."""
        if person in self.owners:
            return Role.OWNER
        return await self._store.run(lambda c: self.role_in(c, person))

    def role_in(self, connection: sa.engine.Connection, person: str) -> Role | None:
        """`role` inside somebody else's transaction."""
        return Role.OWNER if person in self.owners else role_of(connection, person)

    async def language(self, person: str) -> str | None:
        """As the messenger told it when the person was let in, an IETF tag; None when it is not known."""
        return await self._store.run(lambda c: c.scalar(sa.select(people.c.language).where(people.c.id == person)))

    async def all(self) -> list[Person]:
        """The owners, then whoever was let in, the longest-standing first."""

        def work(connection: sa.engine.Connection) -> list[Person]:
            rows = connection.execute(sa.select(people).order_by(people.c.added_at, people.c.id))
            return [
                Person(row.id, role, row.name, row.added_by, row.added_at)
                for row in rows
                if row.id not in self.owners and (role := _ROLES.get(row.role)) is not None
            ]

        return [Person(owner, Role.OWNER) for owner in sorted(self.owners)] + await self._store.run(work)

    async def give(self, person: str, role: Role, by: str, name: str = "") -> Change:
        """Let somebody in with this role, or change the one they have; they are told. Never makes an owner."""

        def work(connection: sa.engine.Connection) -> Change:
            one_at_a_time(connection)
            now = self._clock()
            if person in self.owners:
                audit.put(connection, now, by, Act.CHANGE_ROLE, Result.REFUSED, whom=person, reason="owner")
                return Change.OWNER
            change = give(connection, now, person, role, by, name)
            if change is not Change.SAME:
                audit.put(connection, now, by, Act.CHANGE_ROLE, Result.DONE, whom=person, role=role.key)
            return change

        return await self._store.run(work)

    async def remove(self, person: str, by: str) -> Change:
        """Take somebody's access away, at once; they are told. So it is with all accounts linked to this one."""

        def work(connection: sa.engine.Connection) -> Change:
            one_at_a_time(connection)
            now = self._clock()
            if person in self.owners:
                audit.put(connection, now, by, Act.REMOVE_PERSON, Result.REFUSED, whom=person, reason="owner")
                return Change.OWNER
            row = connection.execute(sa.select(people).where(people.c.id == person)).first()
            leaving = {person, *linked_to(connection, person)}
            was_linked = drop(connection, leaving)
            if row is None and not was_linked:
                return Change.UNKNOWN
            connection.execute(sa.delete(people).where(people.c.id == person))
            _take_power(connection, person)
            audit.put(connection, now, by, Act.REMOVE_PERSON, Result.DONE, whom=person)
            told = {"language": row.language if row is not None else None}
            for account in sorted(leaving):  # who has a role of their own keeps it
                if self.role_in(connection, account) is None:
                    drop_about(connection, account)
                    notices.put(connection, account, "access_removed", told, now)
            return Change.REMOVED

        return await self._store.run(work)


_ROLES = {"operator": Role.OPERATOR, "viewer": Role.VIEWER}


def role_of(connection: sa.engine.Connection, person: str) -> Role | None:
    """The role that the ledger gives a person, inside somebody else's transaction; it knows no owners."""
    name = connection.scalar(sa.select(people.c.role).where(people.c.id == person))
    return _ROLES.get(name or "")


def give(
    connection: sa.engine.Connection,
    now: float,
    person: str,
    role: Role,
    by: str,
    name: str = "",
    language: str | None = None,
) -> Change:
    """`People.give` inside somebody else's transaction; it knows no owners and writes no audit."""
    if role not in _ROLES.values():
        raise ValueError(f"{role.name} is not given in the ledger")
    row = connection.execute(sa.select(people).where(people.c.id == person)).first()
    if row is None:
        connection.execute(
            sa.insert(people).values(id=person, role=role.key, name=name, language=language, added_by=by, added_at=now)
        )
        change = Change.LET_IN
    elif row.role == role.key:
        return Change.SAME
    else:
        connection.execute(sa.update(people).where(people.c.id == person).values(role=role.key))
        language = row.language
        change = Change.CHANGED
    if change is Change.LET_IN or role < Role.OPERATOR:  # what was offered to a stranger is over as well
        _take_power(connection, person)
    notices.put(connection, person, f"access_granted_{role.key}", {"language": language}, now)
    return change


def _take_power(connection: sa.engine.Connection, person: str) -> None:
    """What this person was offered is offered no more: open buttons die, a shown plan can no longer be said yes to.

    And nothing is talked about any more, or the next answer would show the plan anew. A person's conversation has the
    person's id. The states of plans are those of `plans.py`.
    """
    connection.execute(sa.update(buttons).where(buttons.c.conversation == person, buttons.c.open).values(open=False))
    connection.execute(
        sa.update(plans).where(plans.c.conversation == person, plans.c.state == "shown").values(state="void")
    )
    connection.execute(sa.update(conversations).where(conversations.c.id == person).values(task_id=None, step=None))
