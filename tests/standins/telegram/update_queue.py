"""Updates that wait for the bot, and long polling for them: https://core.telegram.org/bots/api#getupdates."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from .refusals import conflict
from .updates import KINDS, SENT_ONLY_WHEN_ASKED_FOR, chats_in

MAX_LONG_POLL = 50.0  # seconds; what the real server shortens longer wishes to


@dataclass(eq=False)
class Waiting:
    """One update that the bot has not confirmed.

    `is_repeat` marks an update given again on purpose: an offset above it does not remove it until it was
    handed over, as when the server lost the first confirmation.
    """

    update: dict[str, Any]
    is_repeat: bool = False
    was_given: bool = False

    @property
    def chat_key(self) -> object:
        """Updates with the same key go out one after another."""
        return next((chat["id"] for chat in chats_in(self.update)), None)

    def is_below(self, offset: int) -> bool:
        """Whether asking with this offset confirms the update."""
        if self.is_repeat and not self.was_given:
            return False
        update_id = self.update.get("update_id")
        # A malformed update cannot be confirmed by number: once is enough.
        return update_id < offset if isinstance(update_id, int) else self.was_given


class UpdateQueue:
    """The one queue of a bot, drained by polling or by the webhook."""

    def __init__(self) -> None:
        self.waiting: list[Waiting] = []
        self.allowed: frozenset[str] | None = None
        self._poller: object | None = None
        self._ended_by = ""
        self._changed = asyncio.Event()

    def wants(self, update: dict[str, Any]) -> bool:
        """Whether the bot asked for this kind; by default all but three rare kinds."""
        kinds = KINDS.intersection(update)
        allowed = self.allowed if self.allowed is not None else KINDS - SENT_ONLY_WHEN_ASKED_FOR
        return bool(kinds & allowed)

    def put(self, update: dict[str, Any], *, is_repeat: bool = False) -> None:
        """Add an update behind the others."""
        self.waiting.append(Waiting(update, is_repeat))
        self.wake()

    def remove(self, waiting: Waiting) -> None:
        """Forget an update that the bot has taken."""
        if waiting in self.waiting:
            self.waiting.remove(waiting)
        self.wake()

    def drop_all(self) -> None:
        """Forget everything that waits."""
        self.waiting.clear()
        self.wake()

    def holds(self, update_id: int) -> bool:
        """Whether this update still waits to be taken."""
        return any(waiting.update.get("update_id") == update_id for waiting in self.waiting)

    async def wait_for_change(self, seconds: float) -> None:
        """Wait until something is added or taken; raises `asyncio.TimeoutError`."""
        await asyncio.wait_for(self._changed.wait(), seconds)

    def end_polling(self, reason: str = "") -> None:
        """Answer a poll that is under way: with a conflict, without a reason with no updates."""
        if self._poller is not None:
            self._poller, self._ended_by = None, reason
        self.wake()

    async def poll(self, offset: int, limit: int, timeout: float) -> list[dict[str, Any]]:
        """Confirm what is below `offset`, then wait for updates.

        Raises `Refusal` 409 in the older of two polls.
        """
        self.end_polling("other getUpdates request; make sure that only one bot instance is running")
        me = self._poller = object()
        self._confirm(offset)
        until = time.monotonic() + min(timeout, MAX_LONG_POLL)
        try:
            while not self.waiting and (left := until - time.monotonic()) > 0:
                try:
                    await self.wait_for_change(left)
                except asyncio.TimeoutError:
                    break
                if self._poller is not me and self._ended_by:
                    raise conflict(f"terminated by {self._ended_by}")
                if self._poller is not me:
                    return []
        finally:
            if self._poller is me:
                self._poller = None
        batch = self.waiting[:limit]
        for waiting in batch:
            waiting.was_given = True
        return [waiting.update for waiting in batch]

    def wake(self) -> None:
        """Let everybody who waits look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self.waiting = self.waiting[offset:]
        else:
            self.waiting = [waiting for waiting in self.waiting if not waiting.is_below(offset)]
        self.wake()
