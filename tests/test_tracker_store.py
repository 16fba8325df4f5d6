"""The tracker store when its database goes away: an error that ends the turn, and the database again afterwards."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from rasa_twin24.tracker_store import OneProcessTrackerStore, without_fallback
from tests.postgres import PostgresServer
from tests.waiting import PATIENCE

pytestmark = pytest.mark.rasa

TALK = "telegram:1"


def store_on(url: str) -> OneProcessTrackerStore:
    """As the bot has it after the start."""
    store = OneProcessTrackerStore(domain=Domain.empty(), host=url)
    agent = SimpleNamespace(tracker_store=FailSafeTrackerStore(store), processor=SimpleNamespace(tracker_store=None))
    without_fallback(agent)
    assert agent.tracker_store is agent.processor.tracker_store is store
    return store


async def turn(store: OneProcessTrackerStore, text: str) -> None:
    tracker = await store.get_or_create_tracker(TALK)
    tracker.update(UserUttered(text))
    tracker.update(ActionExecuted("action_listen"))
    await store.save(tracker)


def texts(tracker: DialogueStateTracker | None) -> list[str]:
    assert tracker is not None
    return [str(event.text) for event in tracker.events if isinstance(event, UserUttered)]


@pytest.mark.postgres
@pytest.mark.parametrize("away_at", ["read", "save"])
async def test_an_error_ends_the_turn_and_nothing_before_it_is_forgotten(mortal: PostgresServer, away_at: str) -> None:
    store = store_on(mortal.create())
    await turn(store, "раз")
    if away_at == "read":
        store._kept.clear()  # as after a restart of the bot
    mortal.stop()
    try:
        with pytest.raises(sa.exc.OperationalError):
            await turn(store, "два")
    finally:
        mortal.start()
    await turn(store, "три")
    assert texts(await store.retrieve(TALK)) == ["раз", "три"]
    store._kept.clear()
    assert texts(await store.retrieve(TALK)) == ["раз", "три"]


async def test_rasas_own_store_reads_what_this_one_wrote(empty_url: str) -> None:
    store = store_on(empty_url.replace("ledger.db", "tracker.db"))
    await turn(store, "раз")
    tracker = await store.get_or_create_tracker(TALK)
    tracker.update(ActionExecuted("action_session_start"))
    tracker.update(SessionStarted())
    await store.save(tracker)
    await turn(store, "два")
    own = SQLTrackerStore(domain=Domain.empty(), host=str(store.engine.url))
    assert texts(await own.retrieve(TALK)) == ["два"]
    assert texts(await own.retrieve_full_tracker(TALK)) == ["раз", "два"]
    own.engine.dispose()
    store.engine.dispose()


async def test_a_file_that_another_process_holds_does_not_stop_the_event_loop(tmp_path: Path) -> None:
    """SQLite waits for a lock; the others' conversations must not."""
    store = store_on(f"sqlite:///{tmp_path / 'tracker.db'}")
    await turn(store, "раз")
    with store.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {PATIENCE * 1000:.0f}")
    other = sqlite3.connect(tmp_path / "tracker.db")
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(turn(store, "два"))
    for _ in range(10):  # a blocked loop would not come here before the lock's time-out
        await asyncio.sleep(0.02)
    assert not waiting.done()
    other.rollback()
    await waiting
    assert texts(await store.retrieve(TALK)) == ["раз", "два"]
    other.close()
    store.engine.dispose()
