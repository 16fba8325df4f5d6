"""What the bot did not understand or had to ask again, and what its person chose instead: for an owner to review."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from rasa_twin24.ledger.schema import misread
from rasa_twin24.ledger.store import Store

DAY = 24 * 3600.0
# New texts kept in a day, of everybody and of one conversation; the rest of the day's is not worth an owner's time.
MOST_A_DAY = 300
MOST_A_DAY_OF_ONE = 60
OPEN, TAUGHT, DROPPED = "open", "taught", "dropped"


class Why:
    """What happened with the text."""

    UNCLEAR = "unclear"
    ASKED_AGAIN = "asked_again"
    CORRECTED = "corrected"


@dataclass(frozen=True)
class Misread:
    """`text` without numbers and addresses; `guesses` are intents, likeliest first; `at` is when it was last said."""

    id: int
    conversation: str
    text: str
    step: str
    why: str
    guesses: tuple[str, ...]
    chosen: str | None
    times: int
    at: float


class Misreadings:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def note(self, conversation: str, text: str, step: str, why: str, guesses: Sequence[str]) -> int | None:
        """Keep a text, which must be masked; its number, or None when the day's are enough.

        The same text of the same conversation counts once more instead.
        """

        def work(connection: sa.engine.Connection) -> int | None:
            now = self._clock()
            same = connection.execute(
                sa.select(misread.c.id).where(
                    misread.c.conversation == conversation, misread.c.text == text, misread.c.state == OPEN
                )
            ).first()
            if same is not None:
                connection.execute(
                    sa.update(misread).where(misread.c.id == same.id).values(times=misread.c.times + 1, at=now)
                )
                return int(same.id)
            of_today = sa.select(sa.func.count()).select_from(misread).where(misread.c.at > now - DAY)
            if connection.scalar(of_today) >= MOST_A_DAY:
                return None
            if connection.scalar(of_today.where(misread.c.conversation == conversation)) >= MOST_A_DAY_OF_ONE:
                return None
            row = {"conversation": conversation, "text": text, "step": step, "why": why, "times": 1, "at": now}
            inserted = connection.execute(
                sa.insert(misread).values(**row, guesses=json.dumps(list(guesses)), state=OPEN)
            )
            return int(inserted.inserted_primary_key[0])

        return await self._store.run(work)

    async def chose(self, number: int, intent: str) -> None:
        """What the person asked for right after; the latest counts."""
        await self._store.run(
            lambda c: c.execute(sa.update(misread).where(misread.c.id == number).values(chosen=intent[:64]))
        )

    async def waiting(self, limit: int = 1) -> list[Misread]:
        """What nobody has decided on yet, the newest first."""

        def work(connection: sa.engine.Connection) -> list[Misread]:
            rows = connection.execute(
                sa.select(misread).where(misread.c.state == OPEN).order_by(misread.c.at.desc()).limit(limit)
            )
            return [_misread(row) for row in rows]

        return await self._store.run(work)

    async def count(self) -> int:
        """How many wait."""
        counted = sa.select(sa.func.count()).select_from(misread).where(misread.c.state == OPEN)
        return int(await self._store.run(lambda c: c.scalar(counted)))

    async def get(self, number: int) -> Misread | None:
        """One that waits."""

        def work(connection: sa.engine.Connection) -> Misread | None:
            row = connection.execute(sa.select(misread).where(misread.c.id == number, misread.c.state == OPEN)).first()
            return _misread(row) if row else None

        return await self._store.run(work)

    async def drop(self, number: int) -> None:
        """It is no phrase to be taught."""
        await self._store.run(
            lambda c: c.execute(sa.update(misread).where(misread.c.id == number).values(state=DROPPED))
        )

    async def taught(self, text: str) -> None:
        """This text is understood from now on, whoever said it."""
        await self._store.run(
            lambda c: c.execute(
                sa.update(misread).where(misread.c.text == text, misread.c.state == OPEN).values(state=TAUGHT)
            )
        )


def _misread(row: sa.engine.Row) -> Misread:
    return Misread(
        row.id,
        row.conversation,
        row.text,
        row.step,
        row.why,
        tuple(json.loads(row.guesses)),
        row.chosen,
        row.times,
        row.at,
    )
