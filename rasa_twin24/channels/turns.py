"""One queue per conversation: quick messages of one person in order, different people side by side.

Contact cards that are sent together come one by one; those that follow each other closely are one turn.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import structlog

from rasa_twin24.channels.incoming import CONTACT, Incoming
from rasa_twin24.channels.stepping import Stepping

log = structlog.get_logger(__name__)

# Cards that come within this time after one another belong together, seconds.
CARD_PAUSE = 0.7
# Of one turn: Telegram passes on at most a hundred messages at once.
MOST_CARDS = 100


class Turns:
    """`put` returns at once; `handle` is awaited for one update of a conversation after another."""

    def __init__(self, handle: Callable[[Incoming], Coroutine[Any, Any, None]]) -> None:
        self._handle = handle
        self._stepping = Stepping()
        self._queues: dict[str, deque[Incoming]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        # Of conversations whose worker waits for a further card.
        self._arrivals: dict[str, asyncio.Event] = {}
        self._closed = False

    def put(self, incoming: Incoming) -> None:
        """After `close` it does nothing: what is begun then would be cut off in the middle."""
        if self._closed:
            return
        queue = self._queues.setdefault(incoming.conversation, deque())
        queue.append(incoming)
        if incoming.conversation in self._arrivals:
            self._arrivals[incoming.conversation].set()
        if incoming.conversation not in self._workers:
            worker = asyncio.create_task(self._work(incoming.conversation, queue))
            self._workers[incoming.conversation] = worker

    async def close(self, seconds: float) -> None:
        """Let the turns that run come to their end; what waits is in the inbox and taken up at the next start."""
        self._closed = True
        for queue in self._queues.values():
            queue.clear()
        for arrival in self._arrivals.values():
            arrival.set()
        workers = list(self._workers.values())
        if workers:
            _, late = await asyncio.wait(workers, timeout=seconds)
            for worker in late:
                worker.cancel()

    async def _work(self, conversation: str, queue: deque[Incoming]) -> None:
        try:
            while queue:
                incoming = queue.popleft()
                if incoming.kind == CONTACT:
                    incoming = await self._with_following_cards(incoming, queue)
                    if self._closed:  # taken up at the next start, as what waits is
                        return
                try:
                    await self._stepping.run(self._handle(incoming))
                except Exception as error:  # the queue of a conversation must outlive any single turn
                    log.error("turn_failed", channel=incoming.channel, error=type(error).__name__)
        finally:
            # No await between the empty queue and these lines: a `put` either was seen or starts a new worker.
            del self._workers[conversation]
            del self._queues[conversation]

    async def _with_following_cards(self, first: Incoming, queue: deque[Incoming]) -> Incoming:
        """The card as one turn with those right behind it; any other message ends the row."""
        cards = [first]
        while True:
            while queue and _is_card_of(queue[0], first) and len(cards) < MOST_CARDS:
                cards.append(queue.popleft())
            if queue or len(cards) >= MOST_CARDS or self._closed:
                return joined(cards)
            arrival = self._arrivals[first.conversation] = asyncio.Event()
            try:
                await asyncio.wait_for(arrival.wait(), CARD_PAUSE)
            except asyncio.TimeoutError:
                return joined(cards)
            finally:
                del self._arrivals[first.conversation]


def _is_card_of(incoming: Incoming, first: Incoming) -> bool:
    """Whether it is a further card from the account that sent the first."""
    return incoming.kind == CONTACT and incoming.account == first.account


def joined(cards: list[Incoming]) -> Incoming:
    """Several cards as one update, under the key of the first."""
    first, *others = cards
    return replace(
        first,
        text="\n".join(card.text for card in cards),
        also=tuple(card.key for card in others),
        again=any(card.again for card in cards),
    )
