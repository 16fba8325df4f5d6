"""The list of tasks: what may be asked and how the answer is chosen.

https://confluence.twin24.ai/spaces/TWINDOC/pages/292978890/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from operator import itemgetter

from rasa_twin24.sandbox.fields import Complaints, first_complaints
from rasa_twin24.sandbox.refusal import invalid
from rasa_twin24.sandbox.tasks import STATUSES, Task, as_json

MAX_LIMIT = 1000
DEFAULT_LIMIT = 50

PARAMETERS = ("page", "offset", "limit", "status", "keyword", "from", "to", "sort", "fields")

_FIELDS = (
    "id",
    "name",
    "status",
    "candidateCount",
    "callCount",
    "taskComment",
    "cps",
    "companyId",
    "createdAt",
    "updatedAt",
)
_SORTABLE = ("name", "status", "candidateCount", "callCount", "createdAt", "updatedAt")

_COUNT = re.compile(r"[0-9]{1,9}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


@dataclass(frozen=True)
class TaskQuery:
    """What to list. The moments are seconds since 1970 and bound the creation of a task, both included."""

    keyword: str
    statuses: tuple[str, ...]
    created_from: float | None
    created_to: float | None
    offset: int
    limit: int
    sort: tuple[str, ...]
    fields: tuple[str, ...]


def read_query(pairs: Sequence[tuple[str, str]]) -> TaskQuery:
    """The query of a list request; raises Refusal 422 with every wrong parameter named."""
    if wrong := first_complaints(_complaints(pairs)):
        raise invalid(wrong)
    given = dict(pairs)
    limit = int(given.get("limit", DEFAULT_LIMIT))
    return TaskQuery(
        keyword=given.get("keyword", ""),
        statuses=_words(given.get("status", "")) or STATUSES,
        created_from=_moment(given["from"]) if "from" in given else None,
        created_to=_moment(given["to"]) if "to" in given else None,
        offset=int(given.get("offset", 0)) + int(given.get("page", 0)) * limit,
        limit=limit,
        sort=_words(given.get("sort", "")) or ("-createdAt",),
        fields=_words(given.get("fields", "")) or _FIELDS,
    )


def answer_query(tasks: Iterable[Task], query: TaskQuery) -> dict[str, object]:
    """The page asked for, and how many tasks fit on all pages together."""
    found = [as_json(task) for task in tasks if _fits(task, query)]
    # Sorting is stable, so the last key first gives the order by all of them.
    for key in reversed(query.sort):
        name = key.removeprefix("-")
        found.sort(key=itemgetter(name), reverse=key.startswith("-"))
    page = found[query.offset : query.offset + query.limit]
    return {"count": len(found), "items": [{name: item[name] for name in query.fields} for item in page]}


def _fits(task: Task, query: TaskQuery) -> bool:
    return (
        query.keyword.casefold() in task.name.casefold()
        and task.status in query.statuses
        and (query.created_from is None or task.created_at >= query.created_from)
        and (query.created_to is None or task.created_at <= query.created_to)
    )


def _complaints(pairs: Sequence[tuple[str, str]]) -> Complaints:
    names = [name for name, _ in pairs]
    for name, value in pairs:
        if name not in PARAMETERS:
            yield name, "is not a parameter of this request"
        elif names.count(name) > 1:
            yield name, "is given more than once"
        elif complaint := _complaint(name, value):
            yield name, complaint
    if "page" in names and "offset" in names:
        yield "offset", "must not be given together with page"


def _complaint(name: str, value: str) -> str | None:
    if name in ("page", "offset") and not _COUNT.fullmatch(value):
        return "must be an integer of at least 0"
    if name == "limit" and not (_COUNT.fullmatch(value) and 1 <= int(value) <= MAX_LIMIT):
        return f"must be an integer from 1 to {MAX_LIMIT}"
    if name in ("from", "to") and _moment(value) is None:
        return "must be a UTC moment like 2030-12-31T23:59:59.000Z"
    allowed = {"status": STATUSES, "sort": _SORTABLE, "fields": _FIELDS}.get(name)
    if allowed is not None:
        words = (word.removeprefix("-") if name == "sort" else word for word in _words(value))
        if not all(word in allowed for word in words):
            return f"must be a comma list, without spaces, of: {', '.join(allowed)}"
    return None


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _moment(text: str) -> float | None:
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        return None
