"""A task that was to be called otherwise: another name instead of the one it has."""

from __future__ import annotations

from actions._boundary import Events, TopicAction
from actions._office import Office
from actions._rename import rename
from actions._turn import Turn
from actions.answers import unclear
from rasa_twin24.ledger.people import Role
from rasa_twin24.text.correction import read_rename


class ActionRenameTask(TopicAction):
    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_rename_task"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        wish = read_rename(turn.text) if turn.typed else None
        task, _ = await office.campaign.current(turn.conversation)
        if wish is None or (wish.old and (task is None or not _is_same(wish.old, task.name))):
            await unclear(turn, office)  # «не Москва, а Питер», and no task is called so
        else:
            await rename(turn, office, wish.name or "")
        return None


def _is_same(said: str, name: str) -> bool:
    """As people say it: without case, or only how it begins."""
    said, name = (" ".join(each.casefold().replace("ё", "е").split()) for each in (said, name))
    return name == said or name.startswith(f"{said} ")
