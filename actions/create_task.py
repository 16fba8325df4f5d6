"""A new task: its name, then its creation at TWIN."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions._banned import callable_people
from actions._boundary import Events, TopicAction
from actions._form import TopicForm
from actions._office import Office
from actions._steps import begin
from actions._turn import Turn
from actions.add_candidates import keep_before_task, note_before_task
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.tasks import TaskState
from rasa_twin24.text.commands import command_of
from rasa_twin24.text.not_a_name import is_no_name
from rasa_twin24.text.phones import hide_numbers
from rasa_twin24.text.task_name import name_in_answer, unquoted

# TWIN documents no limit; names are shown in lists and messages.
MAX_NAME = 500
# With a number in it such a message is no name, and the number is none to call.
TAKING_AWAY = ("edit_list", "do_not_call")
# What no rule answers while the name is asked for.
UNANSWERED = ("nlu_fallback", "out_of_scope")


class ActionNewTask(TopicAction):
    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_new_task"

    async def act(self, turn: Turn, office: Office) -> Events:
        return await begin(turn, office)


class ValidateTaskForm(TopicForm):
    """Any text is a name; only the closed set of commands and what is no text interrupts."""

    def name(self) -> str:
        return "validate_task_form"

    async def extract_task_name(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        turn = Turn(dispatcher, tracker)
        said = turn.entity("task_name")
        if tracker.get_slot("requested_slot") != "task_name":
            return {"task_name": said} if said else {}
        if turn.kind not in ("text", "forwarded") or turn.text.startswith("/") or command_of(turn.text):
            return {}
        if turn.intent in TAKING_AWAY and turn.entity("phone_number"):
            return {}
        if said is None and is_no_name(turn.text):
            if turn.intent in UNANSWERED:
                turn.say("create_task_not_a_name")
            return {}
        office = await self.office()
        return {"task_name": said or name_in_answer(turn.text, office.settings.default_region) or turn.text}

    async def validate_task_name(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        if value is None:  # the form has just begun: `action_new_task` emptied the slot
            return {"task_name": None}
        turn = Turn(dispatcher, tracker)
        office = await self.office()
        name = unquoted(" ".join(str(value).split()))
        reading = turn.numbers(office.settings.default_region)
        said_more = turn.entity("task_name") is None and value != turn.text
        if said_more:
            await keep_before_task(turn, office, reading, await callable_people(turn, office), name)
        if reading.found and not said_more and turn.entity("task_name") is None:
            # A number must not get into a slot, and is no name; but nothing that was typed is lost.
            if people := await callable_people(turn, office):
                await note_before_task(turn, office, reading, people)
        elif hide_numbers(name, office.settings.default_region) != name:
            # The numbers of the first message are on the list already; a name goes where no number may.
            turn.say("create_task_number_in_name")
        elif len(name) > MAX_NAME:
            turn.say("create_task_long_name", limit=str(MAX_NAME))
        elif not any(character.isalnum() for character in name):
            turn.say("create_task_empty_name")
        else:
            return {"task_name": name}
        return {"task_name": None}


class ActionCreateTask(TopicAction):
    """The name is known: the task is to be created."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_create_task"

    async def act(self, turn: Turn, office: Office) -> Events:
        name = turn.tracker.get_slot("task_name")
        if name:
            await order(turn, office, name)
        return [SlotSet("task_name", None)]


async def order(turn: Turn, office: Office, name: str) -> None:
    """The task that was begun is to be created under this name; it is carried out right after."""
    await office.campaign.order(turn.conversation, name, turn.message_id)
    task, _ = await office.campaign.current(turn.conversation)
    if task is not None and task.state == TaskState.CREATING:
        turn.say("create_task_creating" if task.sent_at is None else "create_task_checking", name=name)
