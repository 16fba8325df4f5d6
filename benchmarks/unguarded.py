"""This bot with the ledger and the checks taken out of a plain turn: `make bench` compares the real one with it.

Everybody is an owner, every update is new, nothing is counted, written down or masked. It shares all the rest, the
queue per conversation, Rasa, the tracker and the channel, so that the difference is what they cost. Nobody may use it
for anything else.
"""

from __future__ import annotations

from typing import Any

import rasa_twin24.app
from rasa_twin24.channels.pace import Pace
from rasa_twin24.cli import main
from rasa_twin24.ledger.accounts import Accounts
from rasa_twin24.ledger.conversations import Conversations, Spoken
from rasa_twin24.ledger.inbox import Claim, Inbox
from rasa_twin24.ledger.notices import Notices
from rasa_twin24.ledger.people import People, Role
from rasa_twin24.ledger.tasks import Tasks


def always(answer: Any) -> Any:
    """A method that asks nobody."""

    async def method(*_: Any, **__: Any) -> Any:
        return answer

    return method


async def own_account(_self: Accounts, account: str) -> str:
    return account


async def own_account_of_an_owner(_self: Accounts, account: str) -> tuple[str, Role]:
    return account, Role.OWNER


def take_out() -> None:
    People.role = always(Role.OWNER)
    Inbox.claim = always(Claim(True, Role.OWNER))
    Accounts.home = own_account
    Accounts.begin = own_account_of_an_owner
    Conversations.spoken = always(Spoken("ru"))
    Inbox.done = always(None)
    Notices.waiting = always([])
    Tasks.talked_about = always((None, None))
    Pace.wait = lambda _self, _conversation: 0.0
    rasa_twin24.app.guard_logs = lambda _env: None


if __name__ == "__main__":
    take_out()
    main()
