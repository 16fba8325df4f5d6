"""Rasa's SQL tracker store without its detours: the bot is one process, so it knows what it has stored.

`SQLTrackerStore` of 3.6.21 reads the whole session back on every turn, counts it again on every save, waits for the
disk each time, about a third of a turn, and holds up every other conversation meanwhile. Tables and content are the
same, so either store can follow the other.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import sqlalchemy as sa
import sqlalchemy.orm
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker

from rasa_twin24.ledger.engine import postgres_engine

T = TypeVar("T")

# Conversations kept at hand; a tracker is a few dozen small events.
KEPT = 1000


class OneProcessTrackerStore(SQLTrackerStore):  # type: ignore[misc]
    """For one process only: another writer of the same conversation would go unnoticed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.engine: sa.engine.Engine
        super().__init__(*args, **kwargs)
        # Trackers as they were saved last, with the number of their events that are stored.
        self._kept: OrderedDict[str, tuple[DialogueStateTracker, int]] = OrderedDict()
        self._stored: dict[str, int] = {}
        # One thread: what a cancelled turn still writes is written before the next one reads.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tracker")
        self.engine.dispose()
        if self.engine.dialect.name == "sqlite":
            # SQLAlchemy 1.4 would open the file anew for each query.
            one = {"poolclass": sa.pool.StaticPool, "connect_args": {"check_same_thread": False}}
            # Errors of the database quote the row, and Rasa logs them: without parameters it is the statement only.
            self.engine = sa.create_engine(self.engine.url, **one, hide_parameters=True)
            sa.event.listen(self.engine, "connect", _do_not_wait_for_the_disk)
        else:
            self.engine = postgres_engine(self.engine.url, connections=1)
        self.sessionmaker = sa.orm.sessionmaker(bind=self.engine)
        # Rasa's own store only logs it when the database goes away between its start and this.
        self.Base.metadata.create_all(self.engine)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The latest session. A kept tracker is handed out once: if its turn fails, the next one reads the database.

        Raises `sqlalchemy.exc.SQLAlchemyError`, as does `save`.
        """
        kept = self._kept.pop(sender_id, None)
        if kept is not None:
            tracker, self._stored[sender_id] = kept
            return tracker
        self._stored.pop(sender_id, None)
        tracker = await self._run(lambda: self._read(sender_id))
        if tracker is not None:
            self._stored[sender_id] = len(tracker.events)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events since the last save."""
        await self.stream_events(tracker)
        stored = self._stored.pop(tracker.sender_id, None)
        events = await self._run(lambda: self._write(tracker, stored))
        if any(isinstance(event, SessionStarted) for event in events) and len(tracker.events) > len(events):
            return  # a new session began on an old tracker: the next turn reads the new one only
        self._kept[tracker.sender_id] = (tracker, len(tracker.events))
        self._stored[tracker.sender_id] = len(tracker.events)
        while len(self._kept) > KEPT:
            forgotten, _ = self._kept.popitem(last=False)
            self._stored.pop(forgotten, None)

    def _read(self, sender_id: str) -> DialogueStateTracker | None:
        with self.session_scope() as session:
            rows = self._event_query(session, sender_id, fetch_events_from_all_sessions=False).all()
            events = [json.loads(row.data) for row in rows]
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots) if events else None

    def _write(self, tracker: DialogueStateTracker, stored: int | None) -> list[Event]:
        """Returns the new events; the first `stored` are known to be there, None: it has to be looked up."""
        with self.session_scope() as session:
            if stored is None:
                events = list(self._additional_events(session, tracker))
            else:
                events = list(tracker.events)[stored:]
            if events:
                session.execute(
                    sa.insert(self.SQLEvent.__table__), [_row(tracker.sender_id, event) for event in events]
                )
                session.commit()
        return events

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    # --- deleting; the caller holds the conversation's lock ----------------------------------------------------

    async def forget(self, sender_id: str) -> None:
        """Delete everything of a conversation."""
        await self._run(lambda: self._delete(sender_id))
        self._drop_kept(sender_id)

    async def forget_earlier_sessions(self, sender_id: str, moment: float | None = None) -> None:
        """Delete what came before the latest session, the only one that Rasa reads; of that what is before `moment`."""

        def work() -> None:
            began = self._session_start(sender_id)
            if began is not None:
                self._delete(sender_id, self._older_than(began if moment is None else min(began, moment)))

        await self._run(work)
        self._drop_kept(sender_id)

    async def with_events_before(self, moment: float) -> list[str]:
        """The conversations that have events older than `moment`, in seconds since the epoch."""
        wanted = sa.select(self.SQLEvent.sender_id).where(self._older_than(moment)).distinct()

        def work() -> list[str]:
            with self.session_scope() as session:
                return [row.sender_id for row in session.execute(wanted)]

        return await self._run(work)

    async def is_silent_since(self, sender_id: str, moment: float) -> bool:
        """Whether all events of a conversation are older than `moment`."""
        newer = sa.select(self.SQLEvent.id).where(
            self.SQLEvent.sender_id == sender_id, self.SQLEvent.timestamp >= moment
        )

        def work() -> bool:
            with self.session_scope() as session:
                return session.execute(newer.limit(1)).first() is None

        return await self._run(work)

    async def session_begins_before(self, sender_id: str, moment: float) -> bool:
        """Whether the latest session has events older than `moment`."""
        began = await self._run(lambda: self._session_start(sender_id))
        return began is None or began < moment

    def _session_start(self, sender_id: str) -> float | None:
        starts = sa.select(sa.func.max(self.SQLEvent.timestamp)).where(
            self.SQLEvent.sender_id == sender_id, self.SQLEvent.type_name == SessionStarted.type_name
        )
        with self.session_scope() as session:
            began = session.scalar(starts)
        return None if began is None else float(began)

    def _older_than(self, moment: float) -> Any:
        return self.SQLEvent.timestamp < moment

    def _delete(self, sender_id: str, *conditions: Any) -> None:
        events = self.SQLEvent.__table__
        with self.session_scope() as session:
            session.execute(sa.delete(events).where(events.c.sender_id == sender_id, *conditions))
            session.commit()

    def _drop_kept(self, sender_id: str) -> None:
        self._kept.pop(sender_id, None)
        self._stored.pop(sender_id, None)


def store_of(agent: Any) -> OneProcessTrackerStore | None:
    """The agent's store without Rasa's wrappers, which turn errors into an empty tracker; None for any other store."""
    store = agent.tracker_store
    while store is not None and not isinstance(store, OneProcessTrackerStore):
        store = getattr(store, "_tracker_store", None)
    return store


def without_fallback(agent: Agent) -> None:
    """Let an error of the tracker store end its turn, which is then told so; the next turn asks the database again.

    Rasa 3.6 wraps every store in one that goes on in memory: a failed read makes a new, empty conversation of a known
    one, and a failed save is kept where no later turn looks.
    """
    if isinstance(agent.tracker_store, FailSafeTrackerStore):
        agent.tracker_store = agent.tracker_store._tracker_store
        agent.processor.tracker_store = agent.tracker_store


def _row(sender_id: str, event: Event) -> dict[str, Any]:
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }


def _do_not_wait_for_the_disk(connection: Any, _record: Any) -> None:
    # A killed process loses nothing; a power cut may lose the last turns of a talk. Money is in the ledger.
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
