"""Numbers for the task that is talked about."""

from __future__ import annotations

from collections.abc import Sequence

from actions._banned import callable_people
from actions._boundary import Events, TopicAction
from actions._message_report import settle_skipped, tell_collected, tell_skipped
from actions._office import Office
from actions._own_contact import ask_about_own
from actions._steps import ASKS_FOR_TASK, note_start_wish, resume, show_plan
from actions._turn import OWN_CARD, Turn
from rasa_twin24.campaign.fill import named
from rasa_twin24.ledger.candidates import Person
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.tasks import TaskState
from rasa_twin24.text.phones import Reading
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
    if turn.kind == OWN_CARD:
        await offer_own_contact(turn, office)
        return
    if task is None:
        turn.say(ASKS_FOR_TASK)
        return
    people = await callable_people(turn, office)
    if not people:
        await settle_skipped(turn, office, reading)
        await resume(turn, office)
        return
    if turn.in_form:
        await note_before_task(turn, office, reading, people)
        return
    if task.state == TaskState.STARTING or step == Step.STARTING:
        turn.say("add_candidates_starting")
        return
    collected = await office.campaign.collect(turn.conversation, people)
    if collected is None:
        turn.say(ASKS_FOR_TASK)
        return
    asks = await settle_skipped(turn, office, reading)
    await note_start_wish(turn, office)
    if turn.again and collected.already and task.twin_id is not None:
        # Most likely they came with this very message; where they have got to is told by what comes next.
        if unsent := await office.campaign.unsent(task):
            turn.say("add_candidates_adding", count=str(unsent))
        return
    await tell_collected(turn, office, people, collected)
    if task.twin_id is None:
        turn.say("add_candidates_kept", count=str(len(collected.new)))
    elif collected.new:
        turn.say("add_candidates_adding", count=str(len(collected.new)))
    elif step == Step.START or (start_wish(turn.text) and not asks):
        await show_plan(turn, office)
    else:
        turn.say("resume_more" if await office.campaign.numbers(task) else "resume_numbers")


async def offer_own_contact(turn: Turn, office: Office) -> None:
    """Whoever sends their own card may want to be called, or only to say who they are."""
    tell_skipped(turn, office, turn.numbers(office.settings.default_region))
    people = await callable_people(turn, office)
    task, step = await office.campaign.current(turn.conversation)
    if not people:
        await resume(turn, office)
        return
    if task is not None and (task.state == TaskState.STARTING or step == Step.STARTING):
        turn.say("add_candidates_starting")
        return
    own = people[0]
    already, elsewhere = await office.campaign.known(turn.conversation, own.phones)
    if already:
        turn.say("add_candidates_already", numbers=named(already))
        await resume(turn, office)
        return
    ask_about_own(turn, await office.campaign.imports.ask_about_own(turn.conversation, own, elsewhere=bool(elsewhere)))


async def note_before_task(turn: Turn, office: Office, reading: Reading, people: Sequence[Person]) -> None:
    """Numbers came where a name or an id was asked for: they wait for the task, and the question is asked again."""
    await keep_before_task(turn, office, reading, people)
    turn.say("number_before_task")


async def keep_before_task(
    turn: Turn, office: Office, reading: Reading, people: Sequence[Person], name: str = ""
) -> None:
    """Numbers, and the wish to start, wait for the task that is being asked for; `name` see `note_start_wish`."""
    await settle_skipped(turn, office, reading)
    collected = await office.campaign.collect(turn.conversation, people)
    if people and collected is not None:
        await tell_collected(turn, office, people, collected)
    await note_start_wish(turn, office, name)


async def unreadable(turn: Turn, office: Office, reading: Reading) -> None:
    """The message was to hold numbers and holds none that can be called."""
    if await settle_skipped(turn, office, reading):
        return  # its question is the next one
    task, step = await office.campaign.current(turn.conversation)
    if task is None and not turn.in_form:
        turn.say("add_candidates_no_task")
    elif not turn.in_form:
        turn.say("add_candidates_none" if step == Step.NUMBERS else "add_candidates_none_more")
