"""The HTTP face of the sandbox without any HTTP: which request means what, and how its answer is written.

Paths are those of one host for all services, `/iam/api/v1` and `/cis/api/v1`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import parse_qsl

from rasa_twin24.sandbox.faults import Endpoint, Fault
from rasa_twin24.sandbox.refusal import Refusal, invalid
from rasa_twin24.sandbox.sandbox import Sandbox

IAM_PATH = "/iam/api/v1"
CIS_PATH = "/cis/api/v1"

# TWIN names no limit; this one keeps a runaway client from filling the memory of a demo.
MAX_BODY_BYTES = 10 * 1024 * 1024

JSON_TYPE = "application/json"


@dataclass(frozen=True)
class Request:
    """A request as bytes came: the path without and the query string without the question mark."""

    method: str
    path: str
    query: str = ""
    authorization: str | None = None
    content_type: str = ""
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class _Call(NamedTuple):
    """What an endpoint works on: the id in its path, the JSON body, the query."""

    task_id: str
    body: object
    query: Sequence[tuple[str, str]]


class _Route(NamedTuple):
    endpoint: Endpoint
    method: str
    path: re.Pattern[str]
    work: Callable[[Sandbox, _Call], object]
    takes_body: bool


def _route(
    endpoint: Endpoint, method: str, path: str, work: Callable[[Sandbox, _Call], object], *, takes_body: bool
) -> _Route:
    return _Route(endpoint, method, re.compile(path.replace("{id}", "(?P<task_id>[^/]+)")), work, takes_body=takes_body)


_TASKS = f"{CIS_PATH}/telephony/autoCall"

_ROUTES = (
    _route("login", "POST", f"{IAM_PATH}/auth/login", lambda box, call: box.log_in(call.body), takes_body=True),
    _route("create", "POST", _TASKS, lambda box, call: box.create(call.body), takes_body=True),
    _route("list", "GET", _TASKS, lambda box, call: box.find(call.query), takes_body=False),
    _route("read", "GET", f"{_TASKS}/{{id}}", lambda box, call: box.read(call.task_id), takes_body=False),
    _route("add", "POST", f"{_TASKS}Candidate/batch", lambda box, call: box.add(call.body), takes_body=True),
    _route("play", "POST", f"{_TASKS}/{{id}}/play", lambda box, call: box.play(call.task_id), takes_body=False),
    _route("pause", "POST", f"{_TASKS}/{{id}}/pause", lambda box, call: box.pause(call.task_id), takes_body=False),
    _route(
        "halted",
        "POST",
        f"{_TASKS}/{{id}}/halted",
        lambda box, call: box.halt(call.task_id),
        takes_body=False,
    ),
)


def target_of(request: Request) -> tuple[Endpoint | None, str]:
    """Which endpoint the request is for, None if there is none, and the id of the task, empty if it names none."""
    try:
        route, task_id = _match(request)
    except Refusal:
        return None, ""
    return route.endpoint, task_id


def remember(sandbox: Sandbox, request: Request) -> None:
    """Keep the request for tests to look at, whatever becomes of it."""
    seen: object
    if request.method == "GET":
        seen = dict(_query(request))
    else:
        try:
            seen = _json(request) if request.body else None
        except Refusal:
            seen = None
    sandbox.remember(request.method, request.path, seen)


def answer(sandbox: Sandbox, request: Request) -> Answer:
    """Do what the request asks and write the answer; a refusal is an answer too."""
    try:
        route, task_id = _match(request)
        if route.endpoint != "login":
            sandbox.authorize(request.authorization)
        query = _query(request)
        if route.endpoint != "list" and query:
            raise invalid({name: "is not a parameter of this request" for name, _ in query})
        if not route.takes_body and request.body:
            raise invalid({"body": "must be empty"})
        body = _json(request) if route.takes_body else None
        result = route.work(sandbox, _Call(task_id, body, query))
    except Refusal as refusal:
        return refuse(refusal)
    # Play, pause and halted answer nothing, and nothing is promised of the body of the others but their ids.
    return _written(200, b"" if result is None else _bytes(result))


def refuse(refusal: Refusal) -> Answer:
    return _written(refusal.status, _bytes(refusal.body), refusal.headers)


def failed_answer(fault: Fault) -> Answer:
    """The answer a fault gives in place of the right one."""
    status = fault.status or 200
    body = fault.body
    if body is None:
        body = _bytes(Refusal(status, "Failed on order.").body)
    return _written(status, body, fault.headers)


def _match(request: Request) -> tuple[_Route, str]:
    """The route and the task id of a request; raises Refusal 404 or 405."""
    allowed: list[str] = []
    for route in _ROUTES:
        found = route.path.fullmatch(request.path)
        if found and route.method == request.method:
            return route, found.groupdict().get("task_id", "").lower()
        if found:
            allowed.append(route.method)
    if allowed:
        raise Refusal(405, "Method not allowed.", headers={"Allow": ", ".join(allowed)})
    raise Refusal(404, "Not found.")


def _query(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request.query, keep_blank_values=True)


def _json(request: Request) -> object:
    """The body as JSON; raises Refusal 415 or 400."""
    if request.content_type.partition(";")[0].strip().lower() != JSON_TYPE:
        raise Refusal(415, "The body is not declared as JSON.", {"Content-Type": f"must be {JSON_TYPE}"})
    try:
        return json.loads(request.body.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_unique_fields)
    except (ValueError, RecursionError):
        raise Refusal(400, "The body is not JSON.") from None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _unique_fields(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field is given twice")
    return fields


def _bytes(value: object) -> bytes:
    return json.dumps(value).encode("ascii")


def _written(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, body, {"Content-Type": JSON_TYPE, **(headers or {})})
