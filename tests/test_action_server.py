"""The separate action server: what goes wrong in it is not answered with the request."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from rasa_twin24.sandbox import CALLER_ID, LOGIN, PASSWORD, SCRIPT_ID
from tests.bot_process import PROJECT, free_port
from tests.loopback import client
from tests.waiting import PATIENCE, until

PHONE = "89161234567"
TRACKER = {
    "sender_id": "telegram:5",
    "slots": {},
    "latest_message": {"text": f"позвони {PHONE}", "intent": {"name": "help"}, "entities": []},
    "events": [],
    "paused": False,
    "followup_action": None,
    "active_loop": {},
    "latest_action_name": None,
}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[tuple[httpx.AsyncClient, Path]]:
    port, log = free_port(), tmp_path / "actions.log"
    env = {
        "PATH": os.environ["PATH"],
        "BOT_DATA_DIR": str(tmp_path),
        "BOT_OWNERS": "telegram:5",
        "TWIN24_EMAIL": LOGIN,
        "TWIN24_PASSWORD": PASSWORD,
        "TWIN24_SCRIPT_ID": SCRIPT_ID,
        "TWIN24_CID_DATA": CALLER_ID,
        "LOG_LEVEL": "INFO",
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / "rasa-twin24"), "actions", "--port", str(port)],
            cwd=PROJECT,
            env=env,
            stdout=out,
            stderr=out,
        )
    async with client(f"http://127.0.0.1:{port}") as http:

        async def listens() -> bool:
            assert process.poll() is None, log.read_text()
            with suppress(httpx.HTTPError):
                return (await http.get("/health")).status_code == 200
            return False

        try:
            await until(listens)
            yield http, log
        finally:
            process.terminate()
            assert process.wait(PATIENCE) == 0


async def test_errors_echo_nothing(server: tuple[httpx.AsyncClient, Path]) -> None:
    http, log = server
    call = {"next_action": "action_digression", "tracker": TRACKER, "domain": {}, "version": "3.6.21"}
    answers = [
        await http.post("/webhook", content=f'{{"text": "{PHONE}", '.encode()),
        await http.post("/webhook", json={"next_action": "action_digression", "tracker": PHONE, "version": "3.6.21"}),
        await http.post("/webhook", json={**call, "tracker": {**TRACKER, "latest_message": [PHONE]}}),
        await http.post("/webhook", content=PHONE.encode(), headers={"Content-Encoding": "deflate"}),
        await http.post("/webhook", json=[PHONE]),
        await http.get(f"/{PHONE}"),
    ]
    assert [answer.status_code for answer in answers] == [400, 500, 500, 500, 500, 404]
    assert {tuple(answer.json()) for answer in answers} == {("error",)}
    for answer in answers:
        assert PHONE not in answer.text
        assert "access-control-allow-origin" not in answer.headers
    done = await http.post("/webhook", json=call)
    assert done.json()["responses"][0]["response"] == "utter_help"
    text = log.read_text(encoding="utf-8")
    assert "action_request_failed" in text
    assert PHONE[1:] not in "".join(filter(str.isdigit, text))
