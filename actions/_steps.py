"""What several topics say: the question of the step, the plan, what became of the work."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions._banned import callable_people
from actions._boundary import Events
from actions._list_report import ask_about_list_again
from actions._message_report import tell_collected, tell_skipped
from actions._office import Office
from actions._turn import Turn
from rasa_twin24.campaign import Outcome, Plan
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import TaskState
from rasa_twin24.text.phones import Reading
from rasa_twin24.text.start_wish import start_wish

# Numbers came and there is no task: they go to the one that is turned to next.
ASKS_FOR_TASK = "add_candidates_which_task"
# What becomes of such numbers is decided: they went to a task, or nobody wants them any more.
_DECIDED = ("action_new_task", "action_existing_task", "action_cancel", "action_deny")
_QUESTIONS = {
    Step.CREATE: "resume_create",
    Step.NUMBERS: "resume_numbers",
    Step.MORE: "resume_more",
    Step.STARTING: "start_calls_starting",
}


# Why there is no plan yet, though there will be: it is shown then, without being asked for again.
_LATER = ("add_candidates_not_all_in", "add_candidates_list_coming", "start_calls_not_created")


async def begin(turn: Turn, office: Office) -> Events:
    """Turn to a task that has no name or id yet: nothing of an earlier talk is left; numbers said along wait for it."""
    left = await office.campaign.begin(turn.conversation, turn.message_id)
    if left is not None and left.twin_id and left.state == TaskState.FILLING:
        turn.say("create_task_left", name=left.name, task_id=left.twin_id)
    for said in (*turn.answered_with(ASKS_FOR_TASK, _DECIDED), turn):
        people = await callable_people(said, office)
        collected = await office.campaign.collect(turn.conversation, people)
        if people and collected is not None:
            await tell_collected(said, office, people, collected)
            tell_skipped(said, office, _beside_the_name(said, office))
        await note_start_wish(said, office, said.entity("task_name") or "")
    return [SlotSet("task_name", None), SlotSet("task_id", None)]


def _beside_the_name(turn: Turn, office: Office) -> Reading:
    """What the message holds beside the task's name and id, whose digits are nobody's number."""
    reading = turn.numbers(office.settings.default_region)
    taken = " ".join(filter(None, (turn.entity("task_name"), turn.entity("task_id"))))
    return Reading(
        reading.found,
        [piece for piece in reading.doubtful if piece.raw not in taken],
        [piece for piece in reading.rejected if piece.raw not in taken],
    )


async def note_start_wish(turn: Turn, office: Office, name: str = "") -> None:
    """Keep that a message which brings a task or numbers asks to start as well, or forbids it.

    `name` is that of the task, whose words mean nothing.
    """
    wish = start_wish(turn.text, name) if turn.typed else None
    if wish is not None:
        await office.campaign.want_start(turn.conversation, wish)


async def shows_plan_again(turn: Turn, office: Office) -> bool:
    """Whether this very message has brought the plan that now waits: said again after a crash, it brings it anew.

    Nobody may have seen that plan, so whatever the message says is no answer to it.
    """
    if turn.message_id is None or not await office.ledger.plans.answers(turn.conversation, turn.message_id):
        return False
    await show_plan(turn, office)
    return True


async def is_over(turn: Turn, office: Office) -> bool:
    """Whether a killed process has carried this message out to its end; `action_carry_out` tells what came of it."""
    task, _ = await office.campaign.current(turn.conversation)
    return turn.again and task is None


async def resume(turn: Turn, office: Office) -> None:
    """Back to the step after a digression: ask its question again. A form asks by itself."""
    if turn.in_form or await ask_about_list_again(turn, office):
        return
    _, step = await office.campaign.current(turn.conversation)
    if step == Step.START:
        await show_plan(turn, office)
    elif step is not None:
        turn.say(_QUESTIONS[step])


async def ask_again(turn: Turn, office: Office) -> None:
    """The start question in short: it wants a yes, or a number; or the plan anew, when none is alive."""
    asked = await office.campaign.consent.asked(turn.conversation, turn.message_id, turn.account)
    if asked.count is not None:
        turn.say("start_calls_type_count", count=str(asked.count))
    elif asked.yes:
        turn.say("start_calls_ask_again")
    else:
        await show_plan(turn, office)


async def show_plan(turn: Turn, office: Office, *, answered: bool = False) -> None:
    """The start question: what would be dialed, with what; or why nothing can be started.

    `answered`: somebody said yes to an earlier plan, which was no yes to this one.
    """
    elsewhere = answered and await office.ledger.plans.shown_elsewhere(turn.conversation, turn.account)
    plan = await office.campaign.consent.show_plan(turn.conversation, turn.message_id, turn.account)
    if isinstance(plan, Outcome):
        if plan.kind in _LATER:
            await office.campaign.want_start(turn.conversation, True)
        turn.tell(plan)
        return
    if answered and plan.obstacle is None:
        turn.say("start_calls_plan_elsewhere" if elsewhere else "start_calls_plan_old")
    if plan.left_out:
        turn.say("start_calls_left_out", count=str(plan.left_out))
    if plan.before is not None and plan.before < 0:
        turn.say("start_calls_fewer", count=str(plan.added), total=str(plan.total))
    if plan.hours is None:
        turn.say("start_calls_foreign_hours")
    turn.say(_plan_phrase(plan), **_plan_values(plan))
    if plan.obstacle is not None:
        turn.tell(plan.obstacle)


def _plan_phrase(plan: Plan) -> str:
    if plan.goes_on and plan.obstacle is not None:
        return "resume_calls_plan_closed"
    if plan.goes_on and plan.type_count:
        return "resume_calls_plan_count"
    if plan.goes_on:
        return "resume_calls_plan" if plan.called is not None else "resume_calls_plan_unknown"
    if plan.obstacle is not None:
        return "start_calls_plan_closed"
    if plan.type_count:
        return "start_calls_plan_count"
    if plan.before is None:
        return "start_calls_plan_unknown_before"
    return "start_calls_plan_before" if plan.before else "start_calls_plan"


def _plan_values(plan: Plan) -> dict[str, str]:
    return {
        "name": plan.task.name,
        "task_id": plan.task.twin_id or "",
        "count": str(plan.added),
        "before": "?" if plan.before is None else str(plan.before),
        "total": "?" if plan.goes_on and plan.before is None else str(plan.total),
        "called": "?" if plan.called is None else str(plan.called),
        "script": plan.script_id,
        "caller": plan.caller_id,
        "hours": plan.hours or "—",
    }
