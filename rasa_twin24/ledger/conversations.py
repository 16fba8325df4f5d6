"""Where each conversation stands: its task, the step, whether the person can be reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from rasa_twin24.ledger.schema import conversations
from rasa_twin24.ledger.store import Store


class Step:
    """What the bot waits for. While a Rasa form asks (the name, the id) there is no step."""

    CREATE = "create"  # creating failed: again or cancel
    NUMBERS = "numbers"  # the first or the next number
    MORE = "more"  # "one more?"
    START = "start"  # the plan is shown: yes or no
    STARTING = "starting"  # yes was said, TWIN is being waited for


@dataclass(frozen=True)
class Conversation:
    id: str
    task_id: int | None = None
    step: str | None = None
    gone_at: float | None = None


@dataclass(frozen=True)
class Spoken:
    """What the bot speaks in a conversation, "ru" or "en"; `chosen`: it was asked for, else it follows the person."""

    language: str | None = None
    chosen: bool = False


class Conversations:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def get(self, conversation: str) -> Conversation:
        """The conversation, an empty one when it was never heard of."""

        def work(connection: sa.engine.Connection) -> Conversation:
            row = connection.execute(sa.select(conversations).where(conversations.c.id == conversation)).first()
            if row is None:
                return Conversation(conversation)
            return Conversation(row.id, row.task_id, row.step, row.gone_at)

        return await self._store.run(work)

    async def turn_to(self, conversation: str, task_id: int | None, step: str | None) -> None:
        """Talk about this task from now on, at this step; None and None: about nothing."""
        await self._store.run(lambda c: put(c, conversation, self._clock(), task_id=task_id, step=step))

    async def step(self, conversation: str, step: str | None) -> None:
        await self._store.run(lambda c: put(c, conversation, self._clock(), step=step))

    async def step_of(self, conversation: str, task_id: int, step: str | None) -> None:
        """Set the step, unless the person has turned to another task meanwhile."""
        await self._store.run(lambda c: self._if_about(c, conversation, task_id, step=step))

    async def leave(self, conversation: str, task_id: int) -> None:
        """Talk about nothing, unless the person has turned to another task meanwhile."""
        await self._store.run(lambda c: self._if_about(c, conversation, task_id, task_id=None, step=None))

    async def spoken(self, conversation: str) -> Spoken:
        def work(connection: sa.engine.Connection) -> Spoken:
            row = connection.execute(
                sa.select(conversations.c.language, conversations.c.language_chosen).where(
                    conversations.c.id == conversation
                )
            ).first()
            return Spoken() if row is None else Spoken(row.language, row.language_chosen)

        return await self._store.run(work)

    async def speak(self, conversation: str, language: str | None, *, chosen: bool = False) -> None:
        """Speak this language from now on; unless it is `chosen`, a message in another one changes it."""
        await self._store.run(lambda c: put(c, conversation, self._clock(), language=language, language_chosen=chosen))

    async def gone(self, conversation: str) -> None:
        """The person blocked the bot or left."""
        await self._store.run(lambda c: put(c, conversation, self._clock(), gone_at=self._clock()))

    async def back(self, conversation: str) -> None:
        """The person can be reached again."""
        await self._store.run(lambda c: come_back(c, conversation))

    def _if_about(self, connection: sa.engine.Connection, conversation: str, about: int, **values: Any) -> None:
        connection.execute(
            sa.update(conversations)
            .where(conversations.c.id == conversation, conversations.c.task_id == about)
            .values(updated_at=self._clock(), **values)
        )


def put(connection: sa.engine.Connection, conversation: str, now: float, **values: Any) -> None:
    """Change a conversation inside somebody else's transaction; it is made when there is none."""
    values["updated_at"] = now
    change = sa.update(conversations).where(conversations.c.id == conversation).values(**values)
    if connection.execute(change).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(sa.insert(conversations).values(id=conversation, **values))
    except sa.exc.IntegrityError:  # another process has just made it
        connection.execute(change)


def come_back(connection: sa.engine.Connection, conversation: str) -> None:
    """`Conversations.back` inside somebody else's transaction."""
    connection.execute(
        sa.update(conversations)
        .where(conversations.c.id == conversation, conversations.c.gone_at.is_not(None))
        .values(gone_at=None)
    )
