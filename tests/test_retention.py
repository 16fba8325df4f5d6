"""Old events leave Rasa's trackers, and what is left is still a tracker that Rasa can go on with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import AwaitableTrackerStore, FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SessionStarted, SlotSet, UserUttered

from rasa_twin24.ledger import Ledger
from rasa_twin24.retention import DAY, Retention
from rasa_twin24.tracker_store import OneProcessTrackerStore, store_of
from tests.ledger.conftest import Clock

pytestmark = pytest.mark.rasa

ME, OTHER = "telegram:5", "telegram:6"
KEEP_DAYS = 30
DOMAIN = Domain.from_dict(
    {
        "slots": {"language": {"type": "text", "influence_conversation": False, "mappings": [{"type": "custom"}]}},
        "forms": {"task_form": {"required_slots": []}},
    }
)


class Agent:
    """As much of Rasa's agent as is asked for."""

    def __init__(self, store: OneProcessTrackerStore) -> None:
        self.tracker_store = FailSafeTrackerStore(AwaitableTrackerStore(store))
        self.lock_store = self
        self.locks: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def lock(self, conversation: str) -> AsyncIterator[None]:
        async with self.locks.setdefault(conversation, asyncio.Lock()):
            yield


@pytest.fixture
def store(tmp_path: Path) -> OneProcessTrackerStore:
    return OneProcessTrackerStore(DOMAIN, host=f"sqlite:///{tmp_path / 'tracker.db'}")


@pytest.fixture
async def ledger(tmp_path: Path, clock: Clock) -> AsyncIterator[Ledger]:
    opened = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def retention(ledger: Ledger, store: OneProcessTrackerStore) -> Retention:
    return Retention(ledger, Agent(store), KEEP_DAYS)


async def say(store: OneProcessTrackerStore, text: str, at: float, *more: Any, conversation: str = ME) -> None:
    """A turn at a moment; the first one of a conversation begins its session."""
    tracker = await store.get_or_create_tracker(conversation, append_action_listen=False)
    events: list[Any] = []
    if not tracker.events:
        events += [ActionExecuted("action_session_start"), SessionStarted(), SlotSet("language", "en")]
    events += [ActionExecuted("action_listen"), UserUttered(text, {"name": "greet"}), *more]
    for offset, event in enumerate(events):
        event.timestamp = at + offset / 100
        tracker.update(event)
    await store.save(tracker)


async def session(store: OneProcessTrackerStore, at: float) -> None:
    tracker = await store.retrieve(ME)
    assert tracker is not None
    for offset, event in enumerate([ActionExecuted("action_session_start"), SessionStarted()]):
        event.timestamp = at + offset / 100
        tracker.update(event)
    await store.save(tracker)


def texts(store: OneProcessTrackerStore, conversation: str = ME) -> list[str]:
    with store.engine.connect() as connection:
        rows = connection.execute(
            sa.select(store.SQLEvent.data).where(
                store.SQLEvent.sender_id == conversation, store.SQLEvent.type_name == "user"
            )
        )
        return [row.data.partition('"text": "')[2].partition('"')[0] for row in rows]


def test_the_store_is_found_under_rasas_wrappers(store: OneProcessTrackerStore) -> None:
    assert store_of(Agent(store)) is store


async def test_a_silent_conversation_goes_and_a_fresh_one_stays(
    retention: Retention, store: OneProcessTrackerStore, clock: Clock
) -> None:
    await say(store, "old", clock.now - 31 * DAY)
    await say(store, "new", clock.now - 29 * DAY, conversation=OTHER)
    await retention.sweep()
    assert (texts(store), texts(store, OTHER)) == ([], ["new"])
    assert await store.retrieve(ME) is None
    await say(store, "again", clock.now)
    assert texts(store) == ["again"]


async def test_earlier_sessions_lose_what_is_old(
    retention: Retention, store: OneProcessTrackerStore, clock: Clock
) -> None:
    await say(store, "old", clock.now - 40 * DAY)
    await say(store, "late", clock.now - 20 * DAY)
    await session(store, clock.now - 10 * DAY)
    await say(store, "new", clock.now)
    await retention.sweep()
    assert texts(store) == ["late", "new"]
    tracker = await store.retrieve(ME)
    assert tracker is not None
    assert [event.text for event in tracker.events if isinstance(event, UserUttered)] == ["new"]


async def test_a_long_session_is_ended_to_lose_its_old_part(
    retention: Retention, store: OneProcessTrackerStore, clock: Clock
) -> None:
    """Somebody who writes once a week never has enough events for a new session."""
    await say(store, "old", clock.now - 40 * DAY)
    await say(store, "new", clock.now - 1)
    await retention.sweep()
    assert texts(store) == ["new"]
    tracker = await store.retrieve(ME)
    assert tracker is not None
    assert tracker.get_slot("language") == "en"
    assert tracker.latest_action_name == "action_listen"
    await say(store, "newer", clock.now)
    assert texts(store) == ["new", "newer"]


async def test_a_form_keeps_its_session_until_it_ends(
    retention: Retention, store: OneProcessTrackerStore, clock: Clock
) -> None:
    await say(store, "old", clock.now - 40 * DAY, ActiveLoop("task_form"))
    await say(store, "name?", clock.now - 1)
    await retention.sweep()
    assert texts(store) == ["old", "name?"]
    tracker = await store.retrieve(ME)
    assert tracker is not None
    assert tracker.active_loop_name == "task_form"
    await say(store, "done", clock.now, ActiveLoop(None))
    await retention.sweep()
    assert texts(store) == ["name?", "done"]


async def test_forgetting_waits_for_the_turn_and_the_form(
    retention: Retention, store: OneProcessTrackerStore, ledger: Ledger, clock: Clock
) -> None:
    cleared: list[str] = []

    async def note(conversation: str) -> None:
        cleared.append(conversation)

    retention._cleared = note
    await say(store, "8 916 123-45-67", clock.now - 5)
    await say(store, "other", clock.now - 5, conversation=OTHER)
    await ledger.forgetting.ask(ME, ME)
    async with retention._agent.lock_store.lock(ME):
        forgetting = asyncio.create_task(retention.forget())
        await asyncio.sleep(0.05)
        assert texts(store) == ["8 916 123-45-67"]
        await say(store, "/confirm_forget", clock.now, ActiveLoop("task_form"))  # what the turn saves at its end
    await forgetting
    assert (texts(store), cleared) == (["8 916 123-45-67", "/confirm_forget"], [])
    await say(store, "cancel", clock.now, ActiveLoop(None))
    await retention.forget()
    assert (texts(store), texts(store, OTHER), cleared) == ([], ["other"], [ME])
    assert await ledger.forgetting.waiting() == []
    tracker = await store.retrieve(ME)
    assert tracker is not None
    assert (tracker.get_slot("language"), tracker.latest_message.text) == ("en", None)


async def test_a_tracker_that_cannot_be_read_is_not_taken_for_empty(
    retention: Retention, store: OneProcessTrackerStore, ledger: Ledger, clock: Clock
) -> None:
    """Rasa's wrapper answers None when the database is away."""
    await say(store, "8 916 123-45-67", clock.now - 5)
    store._kept.clear()
    await ledger.forgetting.ask(ME, ME)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE events RENAME TO away")
    await retention.forget()
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO events")
    assert len(await ledger.forgetting.waiting()) == 1
    await retention.forget()
    assert texts(store) == []
