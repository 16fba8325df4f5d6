"""The start: the plan is shown, and only a clear yes to it dials."""

from __future__ import annotations

from actions._boundary import Events, TopicAction, admitted
from actions._consent import says_yes
from actions._going_on import go_on
from actions._office import Office
from actions._steps import is_over, show_plan, shows_plan_again
from actions._turn import Turn
from actions._which_task import is_paused, known_tasks
from actions.add_candidates import add_numbers
from actions.existing_task import open_by_id
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.people import Role


class ActionStartCalls(TopicAction):
    """The order to start: shows the plan, and never skips it; said to a shown plan it may be the yes."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_start_calls"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        if await shows_plan_again(turn, office):
            return None
        twin_id = turn.entity("task_id")
        if twin_id is not None:
            task, _ = await office.campaign.current(turn.conversation)
            if (task is None or task.twin_id != twin_id) and not await open_by_id(turn, office, twin_id):
                return None
        if turn.numbers(office.settings.default_region).found:
            await add_numbers(turn, office)
            return None
        if twin_id is None:
            asked = await office.campaign.consent.asked(turn.conversation, turn.message_id, turn.account)
            if asked.yes and await says_yes(turn, office):
                await consent(turn, office)
                return None
            if await is_over(turn, office):
                return None
            task, _ = await office.campaign.current(turn.conversation)
            if task is None and any(is_paused(known) for known in await known_tasks(turn, office)):
                await go_on(turn, office)
                return None
        await show_plan(turn, office)
        return None


class ActionConfirmStart(TopicAction):
    """The plan's own button, which is alive only under the newest message."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_confirm_start"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        if turn.kind != "button":
            await show_plan(turn, office)
        elif not await shows_plan_again(turn, office) and not await is_over(turn, office):
            await consent(turn, office)
        return None


async def consent(turn: Turn, office: Office, count: int | None = None) -> None:
    """Take the yes, or the typed `count` that stands for it; the start itself is carried out right after."""
    if not await admitted(turn, office, "consent", Role.OPERATOR):
        return
    asked = await office.campaign.consent.asked(turn.conversation, turn.message_id, turn.account)
    if asked.count is not None and count != asked.count:
        turn.say("start_calls_type_count" if count is None else "start_calls_wrong_count", count=str(asked.count))
        return
    if await office.campaign.consent.confirm(turn.conversation, count, turn.message_id, turn.account):
        turn.say("start_calls_confirmed")
        return
    _, step = await office.campaign.current(turn.conversation)
    # Too old, or the list has changed since: it was not a yes to this.
    await show_plan(turn, office, answered=step == Step.START)
