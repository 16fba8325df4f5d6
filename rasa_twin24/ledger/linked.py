"""The rows of linked accounts, inside somebody else's transaction; what they mean is said in accounts.py."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from rasa_twin24.ledger.schema import accounts


def drop(connection: sa.engine.Connection, leaving: Collection[str]) -> bool:
    """These accounts speak for themselves again; whether any of them did not."""
    homes = sa.select(accounts.c.conversation).where(accounts.c.account.in_(leaving))
    left = {row.conversation for row in connection.execute(homes)}
    connection.execute(sa.delete(accounts).where(accounts.c.account.in_(leaving)))
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
