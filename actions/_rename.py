"""Another name for the task that is talked about, before its start; a task at TWIN is made anew under it."""

from __future__ import annotations

from actions._office import Office
from actions._steps import resume
from actions._turn import Turn
from actions.create_task import MAX_NAME
from rasa_twin24.campaign import Outcome
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.text.phones import hide_numbers

# The question for the new name. Whatever says nothing else after it is that name.
ASKS_FOR_NAME = "rename_how"


async def rename(turn: Turn, office: Office, name: str) -> None:
    """Give it this name, or ask for one where none was said that a task may have; then back to the step."""
    task, step = await office.campaign.current(turn.conversation)
    if task is None or not task.name:
        turn.say("rename_no_task")
    elif not name or hide_numbers(name, office.settings.default_region) != name or len(name) > MAX_NAME:
        turn.say(ASKS_FOR_NAME, name=task.name)
        return
    elif name == task.name:
        turn.say("rename_same", name=name)
    else:
        renamed = await office.campaign.editing.rename(turn.conversation, name)
        if isinstance(renamed, Outcome):
            turn.tell(renamed)
        elif renamed.rebuilding:
            if step == Step.START and renamed.left:  # the plan was being talked about: it comes again
                await office.campaign.want_start(turn.conversation, True)
            turn.say("rename_rebuilding", name=name, task_id=renamed.task.twin_id or "")
            return
        else:
            turn.say("rename_done", name=name)
    await resume(turn, office)
