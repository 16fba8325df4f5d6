"""Buttons under the bot's messages: a short random token stands for the payload, on every messenger.

Only the newest keyboard of a conversation is alive, and only for one press: what an older message offered was meant
for another moment. A standing keyboard asks something apart from the talk: it neither closes others nor is closed by
them.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from rasa_twin24.ledger.inbox import came_in
from rasa_twin24.ledger.schema import buttons
from rasa_twin24.ledger.store import Store

# 96 bits; 16 characters, well under the 64 bytes that Telegram lets a button carry.
TOKEN_BYTES = 12
# Further back nobody looks for the button that they mean.
MOST_KNOWN = 200


@dataclass(frozen=True)
class Pressed:
    title: str
    payload: str


@dataclass(frozen=True)
class Button:
    """One that was shown; those of one keyboard share `created_at`, seconds."""

    token: str
    title: str
    payload: str
    open: bool
    standing: bool
    created_at: float


class Buttons:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def offer(
        self, conversation: str, keyboard: Sequence[tuple[str, str]], *, standing: bool = False
    ) -> list[str]:
        """Keep a new keyboard of (title, payload) and close the earlier ones; returns a token per button."""
        tokens = sorted(secrets.token_urlsafe(TOKEN_BYTES) for _ in keyboard)  # they tell the order of the buttons
        of_its_own = secrets.token_urlsafe(TOKEN_BYTES) if standing else None
        now = self._clock()

        def work(connection: sa.engine.Connection) -> None:
            if not standing:
                _close(connection, conversation, None)
            rows = [
                {
                    "token": token,
                    "conversation": conversation,
                    "title": title,
                    "payload": payload,
                    "open": True,
                    "keyboard": of_its_own,
                    "created_at": now,
                }
                for token, (title, payload) in zip(tokens, keyboard, strict=True)
            ]
            if rows:  # without any, the statement would insert a row of defaults
                connection.execute(sa.insert(buttons), rows)

        await self._store.run(work)
        return tokens

    async def press(self, conversation: str, token: str, update: str | None = None) -> Pressed | None:
        """Use a button up together with its neighbours; None when it is not alive in this conversation.

        The `update` that has used it up may do so again: it is taken up anew after a crash.
        """

        def work(connection: sa.engine.Connection) -> Pressed | None:
            again = sa.select(buttons).where(
                buttons.c.token == token, buttons.c.conversation == conversation, buttons.c.pressed_by == update
            )
            was = connection.execute(again).first() if update is not None else None
            if was is not None:
                return Pressed(was.title, was.payload)
            # Locked all together and in one order: of two presses at once, of neighbours too, one wins.
            keyboard = connection.execute(
                sa.select(buttons)
                .where(buttons.c.conversation == conversation, buttons.c.open)
                .order_by(buttons.c.token)
                .with_for_update()
            ).all()
            pressed = next((row for row in keyboard if row.token == token), None)
            if pressed is None:
                return None
            _close(connection, conversation, pressed.keyboard)
            connection.execute(sa.update(buttons).where(buttons.c.token == token).values(pressed_by=update))
            return Pressed(pressed.title, pressed.payload)

        return await self._store.run(work)

    async def newest(self, conversation: str) -> list[str]:
        """The payloads under the newest message that had buttons, unless one was pressed; without standing ones."""

        def work(connection: sa.engine.Connection) -> list[str]:
            alive = sa.select(buttons.c.payload).where(
                buttons.c.conversation == conversation, buttons.c.open, buttons.c.keyboard.is_(None)
            )
            return [row.payload for row in connection.execute(alive)]

        return await self._store.run(work)

    async def known(self, conversation: str, *, before: str | None = None) -> list[Button]:
        """The latest buttons, newest keyboard first and each in its order.

        Only those shown when the message `before` came in, if given.
        """

        def work(connection: sa.engine.Connection) -> list[Button]:
            shown = [buttons.c.created_at <= came_in(conversation, before)] if before is not None else []
            rows = connection.execute(
                sa.select(buttons)
                .where(buttons.c.conversation == conversation, *shown)
                .order_by(buttons.c.created_at.desc())
                .limit(MOST_KNOWN)
            )
            found = [
                Button(row.token, row.title, row.payload, bool(row.open), row.keyboard is not None, row.created_at)
                for row in rows
            ]
            return sorted(found, key=lambda one: (-one.created_at, one.token))  # databases sort texts as they like

        return await self._store.run(work)

    async def alive(self, conversation: str, tokens: Sequence[str]) -> bool:
        """Whether these buttons can all be pressed still."""

        def work(connection: sa.engine.Connection) -> bool:
            found = sa.select(sa.func.count()).where(
                buttons.c.conversation == conversation, buttons.c.token.in_(tokens), buttons.c.open
            )
            return bool(connection.scalar(found) == len(tokens))

        return await self._store.run(work)

    async def close(self, conversation: str, tokens: Sequence[str]) -> None:
        """What these buttons offered is not to be had any more."""
        await self._store.run(
            lambda c: c.execute(
                sa.update(buttons)
                .where(buttons.c.conversation == conversation, buttons.c.token.in_(tokens))
                .values(open=False)
            )
        )

    async def title(self, conversation: str, token: str) -> str | None:
        """What stands on a button, used up or not; None when this conversation never had it or it was forgotten."""

        def work(connection: sa.engine.Connection) -> str | None:
            title = connection.scalar(
                sa.select(buttons.c.title).where(buttons.c.token == token, buttons.c.conversation == conversation)
            )
            return None if title is None else str(title)

        return await self._store.run(work)

    async def forget(self, seconds: float) -> int:
        """Drop the buttons older than `seconds`; returns how many."""

        def work(connection: sa.engine.Connection) -> int:
            old = buttons.c.created_at < self._clock() - seconds
            return int(connection.execute(sa.delete(buttons).where(old)).rowcount)

        return await self._store.run(work)


def _close(connection: sa.engine.Connection, conversation: str, keyboard: str | None) -> None:
    """Close one standing keyboard, or whatever is not standing."""
    connection.execute(
        sa.update(buttons)
        .where(
            buttons.c.conversation == conversation,
            buttons.c.open,
            buttons.c.keyboard.is_(None) if keyboard is None else buttons.c.keyboard == keyboard,
        )
        .values(open=False)
    )
