"""Trouble on order: the next calls of a method fail, hang or lose their answer."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Literal

from .refusals import Refusal, flood

Drop = Literal["", "before_work", "after_work"]

_SENTENCES = {
    400: "Bad Request: chat not found",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    500: "Internal Server Error",
    502: "Bad Gateway",
}
# Receiving goes on while sending is refused.
_UNDER_FLOOD_CONTROL = ("send", "edit", "delete")


@dataclass
class Fault:
    """One order of trouble, for `times` calls."""

    method: str
    chat: int | None
    times: int
    status: int | None
    description: str | None
    retry_after: int | None
    drop: Drop
    delay: float

    @property
    def refusal(self) -> Refusal | None:
        """The error to answer with; `None`: the work is done."""
        if self.status is None:
            return None
        if self.status == 429:
            return flood(self.retry_after or 1)
        sentence = self.description or _SENTENCES.get(self.status, "Internal Server Error")
        return Refusal(self.status, sentence, is_slip=False)


class Faults:
    """The orders that are still open, and the pauses the bot was told to keep."""

    def __init__(self) -> None:
        self._open: list[Fault] = []
        self._quiet_until: dict[int | None, float] = {}
        self.impatient_calls = 0

    def order(self, fault: Fault) -> None:
        """Add an order behind the others."""
        self._open.append(fault)

    def clear(self) -> None:
        """Forget all open orders and pauses."""
        self._open.clear()
        self._quiet_until.clear()

    def take(self, method: str, chat: int | None) -> Fault | None:
        """The first order that fits this call, used up by one; raises `Refusal` while a pause lasts."""
        self._check_pause(method, chat)
        for fault in self._open:
            if fault.method in (method, "*") and fault.chat in (chat, None):
                fault.times -= 1
                if not fault.times:
                    self._open.remove(fault)
                if fault.status == 429:
                    self._quiet_until[fault.chat] = time.monotonic() + (fault.retry_after or 1)
                return fault
        return None

    def _check_pause(self, method: str, chat: int | None) -> None:
        if not method.startswith(_UNDER_FLOOD_CONTROL):
            return
        left = max(self._quiet_until.get(scope, 0.0) for scope in (chat, None)) - time.monotonic()
        if left > 0:
            self.impatient_calls += 1
            raise flood(math.ceil(left))
