from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from rasa_twin24.sandbox import CALLER_LABEL, LOGIN, SCRIPT_TITLE, Sandbox, SandboxServer
from rasa_twin24.sandbox.page import SHOWN_CALLS, SHOWN_TASKS, masked, page_data, page_html
from rasa_twin24.sandbox.tasks import OUTCOMES, STATUSES
from tests.sandbox.twin_over_http import TASK, FakeClock, TwinOverHttp, candidate, changed, phones

# Ways by which a script could make markup of a text. The page must use none of them.
MARKUP_SINKS = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", 'setAttribute("on')


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


async def test_the_page_brings_all_it_needs_and_may_load_nothing_else(twin: TwinOverHttp) -> None:
    answer = await twin.http.get(twin.server.page_url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    policy = answer.headers["Content-Security-Policy"]
    found = re.search(r"script-src 'nonce-([\w-]{16,})'", policy)
    assert found
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy

    page = Elements()
    page.feed(answer.text)
    assert ("html", {"lang": "ru"}) in page.found
    nonces = [attributes["nonce"] for tag, attributes in page.found if tag in ("script", "style")]
    assert nonces == [found[1], found[1]]
    assert not [attributes for _, attributes in page.found if "src" in attributes or "style" in attributes]
    assert "{{" not in answer.text


async def test_every_page_has_a_nonce_of_its_own(twin: TwinOverHttp) -> None:
    first, second = [await twin.http.get(twin.server.page_url) for _ in range(2)]
    assert first.headers["Content-Security-Policy"] != second.headers["Content-Security-Policy"]


def test_the_page_says_that_nobody_is_called_and_knows_every_status() -> None:
    text = page_html("n")
    assert "никому не звонят" in text
    for status in (*STATUSES, *OUTCOMES, "DIAL"):
        assert re.search(rf'\b{status}: "[а-яё ]+"', text), status


def test_the_page_makes_no_markup_of_texts_and_holds_no_login() -> None:
    text = page_html("n")
    assert not [sink for sink in MARKUP_SINKS if sink in text]
    assert LOGIN not in text


async def test_the_data_of_the_page_need_no_token_and_hold_no_whole_number(
    twin: TwinOverHttp, clock: FakeClock, sandbox: Sandbox, task_id: str
) -> None:
    numbers = phones(3)
    await twin.add_phones(task_id, numbers)
    clock.pass_time(0.5)
    await twin.act(task_id, "play")
    clock.pass_time(3.0)
    del twin.http.headers["Authorization"]

    answer = await twin.http.get(f"{twin.server.page_url}tasks.json")
    assert answer.status_code == 200
    assert not [number for number in numbers if number in answer.text]
    data = answer.json()
    assert (data["script"], data["caller"], data["count"]) == (SCRIPT_TITLE, CALLER_LABEL, 1)
    (task,) = data["tasks"]
    assert (task["id"], task["status"], task["candidates"], task["finished"]) == (task_id, "PROCESS", 3, 1)
    assert [call["phone"] for call in task["calls"]] == ["•••01", "•••00"]
    assert [call["status"] for call in task["calls"]] == ["DIAL", sandbox.calls[0].status]
    assert [call["at"][:19] for call in task["calls"]] == ["2026-05-28T20:26:43", "2026-05-28T20:26:41"]
    assert sum(task["results"].values()) == 2


def test_the_page_shows_the_newest_of_very_many(clock: FakeClock) -> None:
    sandbox = Sandbox(clock=clock, lines=50, call_seconds=0.0, ready_after=0.0)
    for number in range(SHOWN_TASKS + 5):
        sandbox.create(changed(TASK, {"name": f"{number}", "cps": 1.5}))
    newest = sandbox.tasks[-1].id
    sandbox.add({"batch": [candidate(newest, phone) for phone in phones(SHOWN_CALLS + 7)]})
    sandbox.play(newest)
    clock.pass_time(60)
    data = page_data(sandbox)
    shown = data["tasks"]
    assert isinstance(shown, list)
    assert (data["count"], len(shown)) == (SHOWN_TASKS + 5, SHOWN_TASKS)
    assert (shown[0]["name"], shown[-1]["name"]) == (f"{SHOWN_TASKS + 4}", "5")
    assert (shown[0]["finished"], len(shown[0]["calls"])) == (SHOWN_CALLS + 7, SHOWN_CALLS)
    assert shown[0]["calls"][0]["phone"] == masked(phones(SHOWN_CALLS + 7)[-1])


@pytest.mark.parametrize("path", ["", "tasks.json", "cis/api/v1/telephony/autoCall"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example.org",
        "evil.example.org:80",
        "127.0.0.1.example.org",
        "10.0.0.1",
        "localhost.evil",
        "[",
        "",
    ],
)
async def test_another_host_name_is_refused(twin: TwinOverHttp, task_id: str, path: str, host: str) -> None:
    answer = await twin.http.get(f"{twin.server.page_url}{path}", headers={"Host": host})
    assert answer.status_code == 403
    assert task_id not in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:5", "127.0.0.1", "[::1]:80", "LOCALHOST"])
async def test_every_name_of_this_machine_is_served(server: SandboxServer, twin: TwinOverHttp, host: str) -> None:
    answer = await twin.http.get(f"{server.page_url}tasks.json", headers={"Host": host})
    assert answer.status_code == 200
