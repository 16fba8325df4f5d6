"""One person in several messengers: a code that links a further account, taking it back, going on from another."""

from __future__ import annotations

import json

from rasa_sdk.events import FollowupAction

from actions._boundary import Events, TopicAction
from actions._office import Office
from actions._steps import resume
from actions._turn import Turn
from actions._which_task import known_tasks
from actions.existing_task import open_by_id, tell_opened
from actions.task_status import tell_status_of_last
from rasa_twin24.ledger.accounts import LIFE
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.invites import TELEGRAM_NAME
from rasa_twin24.ledger.joining import DRAFT
from rasa_twin24.ledger.notices import Notice
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.tasks import CallTask
from rasa_twin24.text.accounts import (
    ASK_ACCOUNTS,
    HOW_TO_LINK,
    LINK_ACCOUNT,
    UNLINK_ACCOUNT,
    names_messenger,
    seems_about_accounts,
)

JOINED, BROUGHT = "accounts_joined", "accounts_brought"


class ActionAccounts(TopicAction):
    needs = Role.VIEWER

    def name(self) -> str:
        return "action_accounts"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        asked = seems_about_accounts(turn.text) if turn.intent == ASK_ACCOUNTS else turn.intent
        if asked == LINK_ACCOUNT:
            await _give_code(turn, office)
        elif asked == HOW_TO_LINK:
            turn.offer("accounts_how", [_button(turn, "accounts_get_code", LINK_ACCOUNT)], standing=True)
        elif asked == UNLINK_ACCOUNT:
            if await _unlink(turn, office):
                return [FollowupAction("action_listen")]  # what a form asks is none of this account's business now
        else:
            await _go_on(turn, office)
            return None
        await resume(turn, office)
        return None


class ActionContinueDraft(TopicAction):
    """The button below what an account has brought along: that is talked about from now on."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_continue_draft"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        task = await _draft(turn, office)
        left, _ = await office.campaign.current(turn.conversation)
        if task is None:
            turn.say("accounts_draft_gone")
        elif turn.in_form or (left is not None and left.twin_id is None and left.id != task.id):
            # A form, or numbers that wait for their task, would be lost; the button is used up, so there is a new one.
            turn.offer("accounts_draft_later", [_draft_button(turn, str(task.id))], standing=True)
        elif left is not None and left.id == task.id:
            pass
        elif task.twin_id is not None:
            if not await open_by_id(turn, office, task.twin_id):
                return None
            if left is not None and left.state in DRAFT:
                turn.say("create_task_left", name=left.name, task_id=left.twin_id or "")
            await tell_opened(turn, office)
            return None
        elif task.name:
            await office.ledger.conversations.turn_to(turn.conversation, task.id, Step.CREATE)
        else:
            await office.ledger.conversations.turn_to(turn.conversation, task.id, None)
            turn.say("accounts_draft_nameless", count=str(await office.campaign.unsent(task)))
            return None
        await resume(turn, office)
        return None


async def tell_of_joined(turn: Turn, notice: Notice) -> None:
    """Somebody has used a code of this conversation: its owner must know at once, for it may have been stolen."""
    button = _button(turn, "accounts_unlink_button", UNLINK_ACCOUNT, account=str(notice.params["account"]))
    turn.offer(JOINED, [button], standing=True, who=str(notice.params["who"]))


async def tell_of_brought(turn: Turn, office: Office, notice: Notice) -> None:
    """What was under way in an account before it was linked, and the way back to it."""
    told = notice.params
    if "lists" in told:
        turn.say("accounts_brought_lists", lists=str(told["lists"]), who=str(told["who"]))
    if "tasks" in told:
        turn.say("accounts_brought_tasks", count=str(told["tasks"]), who=str(told["who"]))
    if "draft" in told:
        phrase = BROUGHT if told["name"] else "accounts_brought_nameless"
        values = {"name": str(told["name"]), "count": str(told["count"]), "who": str(told["who"])}
        turn.offer(phrase, [_draft_button(turn, str(told["draft"]))], standing=True, **values)


async def _give_code(turn: Turn, office: Office) -> None:
    code, minutes = await office.ledger.accounts.make_code(turn.conversation, turn.account), str(int(LIFE // 60))
    bot = await office.ledger.kept.get(TELEGRAM_NAME)
    if bot:
        link = f"https://t.me/{bot}?start={code}"
        turn.say_secret("accounts_code_link", code=code, link=link, minutes=minutes)
    else:
        turn.say_secret("accounts_code", code=code, minutes=minutes)


async def _unlink(turn: Turn, office: Office) -> bool:
    """Whether the account has left the conversation, whose step is none of its business any more."""
    other = turn.entity("account") if turn.kind == "button" else None
    unlinked = await office.ledger.accounts.unlink(turn.account, other)
    if not unlinked:
        turn.say("accounts_not_there" if other else "accounts_none", who=other or "")
    elif turn.account in unlinked:
        turn.say("accounts_left", who=turn.conversation)
    else:
        turn.say("accounts_unlinked", accounts=", ".join(unlinked))
    return turn.account in unlinked


async def _go_on(turn: Turn, office: Office) -> None:
    others = [
        account for account in await office.ledger.accounts.together(turn.conversation) if account != turn.account
    ]
    _, step = await office.campaign.current(turn.conversation)
    is_asking = turn.in_form or step is not None
    if not others and (names_messenger(turn.text) or not is_asking):
        turn.say("accounts_not_linked")
    if not others:
        await resume(turn, office)
    elif is_asking:
        turn.say("accounts_go_on", accounts=", ".join(others))
        await resume(turn, office)
    elif await known_tasks(turn, office, 1):
        turn.say("accounts_go_on_last", accounts=", ".join(others))
        await tell_status_of_last(turn, office)
    else:
        turn.say("accounts_go_on_nothing", accounts=", ".join(others))


async def _draft(turn: Turn, office: Office) -> CallTask | None:
    """The task of the button, if it can be gone on with still and its account speaks here."""
    number = turn.entity("draft") or ""
    if turn.kind != "button" or not (number.isascii() and number.isdigit()):
        return None
    try:
        task = await office.ledger.tasks.get(int(number))
    except LookupError:
        return None
    is_here = await office.ledger.accounts.home(task.conversation) == turn.conversation
    return task if is_here and (task.twin_id is not None or task.state in DRAFT) else None


def _draft_button(turn: Turn, draft: str) -> dict[str, str]:
    return _button(turn, "accounts_continue_button", "continue_draft", draft=draft)


def _button(turn: Turn, title: str, intent: str, **entities: str) -> dict[str, str]:
    return {"title": turn.word(title), "payload": f"/{intent}" + (json.dumps(entities) if entities else "")}
