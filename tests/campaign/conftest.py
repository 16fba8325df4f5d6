"""The campaign on its real collaborators: a ledger in a database, the client of TWIN, the sandbox on loopback.

One clock for all of them, and pauses that only move it: nothing waits but for the network of this machine.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from rasa_twin24.campaign import Campaign, CampaignSettings, Desk, Outcome, Plan, Watch, work
from rasa_twin24.campaign.hours import CallHours
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.candidates import people_of
from rasa_twin24.ledger.gate import Verdict
from rasa_twin24.ledger.tasks import CallTask
from rasa_twin24.sandbox import CALLER_ID, LOGIN, PASSWORD, SCRIPT_ID, Sandbox, SandboxServer
from rasa_twin24.sandbox.faults import Endpoint
from rasa_twin24.sandbox.tasks import Task as SandboxTask
from rasa_twin24.twin24 import CallerId, Settings, Twin24
from tests.campaign import spoken
from tests.waiting import PATIENCE

ME = "telegram:100200300"
ANNA, BORIS, VERA, GLEB = "+79161234501", "+79161234502", "+79161234503", "+79161234504"
# A shape of E.164 that no numbering plan has: TWIN refuses it.
BAD = "+70000000000000"
SETTINGS = CampaignSettings(
    script_id=SCRIPT_ID,
    caller_id=CallerId("gornum", CALLER_ID),
    patience=PATIENCE,
    ready_deadline=3,
    settle_deadline=2,
    first_pause=0.2,
    longest_pause=0.5,
    portion=3,
    portions_at_once=1,
    verify_after=(0.2, 0.4, 0.8),
    hours=CallHours(0, 24 * 60, ZoneInfo("Europe/Moscow")),
)
SOMEBODY_ELSE = "telegram:7"
OWNERS = frozenset({ME, SOMEBODY_ELSE})


@dataclass
class Clock:
    """Seconds since the epoch; as a pause it moves itself."""

    now: float = 1_783_680_000.0
    paused: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


class Held:
    """What stands between a request and its answer until it is let go."""

    def __init__(self) -> None:
        self.came, self._gone_on = asyncio.Event(), asyncio.Event()

    async def __call__(self) -> None:
        self.came.set()
        await self._gone_on.wait()

    def let_go(self) -> None:
        self._gone_on.set()


class Connection(httpx.AsyncHTTPTransport):
    """Loses answers that say so: as if nothing had come for as long as the client waits."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        if "No-Answer" in response.headers:
            await response.aclose()
            raise httpx.ReadTimeout("no answer", request=request)
        return response


NO_ANSWER = {"headers": {"No-Answer": "yes"}, "work": True}


@dataclass
class Scene:
    """One process with its campaign; `restarted` is the next one on the same ledger and the same TWIN."""

    clock: Clock
    sandbox: Sandbox
    ledger: Ledger
    desk: Desk
    campaign: Campaign
    url: str

    @classmethod
    def of(cls, clock: Clock, sandbox: Sandbox, desk: Desk, url: str) -> Scene:
        return cls(clock, sandbox, desk.ledger, desk, Campaign(desk), url)

    @property
    def watch(self) -> Watch:
        return Watch(self.desk)

    def with_settings(self, **changes: Any) -> Scene:
        return Scene.of(self.clock, self.sandbox, replace(self.desk, settings=replace(SETTINGS, **changes)), self.url)

    def with_sleep(self, sleep: Callable[[float], Awaitable[None]]) -> Scene:
        return Scene.of(self.clock, self.sandbox, replace(self.desk, sleep=sleep), self.url)

    def with_reached(self, reached: Callable[[str], None]) -> Scene:
        return Scene.of(self.clock, self.sandbox, replace(self.desk, reached=reached), self.url)

    def restarted(self) -> Scene:
        """What was running is gone without a word, as after a kill."""
        desk = replace(self.desk, ledger=Ledger(self.url, owners=OWNERS, clock=self.clock))
        return Scene.of(self.clock, self.sandbox, desk, self.url)

    async def work(self, conversation: str = ME) -> list[str]:
        """Carry out, and give the names of what is told."""
        outcomes = await self.campaign.carry_out(conversation)
        assert outcomes is not None, "the work took longer than a turn should"
        for outcome in outcomes:
            spoken.check(outcome.kind, outcome.params)
        return [outcome.kind for outcome in outcomes]

    async def created(self, name: str = "Акция", conversation: str = ME) -> CallTask:
        await self.campaign.begin(conversation)
        await self.campaign.order(conversation, name)
        assert await self.work(conversation) == ["create_task_done"]
        return await self.current(conversation)

    async def filled(self, *phones: str, conversation: str = ME) -> CallTask:
        """A task with these numbers, ready for its start."""
        await self.created(conversation=conversation)
        self.clock.now += 1  # the sandbox takes no candidates for half a second
        await self.campaign.collect(conversation, people_of(phones))
        assert await self.work(conversation) == ["add_candidates_done"]
        self.clock.now += 1
        return await self.current(conversation)

    async def agreed(self, *phones: str, conversation: str = ME) -> CallTask:
        """A filled task whose plan was said yes to."""
        task = await self.filled(*phones, conversation=conversation)
        await self.planned(conversation)
        assert await self.campaign.consent.confirm(conversation)
        return task

    async def planned(self, conversation: str = ME) -> Plan:
        plan = await self.campaign.consent.show_plan(conversation)
        assert isinstance(plan, Plan), plan
        return plan

    async def running(self, *phones: str) -> CallTask:
        task = await self.agreed(*phones)
        assert await self.work() == ["start_calls_done"]
        return await self.ledger.tasks.get(task.id)

    async def current(self, conversation: str = ME) -> CallTask:
        task, _ = await self.campaign.current(conversation)
        assert task is not None
        return task

    async def step(self, conversation: str = ME) -> str | None:
        return (await self.campaign.current(conversation))[1]

    async def state(self, task: CallTask) -> str:
        return (await self.ledger.tasks.get(task.id)).state

    async def notices(self, conversation: str = ME) -> list[str]:
        """What is to be told, told now."""
        waiting = [news for news in await self.ledger.notices.waiting() if news.conversation == conversation]
        for news in waiting:
            spoken.check(news.kind, news.params)
            await self.ledger.notices.told(news.id)
        return [news.kind for news in waiting]

    def at_twin(self, task: CallTask) -> SandboxTask:
        return next(found for found in self.sandbox.tasks if found.id == task.twin_id)

    def numbers(self, task: CallTask) -> list[str]:
        """The numbers TWIN has."""
        return [f"+{phone}" for candidate in self.at_twin(task).candidates for phone in candidate.phones]

    def requests(self, end: str) -> int:
        """How many POSTs came to an address that ends so, failed ones among them."""
        return len([seen for seen in self.sandbox.requests if seen.method == "POST" and seen.path.endswith(end)])

    def hold(self, endpoint: Endpoint, **fault: Any) -> Held:
        """The next answer of the endpoint, or the next `times`, is held back; TWIN has done the work by then."""
        self.sandbox.fail_next(endpoint, meanwhile=(held := Held()), **fault)
        return held

    def trouble(self, endpoint: Endpoint, **fault: Any) -> None:
        """`Sandbox.fail_next` for the rows of a table."""
        self.sandbox.fail_next(endpoint, **fault)

    async def refused_plan(self) -> Outcome:
        """Why no plan can be shown."""
        shown = await self.campaign.consent.show_plan(ME)
        assert isinstance(shown, Outcome), shown
        spoken.check(shown.kind, shown.params)
        return shown

    async def let_through(self, task: CallTask) -> Verdict:
        """The gate's word on one number of today, as right before `play`."""
        return await self.ledger.gate.enter(
            task.id, 1, SETTINGS.hours.day(self.clock.now), lambda _used, _counted: True
        )

    @property
    def plays(self) -> int:
        return self.requests("/play")

    @property
    def additions(self) -> int:
        return self.requests("/batch")


@pytest.fixture(autouse=True)
def patient_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is cut off at the end of a test because the machine is busy."""
    monkeypatch.setattr(work, "CLOSE_SECONDS", PATIENCE)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def scene(url: str, clock: Clock) -> AsyncIterator[Scene]:
    sandbox = Sandbox(clock=clock, ready_after=0.5, call_seconds=1000, lines=1)
    ledger = Ledger(url, owners=OWNERS, clock=clock)
    await ledger.open()
    async with SandboxServer(sandbox) as server:
        account = Settings(
            email=LOGIN,
            password=PASSWORD,
            iam_url=server.iam_url,
            cis_url=server.cis_url,
            connect_timeout=PATIENCE,
            read_timeout=PATIENCE,
            write_timeout=PATIENCE,
            pool_timeout=PATIENCE,
            total_timeout=10 * PATIENCE,
        )
        async with Twin24(account, Connection(), clock=clock, sleep=clock.pause) as twin:
            opened = Scene.of(clock, sandbox, Desk(ledger, twin, SETTINGS, clock.pause), url)
            yield opened
            await opened.campaign.close()
    await ledger.close()
