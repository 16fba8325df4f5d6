"""Call tasks: the exact requests TWIN gets, and what is made of its answers."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from rasa_twin24.twin24 import BadAnswer, CallerId, CallWindow, NotFound, Task, TaskPage, TaskStatus, Twin24
from rasa_twin24.twin24.tasks import created_id, page_of
from tests.twin24.conftest import CIS, TASK_ID

FIXTURES = Path(__file__).parents[1] / "fixtures" / "twin24"
SCRIPT = "11111111-1111-4111-8111-111111111111"
NUMBER = "22222222-2222-4222-8222-222222222222"
MADE = {"id": {"identity": TASK_ID}}

# The body of TWIN's guide, letter for letter.
GUIDE = """
{
  "name": "Весенняя акция",
  "defaultExec": "robot",
  "defaultExecData": "11111111-1111-4111-8111-111111111111",
  "secondExec": "end",
  "cidType": "gornum",
  "cidData": "22222222-2222-4222-8222-222222222222",
  "startType": "manual",
  "cps": 1.01,
  "taskComment": "",
  "additionalOptions": {
    "fullListMethod": "reject", "fullListTime": 0,
    "useTr": false, "allowCallTimeFrom": 0, "allowCallTimeTo": 86399,
    "recordCall": true, "recTrimLeft": 0, "detectRobot": false
  },
  "redialStrategyOptions": {
    "redialStrategyEn": false,
    "busy": {"redial": false, "time": 1, "count": 1},
    "noAnswer": {"redial": false, "time": 1, "count": 1},
    "answerMash": {"redial": false, "time": 1, "count": 1},
    "congestion": {"redial": false, "time": 1, "count": 1},
    "answerNoList": {"redial": false, "time": 1, "count": 1}
  }
}
"""


def without(body: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != key}


@pytest.mark.parametrize(
    ("name", "caller_id", "comment", "expected"),
    [
        ("Весенняя акция", CallerId("gornum", NUMBER), "", json.loads(GUIDE)),
        ("Весенняя акция", CallerId("pool", NUMBER), "", json.loads(GUIDE) | {"cidType": "pool"}),
        (
            "Весенняя акция",
            CallerId("default"),
            "",
            without(json.loads(GUIDE), "cidData") | {"cidType": "default"},
        ),
        (
            '«Весна» \\ "50%" 🌷',
            CallerId("gornum", NUMBER),
            "k3v9qp",
            json.loads(GUIDE) | {"name": '«Весна» \\ "50%" 🌷', "taskComment": "k3v9qp"},
        ),
    ],
    ids=["guide", "pool", "default", "quotes and emoji"],
)
async def test_create(
    twin: Twin24,
    router: respx.MockRouter,
    login: respx.Route,
    name: str,
    caller_id: CallerId,
    comment: str,
    expected: dict[str, Any],
) -> None:
    route = router.post(f"{CIS}/telephony/autoCall").respond(json=MADE)
    made = await twin.tasks.create(name=name, script_id=SCRIPT, caller_id=caller_id, comment=comment)
    assert made == TASK_ID
    request = route.calls.last.request
    assert json.loads(request.content) == expected
    assert request.headers["Authorization"] == "Bearer opaque-token"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Accept"] == "application/json"


async def test_the_numbers_of_the_guide_are_sent_as_json_numbers(
    twin: Twin24, router: respx.MockRouter, login: respx.Route
) -> None:
    route = router.post(f"{CIS}/telephony/autoCall").respond(json=MADE)
    await twin.tasks.create(name="А", script_id=SCRIPT, caller_id=CallerId("default"))
    sent = json.loads(route.calls.last.request.content, parse_float=lambda text: f"float {text}")
    assert sent["cps"] == "float 1.01"
    assert type(sent["additionalOptions"]["allowCallTimeTo"]) is int


async def test_only_the_window_differs_from_the_guide_where_the_hours_are_restricted(
    twin: Twin24, router: respx.MockRouter, login: respx.Route
) -> None:
    route = router.post(f"{CIS}/telephony/autoCall").respond(json=MADE)
    await twin.tasks.create(
        name="Весенняя акция",
        script_id=SCRIPT,
        caller_id=CallerId("gornum", NUMBER),
        window=CallWindow(32_400, 75_600, local=True),
    )
    expected = json.loads(GUIDE)
    expected["additionalOptions"] |= {"useTr": True, "allowCallTimeFrom": 32_400, "allowCallTimeTo": 75_600}
    assert json.loads(route.calls.last.request.content) == expected


@pytest.mark.parametrize(("start", "end"), [(-1, 10), (10, 10), (20, 10), (0, 86_400)])
def test_a_window_lies_within_a_day(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="within one day"):
        CallWindow(start, end)


async def test_half_a_surrogate_pair_in_a_name_reaches_twin_as_json(
    twin: Twin24, router: respx.MockRouter, login: respx.Route
) -> None:
    route = router.post(f"{CIS}/telephony/autoCall").respond(json=MADE)
    await twin.tasks.create(name="Акция \ud83c", script_id=SCRIPT, caller_id=CallerId("default"))
    assert json.loads(route.calls.last.request.content)["name"] == "Акция \ud83c"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"id": TASK_ID},
        {"id": {}},
        {"id": {"identity": None}},
        {"id": {"identity": ""}},
        {"id": {"identity": 33}},
        {"id": {"identity": "../autoCallCandidate/single"}},
        {"id": {"identity": "a" * 65}},
        [MADE],
    ],
    ids=str,
)
async def test_a_created_task_without_a_usable_id_may_exist(
    twin: Twin24, router: respx.MockRouter, login: respx.Route, answer: object
) -> None:
    router.post(f"{CIS}/telephony/autoCall").respond(json=answer)
    with pytest.raises(BadAnswer) as caught:
        await twin.tasks.create(name="А", script_id=SCRIPT, caller_id=CallerId("default"))
    assert caught.value.maybe_done is True
    assert caught.value.status == 200


@pytest.mark.parametrize(("name", "script"), [("", SCRIPT), ("  ", SCRIPT), ("Акция", "")])
async def test_create_without_a_name_or_a_script_sends_nothing(twin: Twin24, name: str, script: str) -> None:
    with pytest.raises(ValueError, match="needs a name"):
        await twin.tasks.create(name=name, script_id=script, caller_id=CallerId("default"))


@pytest.mark.parametrize(
    ("kind", "data"),
    [("gornum", None), ("gornum", ""), ("pool", None), ("default", NUMBER), ("GORNUM", NUMBER), ("", None)],
)
def test_a_caller_id_that_cannot_be(kind: Any, data: str | None) -> None:
    with pytest.raises(ValueError, match="caller id"):
        CallerId(kind, data)


async def test_get(twin: Twin24, router: respx.MockRouter, login: respx.Route) -> None:
    route = router.get(f"{CIS}/telephony/autoCall/{TASK_ID}").respond(
        content=(FIXTURES / "task_ready.json").read_bytes()
    )
    assert await twin.tasks.get(TASK_ID) == Task(
        id=TASK_ID,
        name="Весенняя акция",
        status=TaskStatus.READY,
        candidate_count=2,
        call_count=0,
        comment="k3v9qp",
        created_at=datetime(2026, 7, 10, 10, 49, 36, tzinfo=timezone.utc),
    )
    assert route.calls.last.request.content == b""
    assert route.calls.last.request.headers["Authorization"] == "Bearer opaque-token"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"status": "BLANK"}, Task(TASK_ID, "", "BLANK")),
        ({"status": "NEW_2027", "id": {"identity": "other"}}, Task("other", "", "NEW_2027")),
        ({"status": "DONE", "id": 7, "name": 5}, Task(TASK_ID, "", "DONE")),
        ({"status": "DONE", "candidateCount": "2", "callCount": True}, Task(TASK_ID, "", "DONE")),
        ({"status": "DONE", "candidateCount": -1, "callCount": 1.5}, Task(TASK_ID, "", "DONE")),
        ({"status": "DONE", "createdAt": "2026-07-10 10:49:36"}, Task(TASK_ID, "", "DONE")),
        ({"status": "DONE", "createdAt": "yesterday", "taskComment": []}, Task(TASK_ID, "", "DONE")),
    ],
    ids=["status alone", "id.identity", "odd id", "odd counts", "impossible counts", "no zone", "no date"],
)
async def test_get_asks_for_no_more_than_a_status(
    twin: Twin24, router: respx.MockRouter, login: respx.Route, answer: object, expected: Task
) -> None:
    router.get(f"{CIS}/telephony/autoCall/{TASK_ID}").respond(json=answer)
    assert await twin.tasks.get(TASK_ID) == expected


@pytest.mark.parametrize("answer", [{}, {"status": None}, {"status": ""}, {"status": 3}, [], "READY"], ids=str)
async def test_get_without_a_status(twin: Twin24, router: respx.MockRouter, login: respx.Route, answer: object) -> None:
    router.get(f"{CIS}/telephony/autoCall/{TASK_ID}").respond(json=answer)
    with pytest.raises(BadAnswer):
        await twin.tasks.get(TASK_ID)


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        ({}, {"limit": "100", "offset": "0"}),
        ({"keyword": "акция k3v9qp"}, {"limit": "100", "offset": "0", "keyword": "акция k3v9qp"}),
        (
            {"statuses": (TaskStatus.BLANK, TaskStatus.READY), "limit": 1000, "offset": 2000},
            {"limit": "1000", "offset": "2000", "status": "BLANK,READY"},
        ),
        (
            {
                "since": datetime(2026, 7, 10, 13, 0, tzinfo=timezone(timedelta(hours=3))),
                "until": datetime(2026, 7, 10, 23, 59, 59, 999_999, tzinfo=timezone.utc),
            },
            {
                "limit": "100",
                "offset": "0",
                "from": "2026-07-10T10:00:00.000Z",
                "to": "2026-07-10T23:59:59.999Z",
            },
        ),
    ],
    ids=["all", "keyword", "statuses", "times"],
)
async def test_list_request(
    twin: Twin24,
    router: respx.MockRouter,
    login: respx.Route,
    arguments: dict[str, Any],
    query: dict[str, str],
) -> None:
    route = router.get(f"{CIS}/telephony/autoCall").respond(json={"count": 0, "items": []})
    assert await twin.tasks.list(**arguments) == TaskPage(0, ())
    assert dict(route.calls.last.request.url.params.multi_items()) == query


async def test_list_answer(twin: Twin24, router: respx.MockRouter, login: respx.Route) -> None:
    router.get(f"{CIS}/telephony/autoCall").respond(content=(FIXTURES / "task_page.json").read_bytes())
    created_at = datetime(2026, 7, 10, 10, 49, 36, tzinfo=timezone.utc)
    assert await twin.tasks.list() == TaskPage(
        count=12,
        items=(
            Task(TASK_ID, "Весенняя акция", "PROCESS", 40, 17, created_at=created_at),
            Task("44444444-4444-4444-8444-444444444444", "", "ARCHIVED_2027"),
        ),
    )


@pytest.mark.parametrize(
    "answer",
    [
        {"items": []},
        {"count": 0},
        {"count": 0, "items": {}},
        {"count": "1", "items": []},
        {"count": 1, "items": [None]},
        {"count": 1, "items": [{"name": "Акция"}]},
        [],
    ],
    ids=str,
)
async def test_list_answer_that_is_no_list(
    twin: Twin24, router: respx.MockRouter, login: respx.Route, answer: object
) -> None:
    router.get(f"{CIS}/telephony/autoCall").respond(json=answer)
    with pytest.raises(BadAnswer):
        await twin.tasks.list()


@pytest.mark.parametrize(
    "arguments",
    [{"limit": 0}, {"limit": 1001}, {"offset": -1}, {"since": datetime(2026, 7, 10)}],
    ids=["no rows", "too many rows", "before the start", "no time zone"],
)
async def test_list_that_cannot_be_asked(twin: Twin24, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"limit must be|time zone"):
        await twin.tasks.list(**arguments)


@pytest.mark.parametrize("answer", [httpx.Response(200, json={}), httpx.Response(204), httpx.Response(201, text="ok")])
@pytest.mark.parametrize(("method", "verb"), [("play", "play"), ("pause", "pause"), ("halt", "halted")])
async def test_commands(
    twin: Twin24,
    router: respx.MockRouter,
    login: respx.Route,
    method: str,
    verb: str,
    answer: httpx.Response,
) -> None:
    route = router.post(f"{CIS}/telephony/autoCall/{TASK_ID}/{verb}").mock(return_value=answer)
    await getattr(twin.tasks, method)(TASK_ID)
    assert route.call_count == 1
    assert route.calls.last.request.content == b""


@pytest.mark.parametrize("method", ["get", "play", "pause", "halt"])
@pytest.mark.parametrize(
    "task_id",
    ["", "a/b", "..", "a?b=1", "a#b", "a b", "a%2Fb", "задание", "a" * 65, "abc\n", "１２３"],
)
async def test_what_cannot_be_an_id_is_not_found_and_not_asked_for(twin: Twin24, method: str, task_id: str) -> None:
    with pytest.raises(NotFound) as caught:
        await getattr(twin.tasks, method)(task_id)
    assert caught.value.status is None
    assert caught.value.maybe_done is False


def test_when_candidates_may_be_added() -> None:
    """The table of the guide: candidates wait for a task that is not dialing."""
    assert {"BLANK", "READY", "PAUSED", "DONE"} == TaskStatus.ADDABLE


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "identity", "count", "items", "status"]) | st.text(), inner)
    ),
    max_leaves=10,
)


@given(json_values)
def test_any_json_is_read_or_refused(value: object) -> None:
    body = json.dumps(value).encode()
    for read in (created_id, page_of):
        try:
            result = read(body)
        except ValueError:
            continue
        assert isinstance(result, (str, TaskPage))
