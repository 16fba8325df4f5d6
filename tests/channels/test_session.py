"""A tracker is cut short between two turns, never in a form, and keeps how to talk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from rasa_twin24.channels.session import LONGEST, TURNS, Sessions

pytestmark = pytest.mark.rasa

PERSON = "telegram:5"
DOMAIN = Domain.from_dict(
    {
        "slots": {
            name: {"type": "text", "influence_conversation": False, "mappings": [{"type": "custom"}]}
            for name in ("language", "task_name")
        }
    }
)


class Agent:
    """As much of Rasa's agent as is asked: a tracker store and a lock."""

    def __init__(self, tracker: DialogueStateTracker | None) -> None:
        self.tracker = tracker
        self.saved = 0
        self.locked = False
        self.tracker_store = self
        self.lock_store = self

    @asynccontextmanager
    async def lock(self, conversation: str) -> AsyncIterator[None]:
        assert conversation == PERSON
        self.locked = True
        yield
        self.locked = False

    async def retrieve(self, conversation: str) -> DialogueStateTracker | None:
        assert self.locked
        return self.tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        assert self.locked
        self.saved += 1
        self.tracker = tracker


def long_tracker() -> DialogueStateTracker:
    tracker = DialogueStateTracker.from_events(PERSON, [], slots=DOMAIN.slots)
    tracker.update(SlotSet("language", "en"))
    tracker.update(SlotSet("task_name", "Акция"))
    while len(tracker.events) < LONGEST:
        tracker.update(UserUttered("да"))
        tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
    return tracker


async def after_turns(agent: Agent, turns: int = TURNS) -> Sessions:
    sessions = Sessions()
    for _ in range(turns):
        await sessions.shorten(agent, PERSON)
    return sessions


async def test_a_long_tracker_begins_a_new_session() -> None:
    agent = Agent(long_tracker())

    await after_turns(agent)

    assert (agent.saved, agent.locked) == (1, False)
    assert agent.tracker is not None
    assert list(agent.tracker.events)[-4:] == [
        ActionExecuted(ACTION_SESSION_START_NAME),
        SessionStarted(),
        SlotSet("language", "en"),
        ActionExecuted(ACTION_LISTEN_NAME),
    ]
    assert agent.tracker.get_slot("language") == "en"
    assert agent.tracker.get_slot("task_name") is None


async def test_it_is_looked_at_now_and_then_only() -> None:
    agent = Agent(long_tracker())

    sessions = await after_turns(agent, TURNS - 1)
    assert agent.saved == 0
    await sessions.shorten(agent, PERSON)
    assert agent.saved == 1


async def test_a_form_is_not_cut_off() -> None:
    tracker = long_tracker()
    tracker.update(ActiveLoop("task_form"))
    agent = Agent(tracker)

    await after_turns(agent)

    assert agent.saved == 0


async def test_a_form_that_is_over_does_not_keep_it_long() -> None:
    tracker = long_tracker()
    tracker.update(ActiveLoop("task_form"))
    tracker.update(ActiveLoop(None))
    agent = Agent(tracker)

    await after_turns(agent)

    assert agent.saved == 1


@pytest.mark.parametrize("tracker", [None, DialogueStateTracker.from_events(PERSON, [], slots=DOMAIN.slots)])
async def test_nothing_to_shorten(tracker: DialogueStateTracker | None) -> None:
    agent = Agent(tracker)

    await after_turns(agent, 3 * TURNS)

    assert agent.saved == 0


async def test_what_was_said_last_is_known_in_the_next_session() -> None:
    tracker = long_tracker()
    tracker.update(BotUttered("…", metadata={"utter_action": "utter_greet"}))
    tracker.update(BotUttered("…", metadata={"utter_action": "utter_import_report"}))
    agent = Agent(tracker)
    await after_turns(agent)
    assert agent.saved == 1
    assert agent.tracker is not None
    said = [event for event in agent.tracker.applied_events() if isinstance(event, BotUttered)]
    assert [event.metadata.get("utter_action") for event in said] == ["utter_import_report"]


async def test_not_right_after_a_message_that_was_not_understood() -> None:
    tracker = long_tracker()
    for event in (UserUttered("ололо"), ActionExecuted("action_unclear"), ActionExecuted(ACTION_LISTEN_NAME)):
        tracker.update(event)
    agent = Agent(tracker)

    await after_turns(agent)
    assert agent.saved == 0

    tracker.update(ActionExecuted("action_digression"))
    await after_turns(agent)
    assert agent.saved == 1


async def test_not_while_numbers_wait_for_their_task() -> None:
    tracker = long_tracker()
    tracker.update(UserUttered("8 916 123-45-67"))
    tracker.update(BotUttered("?", metadata={"utter_action": "utter_add_candidates_which_task"}))
    agent = Agent(tracker)

    await after_turns(agent)
    assert agent.saved == 0

    tracker.update(BotUttered("!", metadata={"utter_action": "utter_thanks"}))
    await after_turns(agent)
    assert agent.saved == 1
