"""What of the day's limits is used and what is left: everybody their own, owners the bot's too."""

from __future__ import annotations

from datetime import date

from actions._boundary import Events, TopicAction
from actions._office import Office
from actions._steps import resume
from actions._turn import Turn
from rasa_twin24.ledger.people import Role


class ActionShowLimits(TopicAction):
    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_show_limits"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        limits, hours = office.settings.limits, office.settings.hours
        day, used = await office.campaign.used_today(turn.conversation)
        turn.say(
            "limits_own",
            day=f"{date.fromisoformat(day):%d.%m.%Y}",
            zone=hours.zone.key,
            hours=hours.text,
            task_limit=str(limits.task_numbers),
            **_row("numbers", used.person_numbers, limits.person_numbers),
            **_row("tasks", used.person_tasks, limits.person_tasks),
        )
        if await office.ledger.people.role(turn.conversation) is Role.OWNER:
            turn.say(
                "limits_bot",
                **_row("numbers", used.numbers, limits.day_numbers),
                **_row("tasks", used.tasks, limits.day_tasks),
            )
        await resume(turn, office)
        return None


def _row(name: str, used: int, limit: int) -> dict[str, str]:
    return {name: str(used), f"{name}_limit": str(limit), f"{name}_left": str(max(0, limit - used))}
