"""The client of the TWIN platform: `Twin24` and its sections.

async with Twin24(Settings.from_env(os.environ)) as twin:
    task_id = await twin.tasks.create(name="Акция", script_id=SCRIPT, caller_id=CallerId("gornum", NUMBER))
    await twin.candidates.add(task_id, [Candidate(phones=("+79161234567",))])
    await twin.tasks.play(task_id)
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

import httpx

from .auth import Auth
from .candidates import Candidates
from .delivery import Delivery, Sleep, readable
from .errors import SignInFailed
from .exchange import Answer, Exchange, Progress, Request
from .settings import Settings
from .tasks import Tasks

T = TypeVar("T")


class Twin24:
    """One login to TWIN; make one per process and close it.

    Every method raises a kind of TwinError, and only that, once its arguments are right; wrong arguments are
    ValueErrors and nothing is sent. `transport`, `clock` (seconds since the epoch) and `sleep` are for tests.
    """

    def __init__(
        self,
        settings: Settings,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._base_url = settings.cis_url
        self._exchange = Exchange(settings, transport, clock)
        self._delivery = Delivery(settings, sleep)
        self.auth = Auth(self._exchange, self._delivery, settings, clock)
        self.tasks = Tasks(self.request)
        self.candidates = Candidates(self.request)

    async def __aenter__(self) -> Twin24:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection; the client cannot be used afterwards."""
        await self.auth.aclose()
        await self._exchange.aclose()

    async def request(self, request: Request, read: Callable[[bytes], T]) -> T:
        """Send a request as the signed-in user and read the body of its answer.

        Raises TwinError; BadAnswer where `read` raises ValueError.
        """

        async def work(progress: Progress) -> T:
            token = await self.auth.token()
            try:
                answer = await self._deliver(request, token, progress)
            except SignInFailed:
                # Refused at the door, hence not processed: any request may be repeated.
                token = await self.auth.token_instead_of(token)
                answer = await self._deliver(request, token, progress)
            return readable(request, answer, read)

        return await self._delivery.within_deadline(request, work)

    async def _deliver(self, request: Request, token: str, progress: Progress) -> Answer:
        return await self._delivery.with_retries(
            request, lambda: self._exchange.send(self._base_url, request, token, progress), progress
        )
