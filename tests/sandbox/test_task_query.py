from __future__ import annotations

import pytest

from rasa_twin24.sandbox import Sandbox, SandboxServer
from tests.sandbox.twin_over_http import FakeClock, TwinOverHttp, phones

# Created a minute apart from 28 May 2026, 20:26:40 UTC on; `Б` has candidates.
NAMES = ["Акция весна", "акция лето", "Б", "В"]

ALL = ["В", "Б", "акция лето", "Акция весна"]

FOUND = {
    "all, newest first": ("", ALL),
    "by a word in any case": ("keyword=АКЦИЯ", ["акция лето", "Акция весна"]),
    "by an empty word": ("keyword=", ALL),
    "by a word of nobody": ("keyword=осень", []),
    "by status": ("status=READY", ["Б"]),
    "by several statuses": ("status=BLANK,READY", ALL),
    "by an empty status": ("status=", ALL),
    "from a moment, itself included": ("from=2026-05-28T20:28:40.000Z", ["В", "Б"]),
    "to a moment, itself included": ("to=2026-05-28T20:27:40.000Z", ["акция лето", "Акция весна"]),
    "between moments": ("from=2026-05-28T20:27:00.000Z&to=2026-05-28T20:28:00.000Z", ["акция лето"]),
    "by name": ("sort=name", ["Акция весна", "Б", "В", "акция лето"]),
    "by name from the end": ("sort=-name", ["акция лето", "В", "Б", "Акция весна"]),
    "by status, then by name": ("sort=-status,name", ["Б", "Акция весна", "В", "акция лето"]),
    "first page": ("limit=3", ALL[:3]),
    "second page": ("limit=3&page=1", ALL[3:]),
    "from an offset": ("limit=2&offset=1", ALL[1:3]),
    "beyond the end": ("offset=4", []),
}

WRONG = {
    "unknown parameter": ("name=x", "name"),
    "page with offset": ("page=0&offset=0", "offset"),
    "limit zero": ("limit=0", "limit"),
    "limit over a thousand": ("limit=1001", "limit"),
    "limit as a word": ("limit=all", "limit"),
    "empty limit": ("limit=", "limit"),
    "page below zero": ("page=-1", "page"),
    "offset in fractions": ("offset=1.0", "offset"),
    "unknown status": ("status=RUNNING", "status"),
    "status in small letters": ("status=ready", "status"),
    "statuses with a space": ("status=READY,%20BLANK", "status"),
    "moment without milliseconds": ("from=2026-05-28T20:26:40Z", "from"),
    "moment without a zone": ("to=2026-05-28T20:26:40.000", "to"),
    "moment of no calendar": ("to=2026-02-30T20:26:40.000Z", "to"),
    "sort by what is not there": ("sort=size", "sort"),
    "unknown field asked for": ("fields=id,phone", "fields"),
    "parameter given twice": ("status=READY&status=BLANK", "status"),
}


@pytest.fixture
async def four_tasks(twin: TwinOverHttp, clock: FakeClock) -> None:
    for name in NAMES:
        task_id = await twin.created(name=name)
        clock.pass_time(1)
        if name == "Б":
            await twin.add_phones(task_id, phones(2))
        clock.pass_time(59)


@pytest.mark.usefixtures("four_tasks")
@pytest.mark.parametrize(("query", "names"), FOUND.values(), ids=FOUND.keys())
async def test_the_list_holds_what_was_asked_for(twin: TwinOverHttp, query: str, names: list[str]) -> None:
    answer = await twin.find(query)
    assert answer.status_code == 200, answer.text
    assert [item["name"] for item in answer.json()["items"]] == names


@pytest.mark.parametrize(("query", "field"), WRONG.values(), ids=WRONG.keys())
async def test_a_wrong_query_is_refused_and_the_parameter_named(twin: TwinOverHttp, query: str, field: str) -> None:
    answer = await twin.find(query)
    assert (answer.status_code, list(answer.json()["details"])) == (422, [field])


@pytest.mark.usefixtures("four_tasks")
async def test_the_count_is_that_of_all_pages(twin: TwinOverHttp) -> None:
    assert (await twin.find("limit=1&keyword=акция")).json()["count"] == 2


@pytest.mark.usefixtures("four_tasks")
async def test_the_items_hold_the_fields_asked_for(twin: TwinOverHttp) -> None:
    answer = await twin.find("fields=name,candidateCount&status=READY")
    assert answer.json()["items"] == [{"name": "Б", "candidateCount": 2}]


async def test_an_item_is_the_same_as_the_task_alone(twin: TwinOverHttp, task_id: str) -> None:
    assert (await twin.find()).json()["items"] == [(await twin.read(task_id)).json()]


async def test_the_list_may_lag_behind(clock: FakeClock, twin: TwinOverHttp) -> None:
    slow = Sandbox(clock=clock, listed_after=3.0)
    async with SandboxServer(slow) as server:
        lagging = TwinOverHttp(server, twin.http)
        await lagging.log_in()
        task_id = await lagging.created()
        assert (await lagging.read(task_id)).status_code == 200
        clock.pass_time(2.9)
        assert (await lagging.find()).json()["count"] == 0
        clock.pass_time(0.1)
        assert (await lagging.find()).json()["count"] == 1
