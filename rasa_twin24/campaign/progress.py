"""The line that says how far an upload has come."""

from __future__ import annotations

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.ledger.tasks import CallTask

# The beginning of such a line's key; the task's number in the ledger follows.
UPLOAD = "upload:"
# Changes of the line are this far apart at least, seconds: a messenger lets a bot edit about once a second.
PAUSE = 1.0


class UploadLine:
    """Shown once an upload lasts longer than a turn; what is quicker, or goes in one request, needs none."""

    def __init__(self, desk: Desk, task: CallTask, total: int) -> None:
        """`total`: how many people are to be added."""
        self._desk = desk
        self._task = task
        self._total = total
        self._next = desk.ledger.now() + desk.settings.patience
        self._shown = False
        self._added = 0

    @property
    def _key(self) -> str:
        return f"{UPLOAD}{self._task.id}"

    async def count(self, added: int) -> None:
        """So many more have been added."""
        self._added += added
        now = self._desk.ledger.now()
        if now < self._next or self._total <= self._desk.settings.portion:
            return
        self._next, self._shown = now + PAUSE, True
        line = self._desk.ledger.progress
        await line.show(self._key, self._task.conversation, "add_candidates_progress", **self._figures())

    async def over(self, added: int) -> None:
        """The upload has ended, one way or another, with so many added: what came of it is told by itself."""
        if self._shown:
            self._added = added
            await self._desk.ledger.progress.over(self._key, "add_candidates_progress_over", **self._figures())

    def _figures(self) -> dict[str, str]:
        return {"added": str(self._added), "total": str(self._total), "name": self._task.name}
