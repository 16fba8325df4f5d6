"""Look at TWIN what became of a request whose answer was lost. TWIN does not show its own writes at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.mark import carries, shown
from rasa_twin24.ledger.tasks import CallTask
from rasa_twin24.twin24 import Task, TaskStatus, TwinError
from rasa_twin24.twin24.tasks import LARGEST_PAGE

# How far the clocks of TWIN and of this machine may differ.
CLOCKS_DIFFER = timedelta(minutes=10)
# Pages of the whole list that are walked when the search by keyword finds nothing: what it matches is not documented.
MOST_PAGES = 3


async def find_marked(desk: Desk, task: CallTask) -> list[Task]:
    """The tasks at TWIN that carry the mark, earliest first; none if at no look there was any.

    A list that lags is waited for. Raises `TwinError` when the last look failed: then nothing is known.
    """
    trouble: TwinError | None = None
    async for _ in _looks(desk):
        try:
            found = await find_marked_now(desk, task)
        except TwinError as error:
            trouble = error
            continue
        trouble = None
        if found:
            return found
    if trouble is not None:
        raise trouble
    return []


async def count_candidates(desk: Desk, task: CallTask) -> int | None:
    """How many candidates TWIN says the task has; None when it does not tell. Raises `TwinError`."""
    twin_id = task.twin_id or ""
    found = await desk.twin.tasks.get(twin_id)
    if found.candidate_count is not None:
        return found.candidate_count
    keyword = shown(task.mark) if task.mark else task.name
    page = await desk.twin.tasks.list(keyword=keyword, statuses=TaskStatus.KNOWN)
    return next((item.candidate_count for item in page.items if item.id == twin_id), None)


async def look_up_counted(desk: Desk, twin_id: str, name: str, *, while_running: bool = True) -> Task:
    """A task with the counts TWIN can give: those of the list where the task itself has none. Raises `TwinError`.

    `while_running`: false when counts are wanted only of what does not run.
    """
    found = await desk.twin.tasks.get(twin_id)
    if found.call_count is not None and found.candidate_count is not None:
        return found
    if found.status == TaskStatus.PROCESS and not while_running:
        return found
    try:
        page = await desk.twin.tasks.list(keyword=found.name or name, statuses=TaskStatus.KNOWN)
    except TwinError:
        return found  # the counts are a courtesy
    listed = next((item for item in page.items if item.id == found.id), None)
    if listed is None:
        return found
    return replace(found, candidate_count=listed.candidate_count, call_count=listed.call_count)


@dataclass
class Counts:
    """What TWIN told about the number of candidates at several looks.

    `untold`: at some look it did not say; `failed`: at some look it could not be asked.
    """

    seen: set[int] = field(default_factory=set)
    untold: bool = False
    failed: bool = False

    def always(self, count: int) -> bool:
        return self.seen == {count} and not self.untold and not self.failed


async def watch_count(desk: Desk, task: CallTask, until: int) -> Counts:
    """Look several times, ending early at the count waited for."""
    counts = Counts()
    async for _ in _looks(desk):
        try:
            count = await count_candidates(desk, task)
        except TwinError:
            counts.failed = True
            continue
        if count is None:
            counts.untold = True
        else:
            counts.seen.add(count)
        if count == until:
            break
    return counts


async def _looks(desk: Desk) -> AsyncIterator[None]:
    for pause in desk.settings.verify_after:
        await desk.sleep(pause)
        yield


async def find_marked_now(desk: Desk, task: CallTask) -> list[Task]:
    """`find_marked` with a single look."""
    mark = task.mark or ""
    since = datetime.fromtimestamp(task.sent_at or task.created_at, timezone.utc) - CLOCKS_DIFFER
    page = await desk.twin.tasks.list(keyword=shown(mark), statuses=TaskStatus.KNOWN, since=since)
    found = [item for item in page.items if carries(item, mark)]
    if not found:
        found = [item async for item in _all(desk, since) if carries(item, mark)]
    never = datetime.max.replace(tzinfo=timezone.utc)
    # Of two that cannot be told apart by time, the order of the ids decides: every process picks the same.
    return sorted(found, key=lambda item: (item.created_at or never, item.id))


async def _all(desk: Desk, since: datetime) -> AsyncIterator[Task]:
    for number in range(MOST_PAGES):
        page = await desk.twin.tasks.list(
            statuses=TaskStatus.KNOWN, since=since, limit=LARGEST_PAGE, offset=number * LARGEST_PAGE
        )
        for item in page.items:
            yield item
        if len(page.items) < LARGEST_PAGE:
            return
