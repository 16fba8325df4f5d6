"""The order to go on: shows what would go on, and never skips that; said to the shown plan it may be the yes."""

from __future__ import annotations

from actions._boundary import Events, TopicAction
from actions._consent import says_yes
from actions._going_on import go_on
from actions._office import Office
from actions._steps import is_over, show_plan, shows_plan_again
from actions._turn import Turn
from actions._which_task import is_paused, known_tasks
from actions.start_calls import consent
from rasa_twin24.ledger.people import Role


class ActionResumeCalls(TopicAction):
    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_resume_calls"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        if await shows_plan_again(turn, office):
            return None
        task, step = await office.campaign.current(turn.conversation)
        asked = await office.campaign.consent.asked(turn.conversation, turn.message_id, turn.account)
        # Beside a plan of another task «продолжи» may mean the one that is paused.
        if (
            asked.yes
            and task is not None
            and await says_yes(turn, office)
            and (task.goes_on or not await _others_are_paused(turn, office))
        ):
            await consent(turn, office)
            return None
        if await is_over(turn, office):
            return None
        if not await go_on(turn, office) and task is not None and step is not None:
            await show_plan(turn, office)
        return None


async def _others_are_paused(turn: Turn, office: Office) -> bool:
    return any(is_paused(task) for task in await known_tasks(turn, office))
