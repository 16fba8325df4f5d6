"""The rows of linked accounts, inside somebody else's transaction; what they mean is said in accounts.py."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from rasa_twin24.ledger.schema import accounts, link_codes


def drop(connection: sa.engine.Connection, leaving: Collection[str]) -> bool:
    """These accounts speak for themselves again; whether any of them did not.

    A code that waits in a conversation which somebody leaves is good no more: who leaves may have taken it along.
    """
    homes = sa.select(accounts.c.conversation).where(accounts.c.account.in_(leaving))
    left = {row.conversation for row in connection.execute(homes)}
    connection.execute(sa.delete(accounts).where(accounts.c.account.in_(leaving)))
    codes = sa.and_(link_codes.c.conversation.in_({*left, *leaving}), link_codes.c.used_by.is_(None))
    connection.execute(sa.update(link_codes).where(codes).values(expires_at=link_codes.c.made_at))
    for home in left:  # a person with one account needs no row
        if linked_to(connection, home) == [home]:
            connection.execute(sa.delete(accounts).where(accounts.c.account == home))
    return bool(left)


def linked_to(connection: sa.engine.Connection, conversation: str) -> list[str]:
    """All accounts of a conversation, its own among them, the longest-standing first; none when nothing is linked."""
    rows = connection.execute(
        sa.select(accounts.c.account)
        .where(accounts.c.conversation == conversation)
        .order_by(accounts.c.linked_at, accounts.c.account)
    )
    return [row.account for row in rows]


def together(connection: sa.engine.Connection, account: str) -> list[str]:
    """All accounts of the person who has this one; it alone when nothing is linked."""
    home = connection.scalar(sa.select(accounts.c.conversation).where(accounts.c.account == account))
    return linked_to(connection, str(home)) if home is not None else [account]
