"""What the tests say to the sandbox: whole valid bodies, and a client that speaks plain HTTP to it."""

from __future__ import annotations

import json
from typing import Any

import httpx

from rasa_twin24.sandbox import CALLER_ID, LOGIN, PASSWORD, SCRIPT_ID, SandboxServer

NOT_REDIALED = {"redial": False, "time": 1, "count": 1}

TASK: dict[str, Any] = {
    "name": "Весенняя акция",
    "defaultExec": "robot",
    "defaultExecData": SCRIPT_ID,
    "secondExec": "end",
    "cidType": "gornum",
    "cidData": CALLER_ID,
    "startType": "manual",
    "cps": 1.01,
    "taskComment": "",
    "additionalOptions": {
        "fullListMethod": "reject",
        "fullListTime": 0,
        "useTr": False,
        "allowCallTimeFrom": 32_400,
        "allowCallTimeTo": 75_600,
        "recordCall": True,
        "recTrimLeft": 0,
        "detectRobot": False,
    },
    "redialStrategyOptions": {
        "redialStrategyEn": False,
        "busy": NOT_REDIALED,
        "noAnswer": NOT_REDIALED,
        "answerMash": NOT_REDIALED,
        "congestion": NOT_REDIALED,
        "answerNoList": NOT_REDIALED,
    },
}

WITHOUT = object()
"""As the value of a changed field: the field is left out."""


def changed(body: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A copy of the body with some fields replaced, added or left out, named by dotted paths."""
    result: dict[str, Any] = json.loads(json.dumps(body))
    for path, value in changes.items():
        *parents, name = path.split(".")
        place: Any = result
        for parent in parents:
            place = place[int(parent)] if isinstance(place, list) else place[parent]
        key: Any = int(name) if isinstance(place, list) else name
        if value is WITHOUT:
            del place[key]
        else:
            place[key] = value
    return result


def candidate(task_id: str, phone: str) -> dict[str, Any]:
    return {"autoCallId": task_id, "phone": [phone], "clientExternalId": phone}


def phones(count: int) -> list[str]:
    return [f"7916123{number:04d}" for number in range(count)]


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: float = 1_780_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def pass_time(self, seconds: float) -> None:
        self.now += seconds


class TwinOverHttp:
    """The endpoints by their names; every answer comes back as it is."""

    def __init__(self, server: SandboxServer, http: httpx.AsyncClient) -> None:
        self.server = server
        self.http = http

    async def log_in(self, **changes: object) -> httpx.Response:
        body = changed({"email": LOGIN, "password": PASSWORD}, changes)
        answer = await self.http.post(f"{self.server.iam_url}/auth/login", json=body)
        if answer.is_success:
            self.http.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return answer

    async def create(self, body: object = TASK) -> httpx.Response:
        return await self.http.post(f"{self.server.cis_url}/telephony/autoCall", json=body)

    async def created(self, **changes: object) -> str:
        answer = await self.create(changed(TASK, changes))
        assert answer.status_code == 200, answer.text
        identity: str = answer.json()["id"]["identity"]
        return identity

    async def read(self, task_id: str) -> httpx.Response:
        return await self.http.get(f"{self.server.cis_url}/telephony/autoCall/{task_id}")

    async def find(self, query: str = "") -> httpx.Response:
        return await self.http.get(f"{self.server.cis_url}/telephony/autoCall?{query}".rstrip("?"))

    async def add(self, body: object) -> httpx.Response:
        return await self.http.post(f"{self.server.cis_url}/telephony/autoCallCandidate/batch", json=body)

    async def add_phones(self, task_id: str, numbers: list[str]) -> httpx.Response:
        return await self.add({"batch": [candidate(task_id, number) for number in numbers]})

    async def act(self, task_id: str, action: str) -> httpx.Response:
        return await self.http.post(f"{self.server.cis_url}/telephony/autoCall/{task_id}/{action}")

    async def status(self, task_id: str) -> str:
        answer = await self.read(task_id)
        assert answer.status_code == 200, answer.text
        status: str = answer.json()["status"]
        return status
