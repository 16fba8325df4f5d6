"""Keeps Rasa's trackers short, so that the thousandth turn is as fast as the first.

Rasa 3.6 replays a session's events on every turn, and sends all of them to every action. What must be remembered
is in the ledger, so a new session may begin whenever no form is asking.
"""

from __future__ import annotations

from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet

# A turn writes five to fifteen events; replaying this many is not measurable.
LONGEST = 40
# The tracker is looked at again after this many turns of a conversation.
TURNS = 4
UNCLEAR = "action_unclear"
# Said of numbers that no task is there for: the next message may bring the task, and the numbers go there.
WAITS_FOR_TASK = "utter_add_candidates_which_task"
# Slots that outlive a session: how to talk, not what about.
KEPT_SLOTS = ("language",)


class Sessions:
    def __init__(self) -> None:
        self._turns: dict[str, int] = {}

    async def shorten(self, agent: Any, conversation: str) -> None:
        """Begin a new session if the present one has grown long; call it between two turns."""
        turns = self._turns.get(conversation, 0) + 1
        self._turns[conversation] = turns % TURNS
        if turns < TURNS:
            return
        async with agent.lock_store.lock(conversation):
            tracker = await agent.tracker_store.retrieve(conversation)
            if tracker is None or tracker.active_loop or len(tracker.events) < LONGEST or _is_needed(tracker):
                return
            await begin_anew(agent.tracker_store, tracker)


async def end_session(agent: Any, conversation: str) -> None:
    """What was talked about here is over, with the form that asks; call it outside Rasa's turns."""
    async with agent.lock_store.lock(conversation):
        tracker = await agent.tracker_store.retrieve(conversation)
        if tracker is not None:
            await begin_anew(agent.tracker_store, tracker)


def _is_needed(tracker: Any) -> bool:
    """Whether the next turn needs this session: the last message was not understood, or its numbers wait for a task."""
    said = next((event for event in reversed(tracker.events) if isinstance(event, BotUttered)), None)
    if said is not None and (said.metadata or {}).get("utter_action") == WAITS_FOR_TASK:
        return True
    done = [event.action_name for event in reversed(tracker.events) if isinstance(event, ActionExecuted)]
    return next((name for name in done if name != ACTION_LISTEN_NAME), None) == UNCLEAR


async def begin_anew(store: Any, tracker: Any) -> None:
    """Begin a new session, under the conversation's lock; a form that asks is over.

    What was said last goes along by its name: the next message may answer it.
    """
    last = next((event for event in reversed(tracker.events) if isinstance(event, BotUttered)), None)
    kept = [(name, tracker.get_slot(name)) for name in KEPT_SLOTS]
    tracker.update(ActionExecuted(ACTION_SESSION_START_NAME))
    tracker.update(SessionStarted())
    for name, value in kept:
        tracker.update(SlotSet(name, value))
    if last is not None:
        tracker.update(BotUttered(metadata=last.metadata))
    tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
    await store.save(tracker)
