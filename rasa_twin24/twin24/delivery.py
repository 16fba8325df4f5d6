"""The path of every call to TWIN: tries with pauses between, one deadline over all, one line in the log."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from .errors import BadAnswer, TwinError, Unavailable, masked
from .exchange import Answer, Progress, Request
from .retry import pause_before_retry
from .settings import Settings

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[object]]

_log = structlog.get_logger(__name__)
_random = random.SystemRandom()


class Delivery:
    """Brings a request to its end within the time limits of the settings; waits by `sleep`."""

    def __init__(self, settings: Settings, sleep: Sleep) -> None:
        self._total_timeout = settings.total_timeout
        self._connect_timeout = settings.connect_timeout
        self._sleep = sleep

    async def within_deadline(self, request: Request, work: Callable[[Progress], Awaitable[T]]) -> T:
        """Do the work of one call, cut off at the total time limit; logs a failure and raises TwinError."""
        progress = Progress(ends_at=asyncio.get_running_loop().time() + self._total_timeout)
        try:
            return await asyncio.wait_for(work(progress), self._total_timeout)
        except asyncio.TimeoutError:
            reason = f"not finished within {self._total_timeout:g} s"
            cut_off = Unavailable(request.method, request.path, None, reason, maybe_done=progress.maybe_done)
            _log_failure(request, cut_off, progress)
            raise cut_off from None
        except TwinError as error:
            _log_failure(request, error, progress)
            raise

    async def with_retries(self, request: Request, attempt: Callable[[], Awaitable[T]], progress: Progress) -> T:
        """Repeat the attempt for as long as `pause_before_retry` allows."""
        while True:
            try:
                return await attempt()
            except TwinError as error:
                # A try cut short by the deadline would turn a clear failure into an unclear one.
                room = progress.ends_at - asyncio.get_running_loop().time() - self._connect_timeout
                pause = pause_before_retry(error, request.effect, progress.tries, room=room, chance=_random.random())
                if pause is None:
                    raise
                _log.info(
                    "twin_request_retried",
                    method=error.method,
                    path=error.path,
                    status=error.status,
                    tries=progress.tries,
                )
            await self._sleep(pause)


def readable(request: Request, answer: Answer, read: Callable[[bytes], T]) -> T:
    """Read a success; raises BadAnswer where `read` raises ValueError."""
    try:
        return read(answer.body)
    except ValueError as error:
        reason = str(error)
    raise BadAnswer(request.method, request.path, answer.status, reason, maybe_done=request.changes)


def _log_failure(request: Request, error: TwinError, progress: Progress) -> None:
    _log.warning(
        "twin_request_failed",
        error=type(error).__name__,
        method=request.method,
        path=masked(request.path),
        status=error.status,
        tries=progress.tries,
        maybe_done=error.maybe_done,
    )
