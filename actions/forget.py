"""Deleting what is kept about a person: asked once more, then done beside the talk."""

from __future__ import annotations

import json

from rasa_sdk.events import SlotSet

from actions._boundary import Events, TopicAction, admitted
from actions._office import Office
from actions._steps import resume
from actions._turn import Turn
from rasa_twin24.ledger.people import Role
from rasa_twin24.text.person_id import find_person


class ActionForget(TopicAction):
    """One's own data, or, for an owner, anybody's. Nothing is deleted before the button is pressed."""

    needs = Role.VIEWER

    def name(self) -> str:
        return "action_forget"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        named = find_person(turn.text)
        whose = named[2] if named else turn.conversation
        if not await _may_forget(turn, office, whose):
            return None
        # "Да" to this question must never be taken for a yes to a plan shown before.
        await office.ledger.plans.void(turn.conversation)
        payload = "/confirm_forget" + json.dumps({"person": whose})
        buttons = [
            {"title": turn.word("forget_yes"), "payload": payload},
            {"title": turn.word("forget_no"), "payload": "/keep_data"},
        ]
        everywhere = await office.ledger.accounts.together(whose)
        if len(everywhere) > 1:
            turn.say("forget_accounts", accounts=", ".join(everywhere))
        turn.offer("forget_ask_own" if turn.conversation in everywhere else "forget_ask", buttons, id=whose)
        return None


class ActionConfirmForget(TopicAction):
    """The question's own button, which is alive only under the newest message."""

    needs = Role.VIEWER

    def name(self) -> str:
        return "action_confirm_forget"

    async def act(self, turn: Turn, office: Office) -> Events:
        whose = turn.entity("person")
        if turn.kind != "button" or whose is None or not await _may_forget(turn, office, whose):
            return []
        everywhere = await office.ledger.accounts.together(whose)
        for one in everywhere:
            await office.campaign.drop(one)
        running = await office.ledger.forgetting.ask(whose, turn.conversation)
        turn.say("forget_done", id=whose)
        if running:
            turn.say("forget_running", names=", ".join(f"«{name}»" for name in running))
        return [SlotSet("task_name", None), SlotSet("task_id", None)] if turn.conversation in everywhere else []


class ActionKeepData(TopicAction):
    needs = Role.VIEWER

    def name(self) -> str:
        return "action_keep_data"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        turn.say("forget_kept")
        await resume(turn, office)
        return None


async def _may_forget(turn: Turn, office: Office, whose: str) -> bool:
    own = turn.conversation in await office.ledger.accounts.together(whose)
    return own or await admitted(turn, office, "forget_other", Role.OWNER)
