"""What stands in the way of a start, whatever TWIN says: an emergency stop, the calling hours, a limit."""

from __future__ import annotations

from datetime import datetime

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.hours import CallHours, shown
from rasa_twin24.campaign.limits import Excess
from rasa_twin24.campaign.outcome import Outcome
from rasa_twin24.campaign.plan import left
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.stops import Stop
from rasa_twin24.ledger.tasks import CallTask

# By the field of `Limits`; with "_never" where waiting does not help.
_OVER = {
    "task_numbers": "start_calls_limit_task_numbers",
    "person_numbers": "start_calls_limit_person_numbers",
    "person_tasks": "start_calls_limit_person_tasks",
    "day_numbers": "start_calls_limit_day_numbers",
    "day_tasks": "start_calls_limit_day_tasks",
}


async def obstacle(desk: Desk, task: CallTask, numbers: int) -> Outcome | None:
    """Why a start of so many numbers of this task would be refused now; None: nothing is in its way.

    The gate has the last word: this is for the plan and for the yes.
    """
    person, stop = task.conversation, await desk.ledger.stops.in_force()
    if stop is not None:
        return await stopped(desk, stop, person)
    if await desk.ledger.pauses.of(task.twin_id or ""):
        return Outcome("pause_calls_under_way", {"name": task.name, "task_id": task.twin_id or ""})
    now, hours = desk.ledger.now(), desk.settings.hours
    if not hours.allows(now):
        return outside_hours(hours, now)
    reservations, day = desk.ledger.reservations, hours.day(now)
    waiting = left(task) if task.goes_on else 0
    counted = await reservations.counted(task.twin_id, day, waiting, task.there_before)
    excess = desk.settings.limits.excess(numbers, await reservations.used(person, day), counted)
    return over_limit(excess, hours, now) if excess is not None else None


async def stopped(desk: Desk, stop: Stop, person: str) -> Outcome:
    """Who stopped everything is the owners' business."""
    zone = desk.settings.hours.zone
    since = shown(datetime.fromtimestamp(stop.made_at, zone), desk.ledger.now())
    values = {"since": since, "zone": zone.key}
    if await desk.ledger.people.role(person) is Role.OWNER:
        return Outcome("start_calls_stopped_by", {**values, "person": stop.made_by})
    return Outcome("start_calls_stopped", values)


def outside_hours(hours: CallHours, now: float) -> Outcome:
    opens = shown(hours.next_possible(now), now)
    return Outcome("start_calls_outside_hours", {"hours": hours.text, "opens": opens, "zone": hours.zone.key})


def over_limit(excess: Excess, hours: CallHours, now: float) -> Outcome:
    """Says when it becomes possible, if waiting helps at all."""
    never = "" if excess.passes or excess.name == "task_numbers" else "_never"
    values = {"limit": str(excess.limit), "used": str(excess.used), "asked": str(excess.asked)}
    opens = {"opens": shown(hours.next_day(now), now), "zone": hours.zone.key}
    return Outcome(_OVER[excess.name] + never, {**values, **opens})
