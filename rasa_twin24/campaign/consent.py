"""What a person says yes to: the plan of a task, shown, asked about, taken or declined."""

from __future__ import annotations

from collections.abc import Callable

from rasa_twin24.campaign.banned import banned_at_twin, refusal
from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.fill import named
from rasa_twin24.campaign.obstacle import obstacle
from rasa_twin24.campaign.outcome import Outcome
from rasa_twin24.campaign.plan import Asked, Plan, caller, digest, total
from rasa_twin24.ledger.candidates import CandidateState
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.imports import ImportState
from rasa_twin24.ledger.tasks import CallTask, TaskState
from rasa_twin24.twin24 import TaskStatus


class Consent:
    """`is_running(task_id)` tells whether this process works on a task."""

    def __init__(self, desk: Desk, is_running: Callable[[int], bool]) -> None:
        self._desk = desk
        self._ledger = desk.ledger
        self._is_running = is_running

    async def show_plan(
        self, conversation: str, message: str | None = None, account: str | None = None
    ) -> Plan | Outcome:
        """What a yes would start, and from now on may; or why there is nothing to start.

        `message` is the key of what it answers: the same message, said again after a crash, is never the yes.
        `account` is where it is shown, if not in the conversation's own; only there it takes a yes.
        """
        task, _ = await self._ledger.tasks.talked_about(conversation)
        if task is None:
            return Outcome("start_calls_no_task")
        if task.twin_id is None:
            return Outcome("start_calls_not_created", {"name": task.name})
        if task.state == TaskState.STARTING:
            return Outcome("start_calls_starting")
        if task.state == TaskState.RUNNING:
            return Outcome("start_calls_already_running", {"name": task.name, "task_id": task.twin_id})
        added = await self._ledger.candidates.people(task.id, CandidateState.ADDED)
        unsent = await self._ledger.candidates.count(task.id, CandidateState.PENDING, CandidateState.SENDING)
        if await self._ledger.imports.in_state(ImportState.TAKEN, task.id):
            return Outcome("add_candidates_list_coming")
        if unsent and self._is_running(task.id):
            return Outcome("add_candidates_not_all_in", {"count": str(unsent)})
        unclear = await self._ledger.candidates.phones(task.id, CandidateState.SENDING)
        if unclear:  # they might be dialed, and might not: nobody can say yes to that
            return Outcome("add_candidates_unclear", {"numbers": named(unclear)})
        blank = task.there_before is None and task.seen_status == TaskStatus.BLANK
        count = total(task, len(added))
        nothing_new = not added and (task.was_done or blank)
        if nothing_new or (task.there_before is not None and count <= 0):
            kind = "start_calls_nothing_new" if task.was_done else "start_calls_empty"
            kind = "resume_calls_nobody_left" if task.goes_on else kind
            return Outcome(kind, {"name": task.name, "task_id": task.twin_id})
        settings = self._desk.settings
        banned = await banned_at_twin(self._desk, task)
        numbers = total(task, sum(len(person.phones) for person in added))
        found = refusal(task, banned) if banned else await obstacle(self._desk, task, numbers)
        if found is None:
            shown = digest(task, added, settings)
            await self._ledger.plans.show(conversation, task.id, shown, settings.plan_life, count, message, account)
        else:  # it is shown, but a yes is not asked for
            await self._ledger.plans.void(conversation)
        await self._ledger.conversations.step(conversation, Step.START)
        if task.start_wanted:
            await self._ledger.tasks.change(task.id, start_wanted=False)
        self._desk.reached("plan_shown")
        return Plan(
            task,
            len(added),
            task.there_before,
            unsent,
            settings.script_id,
            caller(settings),
            settings.hours.text if task.ours else None,
            type_count=count > settings.count_from,
            obstacle=found,
            goes_on=task.goes_on,
            called=task.called_before,
        )

    async def asked(self, conversation: str, message: str | None = None, account: str | None = None) -> Asked:
        """What the plan shown last waits for here, unless `message` is what it was shown in answer to."""
        _, step = await self._ledger.tasks.talked_about(conversation)
        count = await self._ledger.plans.shown(conversation, message, account) if step == Step.START else None
        if count is None:
            return Asked()
        return Asked(yes=True, count=count if count > self._desk.settings.count_from else None)

    async def confirm(
        self, conversation: str, count: int | None = None, message: str | None = None, account: str | None = None
    ) -> bool:
        """The person said a clear yes: true when it was to the plan shown last, there, unexpired, unchanged, unused.

        `message` is the key of what they said: it must have come in after the plan was shown. A plan of many
        candidates wants their number, typed, as `count`. A yes that the hours, a limit or a stop forbids is refused
        and audited; the next plan says why.
        """
        task, step = await self._ledger.tasks.talked_about(conversation)
        if task is None or step != Step.START:
            return False
        shown = await self._ledger.plans.shown(conversation, message, account)
        if shown is None or (shown > self._desk.settings.count_from and count != shown):
            return False
        numbers = await self._ledger.candidates.numbers(task.id, CandidateState.ADDED)
        found = await obstacle(self._desk, task, total(task, numbers))
        if found is not None:
            await self._ledger.plans.refuse(conversation, task.id, found.kind)
            return False
        if not await self._ledger.plans.use(
            conversation, task.id, lambda added: digest(task, added, self._desk.settings), shown, message, account
        ):
            return False
        self._desk.reached("start_agreed")
        await self._ledger.conversations.step(conversation, Step.STARTING)
        return True

    async def decline(self, conversation: str) -> CallTask | None:
        """The person said no to the plan: nothing is dialed, the task stays and can be started later."""
        task, _ = await self._ledger.tasks.talked_about(conversation)
        await self._ledger.plans.void(conversation)
        await self._ledger.conversations.step(conversation, None)
        return task
