"""Rasa's way out: a reply becomes a messenger's message. A failing send never fails the turn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from rasa.core.channels.channel import OutputChannel

from rasa_twin24.channels.messenger import Gone, Messenger
from rasa_twin24.channels.options import offer
from rasa_twin24.channels.reply import Reply, to_reply
from rasa_twin24.ledger import Ledger
from rasa_twin24.text.phrases import Phrases

log = structlog.get_logger(__name__)


class MessengerOutput(OutputChannel):  # type: ignore[misc]
    """One turn's replies. Rasa would lose the turn's events if a send raised.

    `said` counts the replies, delivered or not, and `phrases` are their names in domain.yml; `failed` and `gone` tell
    that one did not arrive.
    """

    def __init__(
        self,
        channel: Messenger,
        ledger: Ledger,
        phrases: Callable[[], Phrases],
        language: str | None = None,
        person: str | None = None,
    ) -> None:
        """`person` is whom the replies go to; None: the conversation's own account.

        `language` is what to speak where something has to be said past Rasa: the messenger's idea, until known.
        """
        self._channel = channel
        self._ledger = ledger
        self._phrases = phrases
        self.language = language
        self._person = person
        self.said = 0
        self.phrases: set[str] = set()
        self.failed = False
        self.gone = False

    def name(self) -> str:
        return str(self._channel.name())

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Rasa's entry; `recipient_id` is the conversation's id."""
        reply = to_reply(message)
        if reply is None:
            log.warning("reply_without_text", channel=self.name())
            return
        self.said += 1
        self.phrases.add(str(message.get("utter_action") or ""))
        keyboard = await self._keep_buttons(recipient_id, reply)
        await self._send(
            recipient_id,
            lambda person: self._channel.deliver(person, reply.text, keyboard, standing=reply.standing),
        )
        if reply.file is not None and not self.gone:
            await self._send_file(recipient_id, reply.file)

    async def _send_file(self, conversation: str, file_id: str) -> None:
        """The file, or the line that it could not be sent: nobody shall wait for it."""

        async def deliver(person: str) -> None:
            file = await self._ledger.files.get(conversation, file_id)
            if file is None:
                raise LookupError("the file is not kept any more")
            await self._channel.deliver_file(person, file)

        if not await self._send(conversation, deliver) and not self.gone:
            text = self._phrases().say("utter_file_not_sent", self.language)
            await self._send(conversation, lambda person: self._channel.deliver(person, text, ()))

    async def _send(self, recipient_id: str, deliver: Callable[[str], Awaitable[object]]) -> bool:
        """Whether it arrived; never raises."""
        person = self._person or recipient_id.partition(":")[2]
        try:
            await deliver(person)
        except Gone:
            self.gone = True
            account = f"{self.name()}:{person}"
            log.info("person_gone", conversation=account)
            await self._mark_gone(account)
        except Exception as error:
            self.failed = True
            log.error("send_failed", channel=self.name(), error=type(error).__name__, reason=_reason(error))
        else:
            return True
        return False

    async def _keep_buttons(self, conversation: str, reply: Reply) -> list[tuple[str, str]]:
        """The reply's buttons as (title, token); none when they cannot be kept: the text matters more."""
        if not reply.buttons:
            return []
        offered = [(button.title, button.payload) for button in reply.buttons]
        try:
            return await offer(self._ledger, self._channel, conversation, offered, standing=reply.standing)
        except Exception as error:
            log.error("buttons_not_kept", channel=self.name(), error=type(error).__name__)
            return []

    async def _mark_gone(self, account: str) -> None:
        try:
            await self._ledger.conversations.gone(account)
        except Exception as error:
            log.error("person_gone_not_kept", channel=self.name(), error=type(error).__name__)


def _reason(error: Exception) -> str | None:
    """A database error's text quotes the row: it is not logged."""
    return None if type(error).__module__.startswith("sqlalchemy") else str(error)[:200]
