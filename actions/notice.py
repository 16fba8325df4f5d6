"""News that no message asked for: the work went on beside the talk, TWIN has finished a task."""

from __future__ import annotations

from actions._boundary import Events, TopicAction
from actions._list_report import tell_of_list
from actions._office import Office
from actions._steps import resume, show_plan
from actions._task_buttons import tell_of_task
from actions._turn import Turn
from actions.accounts import BROUGHT, JOINED, tell_of_brought, tell_of_joined
from actions.people import offer_request
from rasa_twin24.campaign.outcome import ALL_IN
from rasa_twin24.ledger.notices import Notice
from rasa_twin24.ledger.people import Role

# News after which the step's question must follow: the new plan, or what the lost answer may have asked.
BEFORE_A_QUESTION = ("start_calls_plan_old", "reply_lost")
ACCESS_REQUEST = "people_request"
# News that have nothing to do with what is talked about.
CAME_BETWEEN = ("task_status_", "people_joined_", "emergency_stop_", "pause_calls_")
# Its question would be the very start that was taken back.
ENDS_QUESTION = ("pause_calls_withheld_by_other",)


async def _is_theirs(notice: Notice, turn: Turn, office: Office) -> bool:
    """News of an account's own conversation are told in the one that it is linked to."""
    whose = notice.conversation
    return turn.conversation in (whose, await office.ledger.accounts.home(whose))


class ActionNotice(TopicAction):
    needs = Role.VIEWER

    def name(self) -> str:
        return "action_notice"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        number = turn.entity("notice") or ""
        notice = await office.ledger.notices.get(int(number)) if number.isdigit() else None
        if notice is None or not await _is_theirs(notice, turn, office):
            turn.say("internal_error")
            return None
        if notice.kind == ACCESS_REQUEST:
            await offer_request(turn, office, notice)
            return None
        if notice.kind.startswith("import_"):
            await tell_of_list(turn, office, notice.kind, notice.params)
            return None
        if notice.kind == JOINED:
            await tell_of_joined(turn, notice)
            # «ок» to this must never be taken for a yes to the plan above it. What is asked elsewhere stays there.
            if await office.ledger.plans.shown(turn.conversation, account=turn.account) is not None:
                await resume(turn, office)
            return None
        if notice.kind == BROUGHT:
            await tell_of_brought(turn, office, notice)
            return None
        tell_of_task(turn, notice.kind, notice.params)
        if notice.kind in ENDS_QUESTION:
            return None
        if notice.kind == ALL_IN and not turn.in_form:
            await show_plan(turn, office)
        if notice.kind.startswith(CAME_BETWEEN) or notice.kind in BEFORE_A_QUESTION:
            await resume(turn, office)  # the step's question is asked again, so that its answer is one to it
        return None
