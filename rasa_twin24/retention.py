"""Deletes what may not be kept any longer: in the ledger and in Rasa's trackers, by age and on demand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from rasa_twin24.channels.session import begin_anew
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.forgetting import Request
from rasa_twin24.tracker_store import OneProcessTrackerStore, store_of

log = structlog.get_logger(__name__)

DAY = 24 * 3600.0
# Old data is looked for this often, requests to be forgotten that often, seconds.
SWEEP_PAUSE = 3600.0
REQUEST_PAUSE = 1.0


class Retention:
    """`cleared` is called with every conversation whose data has just been deleted on demand."""

    def __init__(
        self, ledger: Ledger, agent: Any, keep_days: int, cleared: Callable[[str], Awaitable[None]] | None = None
    ) -> None:
        self._ledger = ledger
        self._agent = agent
        self._keep = keep_days * DAY
        self._cleared = cleared
        self._next_sweep = 0.0

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.forget()
                if time.monotonic() >= self._next_sweep:
                    await self.sweep()
                    self._next_sweep = time.monotonic() + SWEEP_PAUSE
            except Exception as error:  # the database may be away for a while
                log.error("retention_failed", error=type(error).__name__)
            await asyncio.sleep(REQUEST_PAUSE)

    async def forget(self) -> None:
        """Do what was asked for; one that fails is tried again the next time and holds up no other."""
        for request in await self._ledger.forgetting.waiting():
            try:
                await self._carry_out(request)
            except Exception as error:
                log.error("forgetting_failed", conversation=request.conversation, error=type(error).__name__)

    async def _carry_out(self, request: Request) -> None:
        if request.cleared:
            await self._ledger.forgetting.clear(request.id)
            return
        # Between two turns: those save into the tracker when they end.
        async with self._agent.lock_store.lock(request.conversation):
            if not await self._forget_tracker(request.conversation):
                return
            await self._ledger.forgetting.clear(request.id)
        log.info("conversation_forgotten", conversation=request.conversation)
        if self._cleared is not None:
            await self._cleared(request.conversation)

    async def sweep(self) -> None:
        """Delete what is too old."""
        await self._ledger.forgetting.drop_older(self._keep)
        store = store_of(self._agent)
        if store is None:
            return
        moment = self._ledger.now() - self._keep
        for conversation in await store.with_events_before(moment):
            async with self._agent.lock_store.lock(conversation):
                await self._shorten(store, conversation, moment)
            await asyncio.sleep(0)  # turns of others come in between

    async def _forget_tracker(self, conversation: str) -> bool:
        """Empty the tracker; false while a form asks, which its person has begun since: it is tried again soon."""
        store = store_of(self._agent)
        if store is None:  # trackers in memory, which Rasa falls back to: they end with the process
            return True
        tracker = await store.retrieve(conversation)
        if tracker is None:
            await store.forget(conversation)
            return True
        if tracker.active_loop:
            await store.save(tracker)  # it goes back to the others at hand
            return False
        await begin_anew(store, tracker)  # the language outlives it: it is how to talk, not what about
        await store.forget_earlier_sessions(conversation)
        return True

    async def _shorten(self, store: OneProcessTrackerStore, conversation: str, moment: float) -> None:
        if await store.is_silent_since(conversation, moment):
            await store.forget(conversation)
            return
        if await store.session_begins_before(conversation, moment):
            tracker = await store.retrieve(conversation)
            if tracker is None or tracker.active_loop:  # Rasa replays a session: a form needs all of its events
                return
            await begin_anew(store, tracker)
        await store.forget_earlier_sessions(conversation, moment)
