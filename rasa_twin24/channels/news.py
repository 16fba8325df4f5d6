"""Tells people what no message of theirs asked for: notices of the ledger become turns, until they have arrived."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Collection

import structlog

from rasa_twin24.channels.incoming import NOTICE, Incoming
from rasa_twin24.ledger import Ledger

log = structlog.get_logger(__name__)

# How often the ledger is asked for news, seconds. Rare enough to cost nothing, quick enough for a talk.
NOTICE_PAUSE = 0.3
# News that did not arrive is told again after this pause, seconds, doubled every time; the last one after two hours.
PAUSE_AFTER_FAILURE = 30.0
# A process that has taken news and does not tell them, since it was killed, keeps them from others so long, seconds.
TAKEN_SECONDS = 20.0
MOST_TRIES = 9


class News:
    """`put` queues a turn; `joined` are the messengers that can be spoken through."""

    def __init__(self, ledger: Ledger, put: Callable[[Incoming], None], joined: Collection[str]) -> None:
        self._ledger = ledger
        self._put = put
        self._joined = joined
        # By a notice's id: not to be told before, in the time of `time.monotonic`; never while its turn is under way.
        self._not_before: dict[int, float] = {}
        self._tries: dict[int, int] = {}

    async def tell(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._look()
            except Exception as error:  # the database may be away for a while; news must not stop for good
                log.error("news_failed", error=type(error).__name__)
            await asyncio.sleep(NOTICE_PAUSE)

    async def over(self, incoming: Incoming, *, arrived: bool, gone: bool) -> None:
        """The turn of a notice is over. News for somebody gone waits until they are back."""
        number = int(incoming.text)
        if gone:
            await self._ledger.notices.let_go(number)
            self._forget(number)
            return
        tries = self._tries.get(number, 0) + 1
        if not arrived and tries < MOST_TRIES:
            await self._ledger.notices.let_go(number)  # before the try counts: while the database is away it is none
            self._tries[number] = tries
            self._not_before[number] = time.monotonic() + PAUSE_AFTER_FAILURE * 2 ** (tries - 1)
            return
        if not arrived:
            log.error("news_given_up", conversation=incoming.conversation)
        await self._ledger.notices.told(number)
        self._forget(number)

    async def _look(self) -> None:
        for notice in await self._ledger.notices.waiting():
            if time.monotonic() < self._not_before.get(notice.id, 0.0):
                continue
            place = await self._ledger.accounts.reach(notice.conversation, self._joined, notice.account)
            if place is None:
                continue
            if not await self._ledger.notices.take(notice.id, TAKEN_SECONDS):
                continue  # another process of the bot tells it
            self._not_before[notice.id] = math.inf
            conversation, account = place
            messenger, _, person = account.partition(":")
            told = Incoming(messenger, f"notice:{notice.id}", person, NOTICE, str(notice.id))
            self._put(told.at(conversation))

    def _forget(self, number: int) -> None:
        self._not_before.pop(number, None)
        self._tries.pop(number, None)
