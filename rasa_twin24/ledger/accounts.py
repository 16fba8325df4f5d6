"""People are one across messengers: a one-time code lets a further account speak in somebody's conversation.

The account acts with that conversation's role, and never with a lower one than its own: a link to a conversation that
has lost its role, or has a lower one than the account itself, is as none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import Enum

import sqlalchemy as sa

from rasa_twin24.ledger import audit, conversations, joining, notices
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.invites import count_try, hash_of, new_code, tried_too_often
from rasa_twin24.ledger.linked import drop, linked_to, together
from rasa_twin24.ledger.people import WEB_OWNER, People, Role, label
from rasa_twin24.ledger.schema import accounts, link_codes
from rasa_twin24.ledger.schema import conversations as conversation_rows
from rasa_twin24.ledger.store import Store, one_at_a_time

# The person has both messengers at hand.
LIFE = 15 * 60.0


class Link(Enum):
    """What came of a code."""

    LINKED = "linked"
    WRONG = "wrong"
    """Expired or used."""
    TOO_MANY = "too_many"
    SAME = "same"
    """The account speaks in that conversation already."""
    WEB = "web"
    """The web chat shows its own conversation only: others join it."""
    HIGHER = "higher"
    """The account may do more by itself than it could there."""
    NO_ROLE = "no_role"
    """Whoever made the code has no access any more."""
    REMOVED = "removed"
    """An owner has taken the account's access away, and whoever made the code is none."""


class Accounts:
    def __init__(self, store: Store, people: People, clock: Callable[[], float]) -> None:
        self._store = store
        self._people = people
        self._clock = clock

    async def home(self, account: str) -> str:
        """The conversation that an account speaks in: its own unless it is linked."""
        return await self._store.run(lambda c: home_in(c, self._people, account))

    async def role(self, account: str) -> Role | None:
        """What an account may do, by itself or by its link; None: a stranger's."""

        def work(connection: sa.engine.Connection) -> Role | None:
            return self._people.role_in(connection, home_in(connection, self._people, account))

        return await self._store.run(work)

    async def begin(self, account: str) -> tuple[str, Role | None]:
        """The turn of an account's message begins: its conversation and the role there, as they are now.

        Who writes can be reached again, and is from now on reached there.
        """

        def work(connection: sa.engine.Connection) -> tuple[str, Role | None]:
            home = home_in(connection, self._people, account)
            role = self._people.role_in(connection, home)
            if role is not None:
                conversations.come_back(connection, account)
                used = sa.update(accounts).where(accounts.c.account == account)
                connection.execute(used.values(used_at=self._clock()))
            return home, role

        return await self._store.run(work)

    async def reach(
        self, conversation: str, through: Collection[str], only: str | None = None
    ) -> tuple[str, str] | None:
        """Where news for a conversation go: the conversation they belong to now, and the account to tell them.

        That is the account used last, of those that can be reached `through` these messengers; None: there is none.
        News for one account `only` wait for it, unless it has left the conversation.
        """

        def work(connection: sa.engine.Connection) -> tuple[str, str] | None:
            home = home_in(connection, self._people, conversation)
            rows = connection.execute(
                sa.select(accounts.c.account)
                .where(accounts.c.conversation == home)
                .order_by(accounts.c.used_at.desc(), accounts.c.account)
            )
            linked = [row.account for row in rows if home_in(connection, self._people, row.account) == home]
            if only in linked or only == home:
                linked = [str(only)]
            gone = sa.select(conversation_rows.c.id).where(
                conversation_rows.c.id.in_(linked or [home]), conversation_rows.c.gone_at.is_not(None)
            )
            unreachable = {row.id for row in connection.execute(gone)}
            for account in linked or [home]:
                if account not in unreachable and account.partition(":")[0] in through:
                    return home, account
            return None

        return await self._store.run(work)

    async def together(self, account: str) -> list[str]:
        """All accounts of the person who has this one; it alone when nothing is linked."""
        return await self._store.run(lambda c: together(c, account))

    async def linked(self) -> dict[str, list[str]]:
        """The further accounts of everybody who has any, by conversation."""

        def work(connection: sa.engine.Connection) -> dict[str, list[str]]:
            found: dict[str, list[str]] = {}
            wanted = sa.select(accounts).where(accounts.c.account != accounts.c.conversation)
            for row in connection.execute(wanted.order_by(accounts.c.linked_at, accounts.c.account)):
                found.setdefault(row.conversation, []).append(row.account)
            return found

        return await self._store.run(work)

    async def make_code(self, conversation: str, account: str | None = None) -> str:
        """A new code for one account, good for `LIFE`; earlier ones of the conversation are not any more.

        `account` is where it is asked for, if not in the conversation's own.
        """
        code = new_code()

        def work(connection: sa.engine.Connection) -> None:
            now = self._clock()
            open_codes = link_codes.c.conversation == conversation, link_codes.c.expires_at > now
            connection.execute(sa.update(link_codes).where(*open_codes).values(expires_at=now))
            audit.put(connection, now, account or conversation, Act.MAKE_LINK_CODE, Result.DONE, conversation)
            connection.execute(
                sa.insert(link_codes).values(
                    code_hash=hash_of(code), conversation=conversation, made_at=now, expires_at=now + LIFE
                )
            )

        await self._store.run(work)
        return code

    async def knows(self, code: str) -> bool:
        """Whether a code links accounts, or once did; else it may be an invitation."""
        wanted = sa.select(link_codes.c.code_hash).where(link_codes.c.code_hash == hash_of(code))
        return await self._store.run(lambda c: c.execute(wanted).first() is not None)

    async def link(self, account: str, code: str, name: str = "") -> tuple[Link, str]:
        """Let an account speak in the conversation that made the code, which is named as well when it is linked.

        Other accounts that speak in this one's own conversation come along, and so does what it had under way. All
        accounts that spoke there before are told at once: a code may have been stolen. `name` is what the messenger
        calls the person. Said again after a crash, it is linked.
        """

        def work(connection: sa.engine.Connection) -> tuple[Link, str]:
            one_at_a_time(connection)
            now = self._clock()
            if tried_too_often(connection, account, now):
                return Link.TOO_MANY, ""
            found = connection.execute(sa.select(link_codes).where(link_codes.c.code_hash == hash_of(code))).first()
            home = home_in(connection, self._people, account)
            if found is not None and found.used_by == account and home == found.conversation:
                return Link.LINKED, home
            if found is None or found.used_by is not None or found.expires_at <= now:
                count_try(connection, account, now)
                audit.put(connection, now, account, Act.LINK_ACCOUNT, Result.REFUSED, reason=Link.WRONG.value)
                return Link.WRONG, ""
            obstacle = self._obstacle(connection, account, home, found.conversation)
            if obstacle is not None:
                audit.put(connection, now, account, Act.LINK_ACCOUNT, Result.REFUSED, reason=obstacle.value)
                return obstacle, ""
            connection.execute(
                sa.update(link_codes).where(link_codes.c.code_hash == found.code_hash).values(used_by=account)
            )
            home = found.conversation
            spoke = set(linked_to(connection, home)) | {home}
            self._join(connection, account, home, found.made_at, now)
            audit.put(connection, now, account, Act.LINK_ACCOUNT, Result.DONE, home, whom=home)
            joined = {"who": label(account, name), "account": account}
            for one in sorted(spoke - {account}):
                notices.put(connection, home, "accounts_joined", joined, now, one)
            brought = joining.bring(connection, account, home, now)
            if brought:
                notices.put(connection, home, "accounts_brought", {**brought, "who": account}, now, account)
            return Link.LINKED, home

        return await self._store.run(work)

    async def unlink(self, account: str, other: str | None = None) -> list[str]:
        """An account goes back to its own conversation; from the conversation's own account all others do.

        `other`: that one does, if it speaks in the same conversation. Returns the accounts that were unlinked.
        """

        def work(connection: sa.engine.Connection) -> list[str]:
            one_at_a_time(connection)
            row = connection.execute(sa.select(accounts).where(accounts.c.account == account)).first()
            if row is None:
                return []
            theirs = linked_to(connection, row.conversation)
            leaving = [account]
            if other is not None:
                leaving = [one for one in theirs if one == other != row.conversation]
            elif row.conversation == account:
                leaving = [one for one in theirs if one != account]
            for one in leaving:
                audit.put(connection, self._clock(), account, Act.UNLINK_ACCOUNT, Result.DONE, whom=one)
                if one != account:
                    told = {"who": row.conversation}
                    notices.put(connection, one, "access_unlinked", told, self._clock())
            drop(connection, leaving)
            return leaving

        return await self._store.run(work)

    def _obstacle(self, connection: sa.engine.Connection, account: str, home: str, conversation: str) -> Link | None:
        if home == conversation:
            return Link.SAME
        if account == WEB_OWNER:
            return Link.WEB
        role = self._people.role_in(connection, conversation)
        if role is None:
            return Link.NO_ROLE
        own = self._people.role_in(connection, account)
        if own is None and role < Role.OWNER and audit.was_removed(connection, account):
            return Link.REMOVED
        return Link.HIGHER if own is not None and own > role else None

    def _join(self, connection: sa.engine.Connection, account: str, home: str, used_before: float, now: float) -> None:
        coming = {account, *(other for other in linked_to(connection, account))}
        drop(connection, coming)
        if connection.execute(sa.select(accounts).where(accounts.c.account == home)).first() is None:
            own = {"account": home, "conversation": home, "linked_at": now, "used_at": used_before}
            connection.execute(sa.insert(accounts).values(own))
        for one in sorted(coming):
            used_at = now if one == account else used_before
            row = {"account": one, "conversation": home, "linked_at": now, "used_at": used_at}
            connection.execute(sa.insert(accounts).values(row))


def home_in(connection: sa.engine.Connection, people: People, account: str) -> str:
    """`Accounts.home` inside somebody else's transaction."""
    linked = connection.scalar(sa.select(accounts.c.conversation).where(accounts.c.account == account))
    if linked is None or linked == account:
        return account
    there = people.role_in(connection, linked)
    return str(linked) if there is not None and there >= (people.role_in(connection, account) or there) else account
