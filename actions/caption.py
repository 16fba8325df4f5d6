"""What is written under a file: the task that its numbers are for."""

from __future__ import annotations

from actions._boundary import Events, TopicAction
from actions._office import Office
from actions._steps import begin
from actions._turn import Turn
from actions.create_task import order
from actions.existing_task import open_by_id
from rasa_twin24.ledger.people import Role
from rasa_twin24.text.do_not_call import bans
from rasa_twin24.text.phones import hide_numbers
from rasa_twin24.text.start_wish import start_wish
from rasa_twin24.text.task_id import find_task_id
from rasa_twin24.text.task_name import asks_for_new_task, find_task_name


class ActionFollowCaption(TopicAction):
    """A file's caption that orders a task: it is made or opened, and the list is offered for it.

    The numbers of the file are added when its person says so, as ever.
    """

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_follow_caption"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        caption, region = turn.entity("caption") or "", office.settings.default_region
        if not turn.has_said("import_reading") or bans(caption):
            return None
        found, twin_id = find_task_name(caption, region), find_task_id(caption, region)
        name = found[2] if found is not None and asks_for_new_task(caption) else ""
        events: Events = []
        if name and hide_numbers(name, region) == name:
            events = await begin(turn, office)
            await order(turn, office, name)
        elif twin_id is not None:
            await open_by_id(turn, office, twin_id[2])
        wish = start_wish(caption, name)
        if wish is not None:
            await office.campaign.want_start(turn.conversation, wish)
        return events
