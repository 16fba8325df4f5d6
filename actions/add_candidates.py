"""Numbers for the task that is talked about."""

from __future__ import annotations

from actions._banned import callable_people
from actions._boundary import Events, Office, TopicAction, Turn
from actions._steps import note_start_wish, resume, show_plan
from rasa_twin24.campaign.fill import NAMED, named
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.tasks import TaskState
from rasa_twin24.text.doubt import dialed_as
from rasa_twin24.text.phones import Reading, mask
from rasa_twin24.text.start_wish import start_wish


class ActionAddCandidates(TopicAction):
    """Puts the message's numbers on the list and says what was skipped; they are sent to TWIN right after."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_add_candidates"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        await add_numbers(turn, office)
        return None


async def add_numbers(turn: Turn, office: Office) -> None:
    """The message's numbers go to the task that is talked about; its plan follows at once if that is asked for too."""
    task, step = await office.campaign.current(turn.conversation)
    reading = turn.numbers(office.settings.default_region)
    if not reading.found:
        await unreadable(turn, office, reading)
        return
    if task is None:
        turn.say("add_candidates_no_task")
        return
    people = await callable_people(turn, office)
    if not people:
        await settle_skipped(turn, office, reading)
        await resume(turn, office)
        return
    if turn.in_form:
        await office.campaign.collect(turn.conversation, people)
        await note_start_wish(turn, office)
        turn.say("number_before_task")
        return
    if task.state == TaskState.STARTING or step == Step.STARTING:
        turn.say("add_candidates_starting")
        return
    collected = await office.campaign.collect(turn.conversation, people)
    if collected is None:
        turn.say("add_candidates_no_task")
        return
    asks = await settle_skipped(turn, office, reading)
    await note_start_wish(turn, office)
    if turn.again and collected.already and task.twin_id is not None:
        # Most likely they came with this very message; where they have got to is told by what comes next.
        if unsent := await office.campaign.unsent(task):
            turn.say("add_candidates_adding", count=str(unsent))
        return
    if collected.already:
        turn.say("add_candidates_already", numbers=named(collected.already))
    if task.twin_id is None:
        turn.say("add_candidates_kept", count=str(len(collected.new)))
    elif collected.new:
        turn.say("add_candidates_adding", count=str(len(collected.new)))
    elif step == Step.START or (start_wish(turn.text) and not asks):
        await show_plan(turn, office)
    else:
        turn.say("resume_more" if await office.campaign.numbers(task) else "resume_numbers")


async def unreadable(turn: Turn, office: Office, reading: Reading) -> None:
    """The message was to hold numbers and holds none that can be called."""
    if await settle_skipped(turn, office, reading):
        return  # its question is the next one
    task, step = await office.campaign.current(turn.conversation)
    if task is None and not turn.in_form:
        turn.say("add_candidates_no_task")
    elif not turn.in_form:
        turn.say("add_candidates_none" if step == Step.NUMBERS else "add_candidates_none_more")


async def settle_skipped(turn: Turn, office: Office, reading: Reading) -> bool:
    """Name what is no number, ask about what may be one, and tell which extensions nobody will dial.

    Whether something is asked.
    """
    if extended := [found for found in reading.found if found.extension]:
        shown = ", ".join(f"{mask(found.e164)} ({found.extension})" for found in extended[:NAMED])
        turn.say("add_candidates_extensions", numbers=shown)
    region = office.settings.default_region
    phones = list(dict.fromkeys(phone for piece in reading.doubtful if (phone := dialed_as(piece, region))))
    task, _ = await office.campaign.current(turn.conversation)
    if task is None or turn.in_form or not phones:
        tell_skipped(turn, reading)
        return False
    rest = [piece for piece in reading.doubtful if not dialed_as(piece, region)]
    tell_skipped(turn, Reading(rejected=reading.rejected, doubtful=rest))
    await office.campaign.imports.ask_about(turn.conversation, phones)
    turn.say("add_candidates_ask_doubtful", numbers=named(phones))
    return True


def tell_skipped(turn: Turn, reading: Reading) -> None:
    """Name what looked like a number and was left out, without giving whole numbers away."""
    foreign = [piece for piece in reading.doubtful if piece.reason == "no_plus"]
    unknown = [piece for piece in reading.doubtful if piece.reason != "no_plus"]
    for phrase, pieces in (
        ("add_candidates_rejected", reading.rejected),
        ("add_candidates_doubtful", unknown),
        ("add_candidates_no_plus", foreign),
    ):
        if pieces:
            turn.say(phrase, pieces=", ".join(_shown(piece.raw) for piece in pieces[:NAMED]))


def _shown(raw: str) -> str:
    digits = [character for character in raw if character.isdigit()]
    return mask("+" + "".join(digits)) if len(digits) > 6 else " ".join(raw.split())[:40]
