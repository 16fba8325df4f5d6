"""Pauses in the random histories: who was told that a task is paused hears of no call before a new yes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rasa_twin24.campaign import Outcome
from rasa_twin24.ledger.tasks import CallTask, TaskState
from rasa_twin24.twin24 import Task, TaskStatus, TwinError

if TYPE_CHECKING:
    from tests.history.world import World


class Pausing:
    """As the people of a world know it: which tasks are paused, and how many yes each had got by then."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._yes_before: dict[str, int] = {}

    async def pause(self, person: str) -> list[Outcome]:
        """Pause the newest task of this person's that runs or is being started; what is told at once."""
        campaign = self._world.campaign
        task = await self._newest(person, TaskState.STARTING, TaskState.RUNNING)
        if task is None or task.twin_id is None:
            return []
        self._world.seen["pause asked"] += 1
        asked = await campaign.ask_pause(task, person)
        if asked.withheld:
            self._world.seen["start withheld"] += 1
            if asked.pause is None:
                self._is_paused(task.twin_id)
        return (await campaign.pause(asked.pause) or []) if asked.pause is not None else []

    async def paused(self, person: str) -> Task | None:
        """The newest task of this person's, when TWIN shows that it is paused and it may go on."""
        campaign = self._world.campaign
        task = await self._newest(person, TaskState.RUNNING)
        if task is None:
            return None
        try:
            found = await campaign.look_up_counted(task.twin_id or "")
        except TwinError:
            return None
        return found if found.status == TaskStatus.PAUSED and await campaign.may_be_opened(found) else None

    def hear(self, outcome: Outcome) -> None:
        """What was told to somebody."""
        if outcome.kind.startswith("pause_calls_done"):
            self._is_paused(outcome.params["task_id"])

    def check_play(self, twin_id: str, *, late: bool) -> None:
        """Before TWIN plays. What was on its way when the pause was asked for cannot be called back."""
        before = self._yes_before.get(twin_id)
        assert late or before is None or self._yes(twin_id) > before, "a play of a paused task without a new yes"
        self._yes_before.pop(twin_id, None)

    def _is_paused(self, twin_id: str) -> None:
        task = next(task for task in self._world.sandbox.tasks if task.id == twin_id)
        assert task.status != TaskStatus.PROCESS, "somebody was told that a task is paused, and it is dialed"
        self._yes_before[twin_id] = self._yes(twin_id)

    def _yes(self, twin_id: str) -> int:
        return Counter(given.twin_id for given in self._world.given)[twin_id]

    async def _newest(self, person: str, *states: str) -> CallTask | None:
        tasks = await self._world.ledger.tasks.latest(person, 5)
        return next((task for task in tasks if task.state in states), None)
