"""The sandbox itself: the tasks of the built-in account and the rules by which they may be changed.

Pure but for the state file: no network, no background work, and time only from the clock it is given.
"""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import structlog

from rasa_twin24.sandbox.candidate_fields import BatchOrder, CandidateOrder, read_batch
from rasa_twin24.sandbox.dialing import Pace, advance, start
from rasa_twin24.sandbox.faults import Endpoint, Fault, Faults
from rasa_twin24.sandbox.refusal import Refusal
from rasa_twin24.sandbox.state_file import load_tasks, save_tasks
from rasa_twin24.sandbox.task_fields import read_task
from rasa_twin24.sandbox.task_query import answer_query, read_query
from rasa_twin24.sandbox.tasks import (
    BLANK,
    DONE,
    HALTED,
    PAUSED,
    PROCESS,
    READY,
    Candidate,
    DialedCall,
    Task,
    as_json,
)
from rasa_twin24.sandbox.tokens import Tokens

# How many of the last requests are remembered for tests.
REMEMBERED_REQUESTS = 1000

log = structlog.get_logger(__name__)


class SeenRequest(NamedTuple):
    """A request that reached the sandbox: the body of a POST or the query of a GET, passwords blotted out."""

    method: str
    path: str
    json: object


class Sandbox:
    """A small TWIN in memory: one account, its tasks, and a dialer that calls nobody.

    `ready_after` is in seconds and twofold: so long a new task takes no candidates, and so long added
    candidates do not show in the status. `listed_after` is how long the list lags behind the creation of a
    task. One call lasts `call_seconds`, `lines` of them go on at once per task, tokens live `token_seconds`.
    The same `seed` gives the same result for the same number.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        ready_after: float = 0.5,
        listed_after: float = 0.0,
        call_seconds: float = 1.5,
        lines: int = 3,
        token_seconds: int = 43_200,
        state_file: Path | None = None,
        seed: str = "sandbox",
    ) -> None:
        if lines < 1 or call_seconds < 0:
            raise ValueError("at least one line, and calls that do not end before they begin")
        self.clock = clock
        self._ready_after = ready_after
        self._listed_after = listed_after
        self._pace = Pace(call_seconds, lines, seed)
        self._state_file = state_file
        self._tokens = Tokens(token_seconds)
        self._faults = Faults()
        self._requests: deque[SeenRequest] = deque(maxlen=REMEMBERED_REQUESTS)
        self._tasks = {task.id: task for task in load_tasks(state_file)} if state_file else {}

    # What the platform offers. Bodies are what the JSON held; answers are what JSON will hold.

    def log_in(self, body: object) -> object:
        """A token; raises Refusal 401, 403 or 422."""
        return self._tokens.log_in(body, self.clock())

    def authorize(self, authorization: str | None) -> None:
        """Let a request with this `Authorization` header pass; raises Refusal 401."""
        self._tokens.check(authorization, self.clock())

    def create(self, body: object) -> object:
        """A new empty task; raises Refusal 422."""
        now = self.clock()
        order = read_task(body, now)
        task = Task(
            id=str(uuid.uuid4()),
            name=order.name,
            comment=order.comment,
            cps=order.cps,
            created_at=now,
            updated_at=now,
            ready_at=now + self._ready_after,
            start_at=order.start_at,
            halt_at=now + order.lifetime if order.lifetime else None,
        )
        self._tasks[task.id] = task
        self.save()
        return {"id": {"identity": task.id}}

    def read(self, task_id: str) -> object:
        """One task; raises Refusal 404."""
        return as_json(self._task(task_id))

    def find(self, query: Sequence[tuple[str, str]]) -> object:
        """A page of the tasks; raises Refusal 422."""
        now = self.tick()
        visible = (task for task in self._tasks.values() if task.created_at + self._listed_after <= now)
        return answer_query(visible, read_query(query))

    def add(self, body: object) -> object:
        """Add candidates, all or none; raises Refusal 404, 409 or 422."""
        order = read_batch(body)
        now = self.tick()
        for position, candidate in enumerate(order.candidates):
            self._check_addition(candidate, f"batch.{position}.autoCallId", now)
        for task_id in dict.fromkeys(candidate.task_id for candidate in order.candidates):
            self._fill(self._tasks[task_id], order, now)
        self.save()
        return {}

    def play(self, task_id: str) -> None:
        """Start the dialing or go on with it; raises Refusal 404, or 409 when there is nothing to start."""
        task = self._task(task_id)
        nothing_to_dial = task.status in (DONE, PAUSED) and not task.undialed
        if task.status not in (READY, PAUSED, DONE) or nothing_to_dial:
            raise _wrong_status(task, "The task cannot be started.")
        start(task, self.clock())
        task.plays += 1
        self.save()

    def pause(self, task_id: str) -> None:
        """Dial no further numbers for now; calls that go on end by themselves. Raises Refusal 404 or 409."""
        task = self._task(task_id)
        if task.status not in (PROCESS, PAUSED):
            raise _wrong_status(task, "The task is not being dialed.")
        task.start_at = None
        if task.status == PROCESS:
            task.become(PAUSED, self.clock())
        self.save()

    def halt(self, task_id: str) -> None:
        """Stop the task for ever; raises Refusal 404."""
        task = self._task(task_id)
        if task.status != HALTED:
            task.become(HALTED, self.clock())
        self.save()

    # What tests and the page look at, and what tests order.

    @property
    def tasks(self) -> list[Task]:
        """The tasks as they are now, oldest first."""
        self.tick()
        return list(self._tasks.values())

    @property
    def calls(self) -> list[DialedCall]:
        """Every call dialed so far, task by task in the order of dialing."""
        now = self.tick()
        return [
            DialedCall(task.id, call.phone, call.status_at(now)) for task in self._tasks.values() for call in task.calls
        ]

    @property
    def requests(self) -> list[SeenRequest]:
        """The requests that came, oldest first, those that were refused or failed on order among them."""
        return list(self._requests)

    def plays(self, task_id: str) -> int:
        """How many starts of this task were accepted; raises KeyError for an unknown one."""
        return self._tasks[task_id].plays

    def expire_tokens(self) -> None:
        """Refuse all tokens given out so far as expired, though their `exp` lies ahead."""
        self._tokens.expire_all(self.clock())

    def fail_next(
        self,
        endpoint: Endpoint,
        *,
        status: int | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        drop: Literal["before", "after"] | None = None,
        delay: float = 0.0,
        work: bool = False,
        meanwhile: Callable[[], Awaitable[object]] | None = None,
        times: int = 1,
        task: str | None = None,
    ) -> None:
        """Let the next `times` requests to an endpoint go wrong; see Fault for how.

        With a `task` id only requests for this task count. Raises ValueError.
        """
        fault = Fault(status, body, dict(headers or {}), drop, delay, work, meanwhile)
        self._faults.order(endpoint, fault, times, task)

    def mend(self) -> None:
        """Forget the troubles that were ordered and have not come."""
        self._faults.clear()

    def take_fault(self, endpoint: str | None, task: str = "") -> Fault | None:
        """The trouble ordered for the request that has just come; it will not happen again."""
        return self._faults.take(endpoint, task)

    def remember(self, method: str, path: str, json: object) -> None:
        if isinstance(json, dict) and "password" in json:
            json = {**json, "password": "***"}
        self._requests.append(SeenRequest(method, path, json))

    def tick(self) -> float:
        """Bring all tasks to the present moment, which is returned."""
        now = self.clock()
        for task in self._tasks.values():
            advance(task, now, self._pace)
        return now

    def save(self) -> None:
        """Write the state file, if there is one.

        Only commands need it: the dialing between them is computed anew from the clock, with the same
        outcome.
        """
        if self._state_file is None:
            return
        try:
            save_tasks(self._state_file, self._tasks.values())
        except OSError as trouble:
            log.warning("sandbox_state_not_saved", file=str(self._state_file), reason=trouble.strerror)

    def _task(self, task_id: str) -> Task:
        self.tick()
        task = self._tasks.get(task_id)
        if task is None:
            raise Refusal(404, "The task is not found.")
        return task

    def _check_addition(self, candidate: CandidateOrder, field: str, now: float) -> None:
        task = self._tasks.get(candidate.task_id)
        if task is None:
            raise Refusal(404, "The task is not found.", {field: "no such task"})
        if now < task.created_at + self._ready_after:
            raise Refusal(409, "The task is not ready yet.", {field: "was created a moment ago"})
        if task.status not in (BLANK, READY, PAUSED, DONE):
            raise Refusal(422, "The task takes no candidates now.", {field: f"its status is {task.status}"})

    def _fill(self, task: Task, order: BatchOrder, now: float) -> None:
        known = {candidate.external_id for candidate in task.candidates}
        for candidate in order.candidates:
            external_id = candidate.external_id or str(uuid.uuid4())
            if candidate.task_id == task.id and external_id not in known:
                known.add(external_id)
                task.candidates.append(Candidate(external_id, candidate.phones, candidate.variables))
        task.ready_at = now + self._ready_after
        task.updated_at = now
        # Without anybody to call it would lie in wait for the next ones, added by somebody who asked for no
        # start.
        if order.force_start and task.undialed:
            task.start_at = now


def _wrong_status(task: Task, error: str) -> Refusal:
    return Refusal(409, error, {"status": f"is {task.status}"})
