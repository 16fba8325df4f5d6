"""Small talk, help, and messages the bot cannot use: a phrase each, then back to the step."""

from __future__ import annotations

from actions._boundary import Events, TopicAction
from actions._office import Office
from actions._steps import resume
from actions._turn import Turn
from rasa_twin24.ledger.people import Role
from rasa_twin24.text.not_a_name import is_no_name

# Intents that the channel names by itself have their phrase under the same name.
_UNREADABLE = "unreadable_message"
# What tells what the bot can do: a viewer may do little of it.
_HELP = "help"
_INTRODUCTIONS = ("start", "greet", _HELP)
# What cannot be done while a form waits for its answer.
_NOT_IN_FORM = ("start_calls", "resume_calls", "confirm_start", "affirm", "deny", "hesitate", "retry")


class ActionDigression(TopicAction):
    needs = Role.VIEWER

    def name(self) -> str:
        return "action_digression"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        role = await office.ledger.people.role(turn.conversation) if turn.intent in _INTRODUCTIONS else None
        if turn.intent == _UNREADABLE:
            turn.say(f"unreadable_{turn.entity('kind') or 'other'}", limit=turn.entity("limit") or "")
        elif role == Role.VIEWER:
            turn.say("viewer_help")
        else:
            turn.say(_in_form(turn) if turn.in_form and turn.intent in _NOT_IN_FORM else turn.intent)
            if turn.intent == _HELP and role == Role.OWNER:
                turn.say("owner_help")
        await resume(turn, office)
        return None


def _in_form(turn: Turn) -> str:
    """Why the form still waits for its answer."""
    asks_for_name = (turn.tracker.active_loop or {}).get("name") == "task_form"
    return "create_task_not_a_name" if asks_for_name and turn.typed and is_no_name(turn.text) else "in_form"
