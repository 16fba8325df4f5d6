"""A task that exists at TWIN: its id, then what may be done with it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions._banned import callable_people
from actions._boundary import Events, TopicAction
from actions._form import TopicForm
from actions._office import Office
from actions._steps import begin, note_start_wish
from actions._turn import Turn
from actions._which_task import known_tasks
from actions.add_candidates import keep_before_task, note_before_task
from actions.import_list import offer_waiting_list
from rasa_twin24.campaign.outcome import failure
from rasa_twin24.ledger.people import Role
from rasa_twin24.text.commands import command_of
from rasa_twin24.text.task_id import find_task_id
from rasa_twin24.text.task_mention import mentioned
from rasa_twin24.twin24 import NotFound, Refused, TaskStatus, TwinError

# Intents that a text without an id may have while the id is asked for.
DIGRESSIONS = (
    "cancel",
    "help",
    "greet",
    "thanks",
    "goodbye",
    "create_task",
    "list_tasks",
    "choose_task",
    "pause_calls",
    "resume_calls",
    "deny",
    "audit",
    "forget",
    "manage_people",
    "emergency_stop",
    "lift_stop",
    "show_limits",
    "show_list",
    "edit_list",
    "do_not_call",
    "switch_language",
    "rename_task",
)


class ActionExistingTask(TopicAction):
    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_existing_task"

    async def act(self, turn: Turn, office: Office) -> Events:
        return await begin(turn, office)


class ValidateExistingTaskForm(TopicForm):
    """Asks TWIN about the id, so that a wrong one can be asked for again."""

    def name(self) -> str:
        return "validate_existing_task_form"

    async def extract_task_id(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        turn = Turn(dispatcher, tracker)
        asked = tracker.get_slot("requested_slot") == "task_id"
        said = turn.entity("task_id")
        if said is None and (asked or turn.intent == "add_to_existing_task"):
            said = await _id_of_named(turn, await self.office())
        if not asked:
            return {"task_id": said} if said else {}
        if turn.kind not in ("text", "forwarded") or turn.text.startswith("/") or command_of(turn.text):
            return {}
        if said:
            return {"task_id": said}
        if turn.intent in DIGRESSIONS:
            return {}
        words = turn.text.split()
        return {"task_id": words[0] if len(words) == 1 else "?"}

    async def validate_task_id(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        if value is None:  # the form has just begun: `action_existing_task` emptied the slot
            return {"task_id": None}
        turn = Turn(dispatcher, tracker)
        office = await self.office()
        current, _ = await office.campaign.current(turn.conversation)
        # Rasa validates twice when a form begins; the second time the task is open already.
        if current is not None and current.twin_id == value:
            return {"task_id": value}
        reading = turn.numbers(office.settings.default_region)
        by_name = turn.typed and turn.entity("task_id") is None and find_task_id(str(value)) is not None
        if reading.found and not find_task_id(turn.text) and not by_name:
            if people := await callable_people(turn, office):
                await note_before_task(turn, office, reading, people)
            return {"task_id": None}
        opened = await open_by_id(turn, office, str(value))
        if opened is None:
            return {"task_id": None}
        if opened and reading.found and turn.intent != "add_to_existing_task":  # with which `begin` took the numbers
            await keep_before_task(turn, office, reading, await callable_people(turn, office))
        elif opened:
            await note_start_wish(turn, office)
        return {"task_id": str(value)} if opened else {"task_id": None, "requested_slot": None}


class ActionOpenTask(TopicAction):
    """The id was right: tell how the task stands and ask for numbers."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_open_task"

    async def act(self, turn: Turn, office: Office) -> Events:
        if turn.tracker.get_slot("task_id"):
            await tell_opened(turn, office)
        return [SlotSet("task_id", None)]


async def tell_opened(turn: Turn, office: Office) -> None:
    """How the task that was turned to stands; numbers are asked for."""
    task, _ = await office.campaign.current(turn.conversation)
    if task is None or not task.twin_id:
        return
    status = task.seen_status or ""
    if status == TaskStatus.BLANK and await office.campaign.numbers(task):
        status = TaskStatus.READY  # TWIN shows what was added a moment late
    turn.say(f"existing_task_{status.lower()}", name=task.name, task_id=task.twin_id)
    await offer_waiting_list(turn, office)


async def _id_of_named(turn: Turn, office: Office) -> str | None:
    """The id of the one task of this person's that a typed message names."""
    known = await known_tasks(turn, office) if turn.typed and command_of(turn.text) is None else []
    named = [known[place].twin_id for place in mentioned(turn.text, [task.name for task in known])]
    return named[0] if len(named) == 1 else None


async def open_by_id(turn: Turn, office: Office, twin_id: str) -> bool | None:
    """Turn to the task with this id. None: no such id, asked again; False: it cannot be filled or started."""
    try:
        found = await office.campaign.look_up(twin_id)
    except TwinError as error:
        if isinstance(error, NotFound) or (isinstance(error, Refused) and error.status in (400, 422)):
            turn.say("existing_task_unknown")
        else:
            turn.tell(failure("existing_task", error))
        return None
    if not await office.campaign.may_be_opened(found):
        await office.campaign.drop(turn.conversation)
        turn.say("existing_task_abandoned", name=found.name or "", task_id=found.id)
        return False
    if found.status in TaskStatus.ADDABLE:
        await office.campaign.open(turn.conversation, found)
        return True
    await office.campaign.drop(turn.conversation)
    if found.status == TaskStatus.PROCESS:
        turn.say("existing_task_process", name=found.name or "", task_id=found.id)
    elif found.status == TaskStatus.HALTED:
        turn.say("existing_task_halted", name=found.name or "", task_id=found.id)
    else:
        turn.say("existing_task_odd_status", name=found.name or "", task_id=found.id, status=found.status)
    return False
