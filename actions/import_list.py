"""A file or a long text with numbers: read, reported, and added once its person says so."""

from __future__ import annotations

from actions._boundary import Events, TopicAction, admitted
from actions._list_report import asks_about_list, list_to_decide, tell_of_list
from actions._office import Office
from actions._own_contact import ASKS_ABOUT_OWN, tell_own_taken
from actions._steps import resume
from actions._turn import Turn
from rasa_twin24.campaign.imports import CHOOSE_COLUMN, DOUBTFUL, READY
from rasa_twin24.ledger.imports import Import, ImportState, Purpose
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.tasks import TaskState
from rasa_twin24.lists import template
from rasa_twin24.text.do_not_call import bans

# Numbers that no numbering plan knows are taken by a button only.
ASKS_ABOUT_DOUBTFUL = ("add_candidates_ask_doubtful", "import_ask_doubtful")


class ActionProvideFile(TopicAction):
    """Notes that the file is to be read; `action_read_list` does it."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_provide_file"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        file_id = turn.entity("file")
        file = await office.ledger.files.get(turn.conversation, file_id) if file_id else None
        if file is None:
            turn.say("import_gone")
            return None
        purpose = Purpose.DO_NOT_CALL if bans(turn.entity("caption") or "") else Purpose.CANDIDATES
        if purpose == Purpose.DO_NOT_CALL and not await admitted(turn, office, self.name(), Role.OWNER):
            return None
        turn.say("import_reading")
        await office.campaign.imports.begin(turn.conversation, file.id, file.name, purpose, turn.message_id)
        return None


async def carry_out_lists(turn: Turn, office: Office) -> None:
    """Do what was decided about lists: at the end of any turn, where there are no words for a report."""
    outcomes = await office.campaign.imports.carry_out(turn.conversation)
    if outcomes is None:
        turn.say("import_still_reading")
    for outcome in outcomes or ():
        if outcome.kind in (READY, CHOOSE_COLUMN):
            await office.ledger.notices.add(turn.conversation, outcome.kind, **outcome.params)
        else:
            turn.tell(outcome)


class ActionReadList(TopicAction):
    """The second half of a turn that brought a list, or said which column holds the numbers."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_read_list"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        outcomes = await office.campaign.imports.carry_out(turn.conversation)
        if outcomes is None:
            turn.say("import_still_reading")
        task, _ = await office.campaign.current(turn.conversation)
        for outcome in outcomes or ():
            if outcome.kind == READY and task is not None and task.state == TaskState.CREATING:
                continue  # offered as soon as the task is there
            await tell_of_list(turn, office, outcome.kind, outcome.params)
        return None


class ActionChooseColumn(TopicAction):
    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_choose_column"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        import_id, column = _number(turn, "import"), _number(turn, "column")
        if turn.kind == "button" and await office.campaign.imports.choose_column(turn.conversation, import_id, column):
            turn.say("import_reading")
        else:
            turn.say("import_decided")
        return None


class ActionTakeList(TopicAction):
    """[add], [only the new ones]: the people go to the list of the task that is talked about."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_take_list"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        if turn.kind != "button":
            turn.say("import_decided")
            return None
        only_new = turn.intent == "take_new_of_list"
        await take_list(turn, office, _number(turn, "import"), only_new=only_new)
        return None


class ActionSettleDoubtful(TopicAction):
    """[add all the same], [do not add] under numbers that no numbering plan knows."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_settle_doubtful"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        if turn.entity("import"):  # rows of a list
            asked = await office.ledger.imports.of(turn.conversation, _number(turn, "import"))
        else:
            asked = await office.campaign.imports.asked_about(turn.conversation)
        if turn.kind != "button" or asked is None:
            turn.say("import_decided")
        elif turn.intent == "take_doubtful":
            await take_list(turn, office, asked.id, only_new=asked.only_new)
        else:
            await leave_doubtful(turn, office, asked)
        return None


async def leave_doubtful(turn: Turn, office: Office, asked: Import | None) -> None:
    """Numbers that were asked about are not added."""
    if asked is not None and await office.campaign.imports.cancel(turn.conversation, asked.id):
        turn.say("own_contact_left" if asked.purpose == Purpose.OWN_CONTACT else "add_candidates_doubtful_left")
        await resume(turn, office)
    else:
        turn.say("import_decided")


class ActionCancelList(TopicAction):
    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_cancel_list"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        cancelled = await office.campaign.imports.cancel(turn.conversation, _number(turn, "import"))
        turn.say("import_cancelled" if cancelled else "import_decided")
        await resume(turn, office)
        return None


class ActionStopAdding(TopicAction):
    """The button under the line of an upload."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_stop_adding"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        dropped = await office.campaign.stop_adding(turn.conversation, turn.entity("progress") or "")
        if dropped is None:
            turn.say("add_candidates_nothing_to_stop")
        else:
            turn.say("add_candidates_stopped", count=str(dropped))
        return None


class ActionListTemplate(TopicAction):
    """A file to fill in."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_list_template"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        name, content = template(turn.word("list_template_file"), turn.word("list_template_columns").split(";"))
        file_id = await office.ledger.files.add(turn.conversation, name, content)
        turn.attach("list_template", file_id)
        await resume(turn, office)
        return None


async def take_list(turn: Turn, office: Office, import_id: int, *, only_new: bool = False) -> None:
    """What was reported is to be added; it is carried out right after."""
    found = await office.ledger.imports.of(turn.conversation, import_id)
    if found is None or found.state != ImportState.READY:
        turn.say("import_decided")
        return
    if found.purpose == Purpose.DO_NOT_CALL and not await admitted(turn, office, "ban_list", Role.OWNER):
        return
    if await office.campaign.imports.take(turn.conversation, import_id, only_new=only_new):
        count = found.report["good"] - (found.report["elsewhere"] if only_new else 0)
        if found.purpose == Purpose.OWN_CONTACT:
            tell_own_taken(turn, office, found)
        elif found.purpose == Purpose.DO_NOT_CALL:
            turn.say("import_banning", count=str(count))
        else:
            task, _ = await office.campaign.current(turn.conversation)
            has_task = task is not None and task.twin_id is not None
            turn.say("import_taken" if has_task else "import_kept", count=str(count))
        await office.campaign.imports.ask_about_rows(found, only_new=only_new)
        return
    task, _ = await office.campaign.current(turn.conversation)
    if task is not None and task.state == TaskState.STARTING:
        turn.say("add_candidates_starting")
    elif task is not None or found.purpose == Purpose.DO_NOT_CALL:
        turn.say("import_decided")
    elif found.purpose == Purpose.CANDIDATES:  # its report says that a task is needed, and offers to make one
        await office.ledger.notices.add(turn.conversation, READY, **{"import": str(found.id)})
    else:
        turn.say("add_candidates_no_task")  # the buttons are used up, so there will be new ones
        await office.ledger.notices.add(turn.conversation, DOUBTFUL, **{"import": str(found.id)})


async def list_asked_about(turn: Turn, office: Office) -> Import | None:
    """What this message answers the report of: a list, or one's own contact.

    A button that says yes or no stands under another question.
    """
    return await _own_asked_about(turn, office) or (
        await office.campaign.imports.waiting(turn.conversation) if asks_about_list(turn) else None
    )


async def cancel_list_asked_about(turn: Turn, office: Office) -> bool:
    """Nobody of the list is added, if this message answers its report or the question for its column or its task."""
    asked = await _own_asked_about(turn, office) or await list_to_decide(turn, office)
    if asked is None or not await office.campaign.imports.cancel(turn.conversation, asked.id):
        return False
    turn.say("own_contact_left" if asked.purpose == Purpose.OWN_CONTACT else "import_cancelled")
    await resume(turn, office)
    return True


async def _own_asked_about(turn: Turn, office: Office) -> Import | None:
    """The own contact that a typed message answers the question about."""
    if turn.typed and turn.answers_to == ASKS_ABOUT_OWN:
        return await office.campaign.imports.asked_about(turn.conversation, Purpose.OWN_CONTACT)
    return None


async def offer_waiting_list(turn: Turn, office: Office) -> None:
    """There is a task now: a list that was read before there was one is reported again, with its buttons."""
    waiting = await office.campaign.imports.waiting(turn.conversation)
    if waiting is not None and waiting.purpose == Purpose.CANDIDATES:
        await office.ledger.notices.add(turn.conversation, READY, **{"import": str(waiting.id)})


def _number(turn: Turn, entity: str) -> int:
    """Of a button's payload, which is ours; -1 when another version of the bot made it."""
    value = turn.entity(entity) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1
