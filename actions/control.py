"""Carry out what was decided, try again, cancel."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk.events import SlotSet

from actions._boundary import Events, TopicAction, admitted
from actions._list_report import ask_about_list_again
from actions._office import Office
from actions._steps import ASKS_FOR_TASK, resume, show_plan, shows_plan_again
from actions._task_buttons import tell_of_task
from actions._turn import Turn
from actions.import_list import cancel_list_asked_about, carry_out_lists, offer_waiting_list
from rasa_twin24.campaign import Outcome
from rasa_twin24.campaign.banned import REBUILT_WITHOUT_BANNED
from rasa_twin24.campaign.create import MADE
from rasa_twin24.campaign.outcome import ALL_IN
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.tasks import TaskState
from rasa_twin24.text.commands import ends_list
from rasa_twin24.twin24 import TaskStatus


class ActionCarryOut(TopicAction):
    """The second half of a turn: what the first half wrote into the ledger is done at TWIN, and its outcome told.

    Two actions, so that the person hears at once that the work has begun.
    """

    needs = Role.VIEWER

    def name(self) -> str:
        return "action_carry_out"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        await carry_out_lists(turn, office)
        task, _ = await office.campaign.current(turn.conversation)
        if task is None and not turn.again:
            return None
        if await admitted(turn, office, self.name(), Role.OPERATOR):
            await carry_out(turn, office)
        return None


async def carry_out(turn: Turn, office: Office) -> None:
    """Do at TWIN what the ledger holds, and tell its outcome."""
    outcomes = await office.campaign.carry_out(turn.conversation)
    if outcomes is None:
        turn.say("still_working")
    for outcome in outcomes or ():
        tell_of_task(turn, outcome.kind, outcome.params)
        if outcome.kind in ("start_calls_plan_old", ALL_IN):
            await show_plan(turn, office)
        elif outcome.kind in MADE:
            await offer_waiting_list(turn, office)
    if outcomes and _is_rebuilt_without_banned(outcomes):
        await show_plan(turn, office)
    if outcomes == [] and turn.again and turn.is_silent:
        await _where_it_stands(turn, office)


def _is_rebuilt_without_banned(outcomes: Sequence[Outcome]) -> bool:
    """Whether a start was refused for people of the do-not-call list, and the task without them is ready."""
    kinds = [outcome.kind for outcome in outcomes]
    return REBUILT_WITHOUT_BANNED in kinds and kinds[-1] == "add_candidates_done"


async def _where_it_stands(turn: Turn, office: Office) -> None:
    """For a message that a killed process had carried out without being able to say so."""
    task, _ = await office.campaign.current(turn.conversation)
    latest = await office.campaign.latest(turn.conversation, 1)
    if task is not None:
        await resume(turn, office)
    elif latest and latest[0].state == TaskState.RUNNING:
        turn.say("start_calls_already_running", name=latest[0].name, task_id=latest[0].twin_id or "")
    else:
        turn.say("affirm_nothing")


class ActionRetry(TopicAction):
    """Once more: whatever failed last is due again; what has not failed is asked again."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_retry"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        await try_again(turn, office)
        return None


class ActionCancel(TopicAction):
    needs = Role.VIEWER

    def name(self) -> str:
        return "action_cancel"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        if await shows_plan_again(turn, office):
            return None
        if await cancel_list_asked_about(turn, office):
            return None
        task, step = await office.campaign.current(turn.conversation)
        if step == Step.MORE and turn.typed and ends_list(turn.text):
            await show_plan(turn, office)
            return None
        if task is None and turn.answers_to == ASKS_FOR_TASK:
            turn.say("add_candidates_not_kept")
            return None
        return await cancel(turn, office)


async def cancel(turn: Turn, office: Office) -> Events:
    """Leave the task and say what was and what was not done."""
    task, step = await office.campaign.current(turn.conversation)
    if step == Step.STARTING or (task is not None and task.state == TaskState.STARTING):
        turn.say("cancel_too_late")
        return []
    await office.campaign.drop(turn.conversation)
    if task is None or task.state in (TaskState.RUNNING, TaskState.ENDED):
        await _nothing_to_cancel(turn, office)
    elif task.goes_on:
        tell_of_task(turn, "resume_calls_declined", {"name": task.name, "task_id": task.twin_id or ""})
    elif task.state == TaskState.CREATING:
        turn.say("cancel_creating", name=task.name)
    elif task.twin_id is None:
        turn.say("cancel_not_created")
    else:
        count = await office.campaign.numbers(task)
        turn.say("cancel_task_stays", name=task.name, task_id=task.twin_id, count=str(count))
    return [SlotSet("task_name", None), SlotSet("task_id", None)]


async def _nothing_to_cancel(turn: Turn, office: Office) -> None:
    """Nothing is talked about; but whoever says "stop" while calls run must not hear that nothing runs."""
    started = [task for task in await office.campaign.latest(turn.conversation) if task.state == TaskState.RUNNING]
    running = [task for task in started if task.seen_status != TaskStatus.PAUSED]
    if started and not running:
        tell_of_task(turn, "pause_calls_already", {"name": started[0].name, "task_id": started[0].twin_id or ""})
    elif running:
        turn.say("cancel_running", name=running[0].name, task_id=running[0].twin_id or "")
    else:
        turn.say("cancel_nothing")


async def try_again(turn: Turn, office: Office) -> None:
    """Whatever failed last is due again; it is carried out right after."""
    task, step = await office.campaign.current(turn.conversation)
    if task is not None and step == Step.CREATE and await office.campaign.again(turn.conversation):
        turn.say("create_task_creating" if task.sent_at is None else "create_task_checking", name=task.name)
    elif task is not None and task.state == TaskState.FILLING and await office.campaign.unsent(task):
        await office.ledger.conversations.step(turn.conversation, Step.NUMBERS)
        turn.say("add_candidates_adding", count=str(await office.campaign.unsent(task)))
    elif step is not None:
        await resume(turn, office)
    elif not await ask_about_list_again(turn, office):
        turn.say("retry_nothing")
