"""Call tasks (задания на обзвон): make, read, list, start, pause, stop.

Sources: TWIN's guide, https://confluence.twin24.ai/pages/viewpage.action?pageId=177308238; fields of a task,
https://wiki.twin24.ai/voice-bots/api/call_task_setup; list, https://confluence.twin24.ai/spaces/TWINDOC/pages/292978890/
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Final
from urllib.parse import quote

from .answers import accepted, count_or_none, identity, is_id, json_object, moment_or_none, text_or_none
from .errors import NotFound
from .exchange import Request, Send
from .new_task import ROUND_THE_CLOCK, CallerId, CallWindow, new_task_body
from .retry import Effect

TASKS_PATH = "telephony/autoCall"

LARGEST_PAGE = 1000
"""Tasks TWIN gives at once."""


class TaskStatus:
    """The known statuses of a task; TWIN may send others, which allow nothing."""

    BLANK: Final = "BLANK"
    """No candidates yet."""
    READY: Final = "READY"
    PROCESS: Final = "PROCESS"
    """Dialing."""
    PAUSED: Final = "PAUSED"
    DONE: Final = "DONE"
    HALTED: Final = "HALTED"
    """Stopped for ever."""

    ADDABLE: Final = frozenset({BLANK, READY, PAUSED, DONE})
    """Candidates may be added."""
    KNOWN: Final = (BLANK, READY, PROCESS, PAUSED, DONE, HALTED)
    """All of these; a list wants them named, since which ones it holds by itself is not documented."""


@dataclass(frozen=True)
class Task:
    """A task as TWIN shows it; what TWIN left out or wrote in a form of its own is None or empty."""

    id: str
    name: str
    status: str
    candidate_count: int | None = None
    call_count: int | None = None
    comment: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True)
class TaskPage:
    """Some of the tasks found; `count` is the number of all of them."""

    count: int
    items: tuple[Task, ...]


class Tasks:
    """The section `telephony/autoCall` of the API."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def create(
        self,
        *,
        name: str,
        script_id: str,
        caller_id: CallerId,
        comment: str = "",
        window: CallWindow = ROUND_THE_CLOCK,
    ) -> str:
        """Make a task that waits to be started by hand and give its id; nothing is dialed.

        Sent once, unless it surely did not arrive: on `maybe_done` look for the task before trying again.
        Soon after, TWIN may still refuse its first candidates.
        """
        if not name.strip() or not script_id:
            raise ValueError("a task needs a name and the id of a script")
        body = new_task_body(name, script_id, caller_id, comment, window)
        request = Request("POST", TASKS_PATH, Effect.EVERY_TIME, body=body)
        return await self._send(request, created_id)

    async def get(self, task_id: str) -> Task:
        """Read a task; raises NotFound, without a request where the id cannot be one."""
        request = Request("GET", task_path("GET", task_id), Effect.NONE)
        return await self._send(request, lambda body: _one_task(body, task_id))

    async def list(
        self,
        keyword: str = "",
        statuses: Iterable[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> TaskPage:
        """Find tasks by a word of the name, by statuses and by time.

        `limit` is 1…1000 rows; the last page has fewer rows than that. The times need a time zone.
        """
        query = _list_query(keyword, statuses, since, until, limit, offset)
        return await self._send(Request("GET", TASKS_PATH, Effect.NONE, query=query), page_of)

    async def play(self, task_id: str) -> None:
        """Start or continue the dialing: from here on people are called and money is spent.

        Sent once, unless it surely did not arrive: on `maybe_done` read the status before trying again.
        """
        await self._command(task_id, "play", Effect.EVERY_TIME)

    async def pause(self, task_id: str) -> None:
        """Stop the dialing until the next start."""
        await self._command(task_id, "pause", Effect.ONCE)

    async def halt(self, task_id: str) -> None:
        """Stop the dialing for ever."""
        await self._command(task_id, "halted", Effect.ONCE)

    async def _command(self, task_id: str, verb: str, effect: Effect) -> None:
        await self._send(Request("POST", task_path("POST", task_id, verb), effect), accepted)


def task_path(method: str, task_id: str, verb: str = "") -> str:
    """Build the path of a task; raises NotFound for what cannot be an id."""
    if not is_id(task_id):
        raise NotFound(method, f"{TASKS_PATH}/{{id}}", None, "this cannot be the id of a task")
    return "/".join(filter(None, (TASKS_PATH, quote(task_id, safe=""), verb)))


def created_id(body: bytes) -> str:
    """Read the id of a task just made."""
    made = json_object(body).get("id")
    task_id = identity(made) if isinstance(made, dict) else None
    if task_id is None:
        raise ValueError("the answer holds no id.identity")
    return task_id


def page_of(body: bytes) -> TaskPage:
    """Read a page of tasks; in a row only the id is indispensable."""
    answer = json_object(body)
    count, rows = count_or_none(answer.get("count")), answer.get("items")
    if count is None or not isinstance(rows, list):
        raise ValueError("the answer holds no count and items")
    return TaskPage(count, tuple(_row(row) for row in rows))


def _one_task(body: bytes, task_id: str) -> Task:
    fields = json_object(body)
    if not text_or_none(fields.get("status")):
        raise ValueError("the answer holds no status")
    return _task(fields, identity(fields.get("id")) or task_id)


def _row(row: object) -> Task:
    task_id = identity(row.get("id")) if isinstance(row, dict) else None
    if not isinstance(row, dict) or task_id is None:
        raise ValueError("a row of the answer holds no id")
    return _task(row, task_id)


def _task(fields: dict[str, Any], task_id: str) -> Task:
    return Task(
        id=task_id,
        name=text_or_none(fields.get("name")) or "",
        status=text_or_none(fields.get("status")) or "",
        candidate_count=count_or_none(fields.get("candidateCount")),
        call_count=count_or_none(fields.get("callCount")),
        comment=text_or_none(fields.get("taskComment")),
        created_at=moment_or_none(fields.get("createdAt")),
    )


def _list_query(
    keyword: str,
    statuses: Iterable[str],
    since: datetime | None,
    until: datetime | None,
    limit: int,
    offset: int,
) -> dict[str, str]:
    if not 1 <= limit <= LARGEST_PAGE or offset < 0:
        raise ValueError(f"limit must be 1…{LARGEST_PAGE}, offset 0 or more")
    query = {
        "limit": str(limit),
        "offset": str(offset),
        "status": ",".join(statuses),
        "keyword": keyword,
        "from": _utc(since),
        "to": _utc(until),
    }
    return {key: value for key, value in query.items() if value}


def _utc(moment: datetime | None) -> str:
    if moment is None:
        return ""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone could be any")
    utc = moment.astimezone(timezone.utc)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
