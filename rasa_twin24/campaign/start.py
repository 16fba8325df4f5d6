"""Start the dialing: wait until TWIN is ready, pass the gate, `play` once, and know whether it was carried out."""

from __future__ import annotations

from rasa_twin24.campaign.banned import REBUILT_WITHOUT_BANNED, banned_at_twin, refusal
from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.obstacle import outside_hours, over_limit, stopped
from rasa_twin24.campaign.outcome import Outcome, failure
from rasa_twin24.campaign.pause import carry_out_pause
from rasa_twin24.campaign.plan import left, total
from rasa_twin24.campaign.readiness import Ready, next_look, pauses, readiness
from rasa_twin24.campaign.rebuild import give_up, may_be_rebuilt
from rasa_twin24.campaign.stop import hold
from rasa_twin24.ledger.candidates import CandidateState
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.do_not_call import WrongKey
from rasa_twin24.ledger.gate import Refusal, Verdict
from rasa_twin24.ledger.list_edits import Taken
from rasa_twin24.ledger.plans import Ending
from rasa_twin24.ledger.tasks import CallTask, TaskState
from rasa_twin24.twin24 import RateLimited, Task, TaskStatus, TwinError, Unavailable


async def start(desk: Desk, task: CallTask) -> list[Outcome]:
    """Take a task from STARTING to RUNNING with one `play`, or back to FILLING with a reason.

    Only a task that somebody said a clear yes to is STARTING. Nothing is told of a start that was taken back
    meanwhile: who took it back has told it.
    """
    try:
        outcome = await _start(desk, task)
    except _TakenBack:
        return []
    if (await desk.ledger.tasks.get(task.id)).state != TaskState.RUNNING:
        return [outcome]
    # A pause that came while `play` was on its way; one that comes from here on sees it running.
    asked = await desk.ledger.pauses.of(_twin_id(task))
    told = [found for one in asked for found in await carry_out_pause(desk, one, task.conversation)]
    return told or [outcome]


class _TakenBack(Exception):
    """Somebody has asked for a pause before `play` was let through."""


async def _start(desk: Desk, task: CallTask) -> Outcome:
    if task.started_at is not None:  # a crash came between the decision to send `play` and its answer
        return await _verify(desk, task, "start_calls_cut_off")
    if not await desk.ledger.plans.agreed(task.id):
        return await _refused(desk, task, Outcome("start_calls_plan_old"))
    outcome = await _wait_until_ready(desk, task)
    if outcome is not None:
        return outcome
    outcome = await _spare_banned(desk, task)
    if outcome is not None:
        return outcome
    # Written before the request: after a crash the task is looked up, not played again.
    outcome = await _pass_gate(desk, task)
    if outcome is not None:
        return outcome
    desk.reached("play_begun")
    try:
        await desk.twin.tasks.play(_twin_id(task))
    except TwinError as error:
        return await _after_failed_play(desk, task, error)
    desk.reached("play_sent")
    if await _seen_running(desk, task):
        return await _runs(desk, task)
    return await _unclear(desk, task)


async def _wait_until_ready(desk: Desk, task: CallTask) -> Outcome | None:
    """None when `play` may be sent now."""
    added = await desk.ledger.candidates.count(task.id, CandidateState.ADDED)
    deadline = desk.settings.ready_deadline
    gives_up_at = desk.ledger.now() + deadline
    trouble: TwinError | None = None
    fewer: int | None = None
    for pause in pauses(desk.settings, deadline):
        try:
            found = await desk.twin.tasks.get(_twin_id(task))
        except TwinError as error:
            if not isinstance(error, Unavailable) or isinstance(error, RateLimited):
                return await _not_started(desk, task, failure("start_calls", error))
            trouble = error
        else:
            trouble = fewer = None
            ready = readiness(found.status, added=bool(added))
            if ready is Ready.RUNNING:
                return await _runs_already(desk, task)
            if ready is Ready.NEVER:
                return await _not_started(desk, task, Outcome("start_calls_impossible", {"status": found.status}))
            if ready is Ready.YES:
                more = await _surplus(desk, task, found, added)
                if not more:
                    return None
                if more > 0:
                    return await _differs(desk, task, more)
                fewer = more  # perhaps TWIN only shows what was added a moment late
        if desk.ledger.now() >= gives_up_at:  # the answers, not the pauses, may have taken the time
            break
        await desk.sleep(pause)
    if fewer:
        return await _differs(desk, task, fewer)
    late = failure("start_calls", trouble) if trouble else Outcome("start_calls_not_ready")
    return await _not_started(desk, task, late)


async def _surplus(desk: Desk, task: CallTask, found: Task, added: int) -> int:
    """How many candidates more than the plan showed TWIN has; below 0: fewer, 0 also when it does not tell.

    Somebody may have added to the task, or removed from it, in the cabinet or from another conversation since.
    """
    if task.there_before is None:
        return 0
    count = found.candidate_count
    if count is None:  # some answers hold it only in the list
        try:
            page = await desk.twin.tasks.list(keyword=task.name)
        except TwinError:
            return 0
        count = next((item.candidate_count for item in page.items if item.id == found.id), None)
    return 0 if count is None else count - added - task.there_before


async def _differs(desk: Desk, task: CallTask, more: int) -> Outcome:
    """What the yes was to is not what TWIN would dial: the next plan shows that.

    Unless a number of ours may be there twice, since TWIN may have taken what it refused or did not answer.
    """
    if more > 0 and await desk.ledger.portions.in_doubt(task.id):
        await _refused(desk, task, Outcome("add_candidates_rebuilding"))
        return await give_up(desk, task)
    await desk.ledger.tasks.change(task.id, there_before=(task.there_before or 0) + more)
    return await _refused(desk, task, Outcome("start_calls_plan_old"))


async def _spare_banned(desk: Desk, task: CallTask) -> Outcome | None:
    """None when nobody of the do-not-call list would be called; who was put there after the yes counts as well.

    A task of ours is to be made anew without them: it is CREATING then.
    """
    try:
        banned = await banned_at_twin(desk, task)
    except WrongKey:  # nobody on the list would be known again
        return await _refused(desk, task, Outcome("do_not_call_wrong_key"))
    if not banned:
        return None
    refused = await _refused(desk, task, refusal(task, banned))
    people = [person.id for person in banned if person.task_id == task.id]
    taken = await desk.ledger.list_edits.take_off(task.id, people, may_be_rebuilt, by_work=True)
    return Outcome(REBUILT_WITHOUT_BANNED, refused.params) if taken is Taken.REBUILDING else refused


async def _pass_gate(desk: Desk, task: CallTask) -> Outcome | None:
    """None when this process may send the one `play` of the yes."""
    ledger, settings = desk.ledger, desk.settings
    now = ledger.now()
    if not settings.hours.allows(now):
        return await _refused(desk, task, outside_hours(settings.hours, now))
    numbers = total(task, await ledger.candidates.numbers(task.id, CandidateState.ADDED))
    added = await ledger.candidates.count(task.id, CandidateState.ADDED)
    verdict = await ledger.gate.enter(
        task.id,
        numbers,
        settings.hours.day(now),
        lambda used, counted: settings.limits.excess(numbers, used, counted) is None,
        left=left(task) if task.goes_on else 0,
        at_twin=None if task.there_before is None else task.there_before + added,
    )
    if verdict.refusal is None:
        return None
    if verdict.refusal is Refusal.DECIDED:
        if (await ledger.tasks.get(task.id)).state == TaskState.FILLING:
            raise _TakenBack
        return await _verify(desk, task, "start_calls_cut_off")
    return await _refused(desk, task, await _reason(desk, task, verdict, numbers))


async def _reason(desk: Desk, task: CallTask, verdict: Verdict, numbers: int) -> Outcome:
    """The phrase of a refusal at the gate."""
    if verdict.stop is not None:
        return await stopped(desk, verdict.stop, task.conversation)
    if verdict.used is not None:
        excess = desk.settings.limits.excess(numbers, verdict.used, verdict.counted)
        if excess is not None:
            return over_limit(excess, desk.settings.hours, desk.ledger.now())
    if verdict.refusal is Refusal.PAUSED:
        return Outcome("pause_calls_withheld")
    if verdict.refusal is Refusal.NO_RIGHT:
        return Outcome("start_calls_no_right")
    if verdict.refusal is Refusal.SPOILED:
        return Outcome("start_calls_spoiled")
    return Outcome("start_calls_plan_old")


async def _after_failed_play(desk: Desk, task: CallTask, error: TwinError) -> Outcome:
    if error.maybe_done:
        return await _verify(desk, task)
    try:  # TWIN may refuse the start of what runs already
        if (await desk.twin.tasks.get(_twin_id(task))).status == TaskStatus.PROCESS:
            return await _runs(desk, task, "start_calls_already_running")
    except TwinError:
        pass  # the refusal itself is the news
    return await _not_started(desk, task, failure("start_calls", error))


async def _seen_running(desk: Desk, task: CallTask) -> bool:
    """After a `play` that TWIN accepted: false only when it shows a task that does not run at every look."""
    for pause in (0, *desk.settings.verify_after):
        await desk.sleep(pause)
        try:
            status = (await desk.twin.tasks.get(_twin_id(task))).status
        except TwinError:
            return True  # what TWIN said to `play` stands
        # With a pause asked for there is no time to look: what TWIN said to `play` stands.
        if status in (TaskStatus.PROCESS, TaskStatus.DONE) or await desk.ledger.pauses.of(_twin_id(task)):
            return True
    return False


async def _verify(desk: Desk, task: CallTask, not_started: str = "start_calls_failed_unavailable") -> Outcome:
    """After a `play` without an answer: PROCESS at any look means started, READY or PAUSED at all of them not started.

    `not_started` is the phrase of the latter, which says why there was no answer.
    A task that was DONE before stays DONE for a moment after `play` as well: it is never sent again by itself.
    """
    statuses = set()
    for pause in desk.settings.verify_after:
        await desk.sleep(pause)
        try:
            statuses.add((await desk.twin.tasks.get(_twin_id(task))).status)
        except TwinError:
            statuses.add("")  # not known, so nothing is certain
        if TaskStatus.PROCESS in statuses or (TaskStatus.DONE in statuses and not task.was_done):
            return await _runs(desk, task)
        if await desk.ledger.pauses.of(_twin_id(task)):  # it is paused right after this, whatever became of it
            return await _unclear(desk, task)
    if statuses <= {TaskStatus.READY, TaskStatus.PAUSED}:
        return await _not_started(desk, task, Outcome(not_started))
    return await _unclear(desk, task)


async def _runs(desk: Desk, task: CallTask, kind: str = "start_calls_done") -> Outcome:
    """The yes has been carried out."""
    if task.goes_on and kind == "start_calls_done":
        kind = "resume_calls_started"
    return await _leave_running(desk, task, Ending.DONE, kind)


async def _runs_already(desk: Desk, task: CallTask) -> Outcome:
    """Somebody else has started it: this yes is not used, and nothing of the limits is."""
    return await _leave_running(desk, task, Ending.REFUSED, "start_calls_already_running")


async def _unclear(desk: Desk, task: CallTask) -> Outcome:
    """Nothing was seen to run, nothing is sure: it is watched, and never played by the bot again."""
    return await _leave_running(desk, task, Ending.UNCLEAR, "start_calls_unclear")


async def _leave_running(desk: Desk, task: CallTask, ending: str, kind: str) -> Outcome:
    """The scenario is over; the conversation is free for the next task."""
    count = total(task, await desk.ledger.candidates.count(task.id, CandidateState.ADDED))
    now = desk.ledger.now()
    await desk.ledger.gate.leave(
        task.id,
        ending,
        TaskState.RUNNING,
        kind,
        started_at=task.started_at or now,
        look_at=now if ending == Ending.UNCLEAR else now + next_look(0, desk.settings),
        looks=0,
        seen_status=None,
    )
    desk.reached("play_written")
    await desk.ledger.conversations.leave(task.conversation, task.id)
    values = {"name": task.name, "task_id": _twin_id(task), "count": str(count)}
    # A stop that came while `play` was on its way could not hold it; one that comes from here on sees it running.
    held = await hold(desk, task)
    if held is None or (ending == Ending.UNCLEAR and not held):
        return Outcome(kind, values)
    return Outcome("start_calls_held" if held else "start_calls_not_held", values)


async def _refused(desk: Desk, task: CallTask, outcome: Outcome) -> Outcome:
    """This bot does not let it start."""
    return await _leave_waiting(desk, task, Ending.REFUSED, outcome)


async def _not_started(desk: Desk, task: CallTask, outcome: Outcome) -> Outcome:
    """TWIN does not start it, and surely has not."""
    return await _leave_waiting(desk, task, Ending.NOT_STARTED, outcome)


async def _leave_waiting(desk: Desk, task: CallTask, ending: str, outcome: Outcome) -> Outcome:
    values = {"name": task.name, "task_id": _twin_id(task)}
    ended = await desk.ledger.gate.leave(task.id, ending, TaskState.FILLING, outcome.kind, started_at=None)
    if not ended:
        if (await desk.ledger.tasks.get(task.id)).state != TaskState.RUNNING:
            raise _TakenBack
        return Outcome("start_calls_already_running", values)  # another process has seen it run
    await desk.ledger.conversations.step_of(task.conversation, task.id, Step.START)
    return Outcome(outcome.kind, {**values, **outcome.params})


def _twin_id(task: CallTask) -> str:
    if task.twin_id is None:
        raise ValueError(f"task {task.id} is not at TWIN")
    return task.twin_id
