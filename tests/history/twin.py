"""TWIN without a network: the sandbox behind httpx, where each request may meet a fault of `reliability` fame."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import httpx

from rasa_twin24.sandbox import Sandbox
from rasa_twin24.sandbox.endpoints import Answer, Request, answer, target_of

# Whether TWIN does the work, and what the bot sees. The last four do the work, or some of it.
FAULTS = (
    "connection refused",
    "dropped before",
    "503 before",
    "401",
    "403",
    "429",
    "429 with Retry-After",
    "dropped after",
    "time-out after",
    "502 after",
    "page after",
    "half",
    "late",
)
ENDPOINTS = ("create", "list", "read", "add", "play", "pause")
# Seconds until a request that the bot has given up reaches TWIN all the same; less than the bot looks for it.
LATE = 0.5


@dataclass(frozen=True)
class Work:
    """Something TWIN did; `late`: after the bot had given the request up."""

    endpoint: str
    task_id: str
    status: int
    late: bool


class Twin(httpx.AsyncBaseTransport):
    """`faults` are met by the next requests of an endpoint; `worked` is what TWIN has done, in order.

    `before_work` sees each piece of work before it is done; `meanwhile` is awaited while a request is on its way.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        clock: Callable[[], float],
        before_work: Callable[[str, str, bool], None],
        meanwhile: Callable[[str], Awaitable[None]],
    ) -> None:
        self.sandbox = sandbox
        self.faults: dict[str, deque[str]] = {endpoint: deque() for endpoint in ENDPOINTS}
        self.met: Counter[str] = Counter()
        self.worked: list[Work] = []
        self._clock = clock
        self._before_work = before_work
        self._meanwhile = meanwhile
        self._late: list[tuple[float, Request]] = []

    def mend(self) -> None:
        for waiting in self.faults.values():
            waiting.clear()

    def catch_up(self) -> None:
        """Late requests whose time has come."""
        due = [request for moment, request in self._late if moment <= self._clock()]
        self._late = [(moment, request) for moment, request in self._late if moment > self._clock()]
        for request in due:
            self._work(request, late=True)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.catch_up()
        call = Request(
            method=request.method,
            path=request.url.path,
            query=request.url.query.decode(),
            authorization=request.headers.get("Authorization"),
            content_type=request.headers.get("Content-Type", ""),
            body=await request.aread(),
        )
        endpoint = target_of(call)[0] or ""
        await self._meanwhile(endpoint)
        waiting = self.faults.get(endpoint)
        if not waiting:
            return _response(self._work(call))
        fault = waiting.popleft()
        self.met[fault] += 1
        return self._fail(call, fault)

    def _fail(self, call: Request, fault: str) -> httpx.Response:
        plain = {
            "503 before": httpx.Response(503),
            "401": httpx.Response(401),
            "403": httpx.Response(403),
            "429": httpx.Response(429),
            "429 with Retry-After": httpx.Response(429, headers={"Retry-After": "1"}),
        }
        if fault in plain:
            return plain[fault]
        if fault == "connection refused":
            raise httpx.ConnectError("refused on order")
        if fault == "dropped before":
            raise httpx.ReadError("dropped on order")
        if fault == "late":
            self._late.append((self._clock() + LATE, call))
            raise httpx.ReadTimeout("late on order")
        self._work(_half(call) if fault == "half" else call)
        if fault == "502 after":
            return httpx.Response(502, content=b"<html>bad gateway</html>")
        if fault == "page after":
            return httpx.Response(200, content=b"<html>welcome</html>")
        if fault == "time-out after":
            raise httpx.ReadTimeout("no answer on order")
        raise httpx.RemoteProtocolError("dropped on order")

    def _work(self, call: Request, *, late: bool = False) -> Answer:
        endpoint, task_id = target_of(call)[0] or "", call.path.split("/")[-2]
        self._before_work(endpoint, task_id, late)
        answered = answer(self.sandbox, call)
        self.worked.append(Work(endpoint, task_id, answered.status, late))
        return answered


def _half(call: Request) -> Request:
    """The first half of a portion, at least one; any other request is whole."""
    body = json.loads(call.body) if call.body else {}
    if "batch" not in body:
        return call
    taken = body["batch"][: max(1, len(body["batch"]) // 2)]
    return replace(call, body=json.dumps({**body, "batch": taken}).encode())


def _response(answered: Answer) -> httpx.Response:
    return httpx.Response(answered.status, content=answered.body, headers=dict(answered.headers))
