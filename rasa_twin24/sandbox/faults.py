"""Troubles on order: what tests ask to go wrong with the next requests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Endpoint = Literal["login", "create", "list", "read", "add", "play", "pause", "halted"]
ENDPOINTS: tuple[str, ...] = get_args(Endpoint)


@dataclass(frozen=True)
class Fault:
    """One trouble with one request.

    An answer of its own (status, body or headers) stands in for the work, unless `work` is set: then the work
    is done first and its answer is lost. `drop` closes the connection without a byte, before or after the
    work. `delay` is waited, in seconds, between the work and the answer; there `meanwhile` is called
    and awaited too, for a test that holds the answer back until something has happened.
    """

    status: int | None = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: Literal["before", "after"] | None = None
    delay: float = 0.0
    work: bool = False
    meanwhile: Callable[[], Awaitable[object]] | None = None

    @property
    def replaces_answer(self) -> bool:
        return self.status is not None or self.body is not None or bool(self.headers)

    @property
    def does_work(self) -> bool:
        return self.work or self.drop == "after" or not (self.replaces_answer or self.drop)


class Faults:
    """The troubles ordered and not yet had, by endpoint."""

    def __init__(self) -> None:
        self._ordered: defaultdict[str, list[tuple[str | None, Fault]]] = defaultdict(list)

    def order(self, endpoint: str, fault: Fault, times: int, task: str | None = None) -> None:
        """Have the fault happen to the next `times` requests of the endpoint, after those ordered before.

        With the id of a task only its requests count: those for other tasks, of a watcher for instance, pass.

        Raises ValueError for an unknown endpoint and for a fault that is none or contradicts itself.
        """
        if endpoint not in ENDPOINTS:
            raise ValueError(f"unknown endpoint {endpoint!r}, there are: {', '.join(ENDPOINTS)}")
        if not (fault.replaces_answer or fault.drop or fault.delay or fault.meanwhile):
            raise ValueError("nothing would fail: give a status, a body, headers, a drop, a delay or a meanwhile")
        if fault.drop and (fault.replaces_answer or fault.work):
            raise ValueError("a dropped connection carries no answer")
        self._ordered[endpoint].extend([(task, fault)] * times)

    def take(self, endpoint: str | None, task: str) -> Fault | None:
        """The fault of the request that has just come, if one was ordered."""
        waiting = self._ordered.get(endpoint, []) if endpoint else []
        for place, (of_task, fault) in enumerate(waiting):
            if of_task in (None, task):
                del waiting[place]
                return fault
        return None

    def clear(self) -> None:
        """Forget what was ordered and has not come."""
        self._ordered.clear()
