"""Who is not known is told so and how to get in, may ask the owners or bring an invitation, and reaches nothing else.

Rarely, slowly, and never at the expense of those who are known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from rasa_twin24.channels.incoming import BUTTON, Incoming, invitation
from rasa_twin24.channels.linking import LINKING
from rasa_twin24.channels.messenger import Messenger
from rasa_twin24.channels.options import chosen, offer
from rasa_twin24.channels.seldom import Seldom
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.access_requests import Asked
from rasa_twin24.ledger.accounts import Link
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.invites import Try
from rasa_twin24.text.phrases import Phrases

log = structlog.get_logger(__name__)

# The one button of a stranger.
ASK_ACCESS = "/ask_access"
# A stranger's message is answered at most this often, seconds: the line is always the same.
STRANGER_PAUSE = 20.0
# A stranger is written into the audit at most this often, seconds.
AUDIT_PAUSE = 3600.0
# Between lines to any strangers, seconds: a messenger's limit for the whole bot must be left to its owners.
LINE_PAUSE = 0.2
# Lines that wait to be sent; beyond it strangers get none. Their flood must not fill the memory.
MOST_WAITING = 50

_ASKED = {
    Asked.ASKED: "utter_access_asked",
    Asked.ALREADY: "utter_access_asked_already",
    Asked.TOO_MANY: "utter_access_asked_by_many",
}


class Strangers:
    """`owners` gives the conversations in which owners can be reached now."""

    def __init__(
        self, ledger: Ledger, phrases: Callable[[], Phrases], owners: Callable[[], Awaitable[Sequence[str]]]
    ) -> None:
        self._ledger = ledger
        self._phrases = phrases
        self._owners = owners
        self._told = Seldom(STRANGER_PAUSE)
        self._audited = Seldom(AUDIT_PAUSE)
        self._lines: set[asyncio.Task[None]] = set()
        self._one_by_one = asyncio.Lock()

    async def receive(self, channel: Messenger, incoming: Incoming) -> None:
        """See to a stranger's update. Nothing of what it says is kept but a name, with a request or an invitation."""
        code = invitation(incoming)
        incoming = await chosen(self._ledger, channel, incoming)
        if incoming.kind == BUTTON:
            pressed = await self._ledger.buttons.press(incoming.conversation, incoming.text)
            if pressed is not None and pressed.payload == ASK_ACCESS:
                await self._ask(channel, incoming)
                return
            await self._note(incoming, Act.PRESS_BUTTON)
        elif code:
            await self._try(channel, incoming, code)
            return
        else:
            await self._note(incoming, Act.COME_IN)
        await self._refuse(channel, incoming)

    def close(self) -> None:
        for line in self._lines:
            line.cancel()

    async def _ask(self, channel: Messenger, incoming: Incoming) -> None:
        asked = await self._ledger.access_requests.ask(
            incoming.conversation, incoming.name, incoming.language, await self._owners()
        )
        self._tell(channel, incoming, _ASKED[asked])

    async def _try(self, channel: Messenger, incoming: Incoming, code: str) -> None:
        if await self._ledger.accounts.knows(code):
            await self._link(channel, incoming, code)
            return
        tried = await self._ledger.invites.use(
            incoming.conversation, code, incoming.name, incoming.language, await self._owners()
        )
        if tried is Try.WRONG:
            self._tell(channel, incoming, "utter_access_wrong_code")
        elif tried is Try.TOO_MANY:
            await self._note(incoming, Act.JOIN)
            if self._may_be_told(incoming):
                self._tell(channel, incoming, "utter_access_too_many_codes")
        # Who joined is told by a notice, as everything that becomes of somebody's access.

    async def _link(self, channel: Messenger, incoming: Incoming, code: str) -> None:
        linked, who = await self._ledger.accounts.link(incoming.account, code, incoming.name)
        if linked is not Link.TOO_MANY or self._may_be_told(incoming):
            self._tell(channel, incoming, LINKING[linked], who=who)

    async def _refuse(self, channel: Messenger, incoming: Incoming) -> None:
        if not self._may_be_told(incoming):
            return
        log.warning("stranger_refused", conversation=incoming.conversation)
        if await self._ledger.access_requests.has_asked(incoming.conversation):
            self._tell(channel, incoming, "utter_access_denied_asked", ask=False)
        else:
            self._tell(channel, incoming, "utter_access_denied", ask=True)

    async def _note(self, incoming: Incoming, act: str) -> None:
        if self._audited.lets(f"{act} {incoming.conversation}"):
            await self._ledger.audit.add(incoming.conversation, act, Result.REFUSED, reason="stranger")

    def _may_be_told(self, incoming: Incoming) -> bool:
        return len(self._lines) < MOST_WAITING and self._told.lets(incoming.conversation)

    def _tell(self, channel: Messenger, incoming: Incoming, phrase: str, *, ask: bool = False, who: str = "") -> None:
        """Send a line beside everything else."""
        line = asyncio.create_task(self._send(channel, incoming, phrase, ask, who))
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)

    async def _send(self, channel: Messenger, incoming: Incoming, phrase: str, ask: bool, who: str) -> None:
        async with self._one_by_one:
            try:
                text = self._phrases().say(phrase, incoming.language, id=incoming.account, who=who)
                buttons = await self._button(channel, incoming) if ask else []
                if who:  # linked to that conversation
                    offered = self._phrases().buttons(phrase, incoming.language)
                    buttons = await offer(self._ledger, channel, who, offered, standing=True)
                await channel.deliver(incoming.person, text, buttons)
            except Exception as error:  # gone already, or the messenger is: no matter
                log.info("stranger_not_told", channel=incoming.channel, error=type(error).__name__)
            await asyncio.sleep(LINE_PAUSE)

    async def _button(self, channel: Messenger, incoming: Incoming) -> list[tuple[str, str]]:
        title = self._phrases().say("utter_access_ask_button", incoming.language)
        return await offer(self._ledger, channel, incoming.conversation, [(title, ASK_ACCESS)])
