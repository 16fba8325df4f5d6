"""Another name for the task that is talked about, before its start; a task at TWIN is made anew under it."""

from __future__ import annotations

from actions._boundary import Events, TopicAction
from actions._office import Office
from actions._steps import resume
from actions._turn import Turn
from actions.answers import unclear
from actions.create_task import MAX_NAME
from rasa_twin24.campaign import Outcome
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.people import Role
from rasa_twin24.text.correction import read_rename
from rasa_twin24.text.phones import hide_numbers


class ActionRenameTask(TopicAction):
    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_rename_task"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        wish = read_rename(turn.text) if turn.typed else None
        task, step = await office.campaign.current(turn.conversation)
        if wish is None or (wish.old and (task is None or not _is_same(wish.old, task.name))):
            await unclear(turn, office)  # «не Москва, а Питер», and no task is called so
            return None
        name = wish.name or ""
        if task is None or not task.name:
            turn.say("rename_no_task")
        elif not name or hide_numbers(name, office.settings.default_region) != name or len(name) > MAX_NAME:
            turn.say("rename_how", name=task.name)
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
                return None
            else:
                turn.say("rename_done", name=name)
        await resume(turn, office)
        return None


def _is_same(said: str, name: str) -> bool:
    """As people say it: without case, or only how it begins."""
    said, name = (" ".join(each.casefold().replace("ё", "е").split()) for each in (said, name))
    return name == said or name.startswith(f"{said} ")
