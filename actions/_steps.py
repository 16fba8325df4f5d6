"""What several topics say: the question of the step, the plan, what became of the work."""

from __future__ import annotations

from actions._boundary import Office, Turn
from rasa_twin24.campaign import Outcome, Plan
from rasa_twin24.ledger.conversations import Step

_QUESTIONS = {
    Step.CREATE: "resume_create",
    Step.NUMBERS: "resume_numbers",
    Step.MORE: "resume_more",
    Step.STARTING: "start_calls_starting",
}


async def resume(turn: Turn, office: Office) -> None:
    """Back to the step after a digression: ask its question again. A form asks by itself."""
    if turn.in_form:
        return
    _, step = await office.campaign.current(turn.conversation)
    if step == Step.START:
        await show_plan(turn, office)
    elif step is not None:
        turn.say(_QUESTIONS[step])


async def show_plan(turn: Turn, office: Office) -> None:
    """The start question: what would be dialed, with what; or why nothing can be started."""
    plan = await office.campaign.show_plan(turn.conversation)
    if isinstance(plan, Outcome):
        turn.tell(plan)
        return
    if plan.left_out:
        turn.say("start_calls_left_out", count=str(plan.left_out))
    turn.say(_plan_phrase(plan), **_plan_values(plan))


def _plan_phrase(plan: Plan) -> str:
    if plan.before is None:
        return "start_calls_plan_unknown_before"
    return "start_calls_plan_before" if plan.before else "start_calls_plan"


def _plan_values(plan: Plan) -> dict[str, str]:
    return {
        "name": plan.task.name,
        "task_id": plan.task.twin_id or "",
        "count": str(plan.added),
        "before": str(plan.before or 0),
        "total": str(plan.added + (plan.before or 0)),
        "script": plan.script_id,
        "caller": plan.caller_id,
    }
