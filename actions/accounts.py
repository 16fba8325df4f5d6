"""One person in several messengers: a code that links a further account, taking it back, going on from another."""

from __future__ import annotations

from actions._boundary import Events, TopicAction
from actions._office import Office
from actions._steps import resume
from actions._turn import Turn
from rasa_twin24.ledger.accounts import LIFE
from rasa_twin24.ledger.invites import TELEGRAM_NAME
from rasa_twin24.ledger.people import Role


class ActionAccounts(TopicAction):
    needs = Role.VIEWER

    def name(self) -> str:
        return "action_accounts"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        if turn.intent == "link_account":
            await _give_code(turn, office)
        elif turn.intent == "unlink_account":
            if await _unlink(turn, office):
                return None
        else:
            await _go_on(turn, office)
        await resume(turn, office)
        return None


async def _give_code(turn: Turn, office: Office) -> None:
    code, minutes = await office.ledger.accounts.make_code(turn.conversation), str(int(LIFE // 60))
    bot = await office.ledger.kept.get(TELEGRAM_NAME)
    if bot:
        link = f"https://t.me/{bot}?start={code}"
        turn.say_secret("accounts_code_link", code=code, link=link, minutes=minutes)
    else:
        turn.say_secret("accounts_code", code=code, minutes=minutes)


async def _unlink(turn: Turn, office: Office) -> bool:
    """Whether the account has left the conversation, whose step is none of its business any more."""
    unlinked = await office.ledger.accounts.unlink(turn.account)
    if not unlinked:
        turn.say("accounts_none")
    elif turn.account in unlinked:
        turn.say("accounts_left", who=turn.conversation)
    else:
        turn.say("accounts_unlinked", accounts=", ".join(unlinked))
    return turn.account in unlinked


async def _go_on(turn: Turn, office: Office) -> None:
    others = [account for account in await office.ledger.accounts.all_of(turn.conversation) if account != turn.account]
    if not others:
        turn.say("accounts_not_linked")
        return
    _, step = await office.campaign.current(turn.conversation)
    if turn.in_form or step is not None:
        turn.say("accounts_go_on", accounts=", ".join(others))
    else:
        turn.say("accounts_go_on_nothing", accounts=", ".join(others))
