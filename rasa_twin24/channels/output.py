"""Rasa's way out: a reply becomes a messenger's message. A failing send never fails the turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from rasa.core.channels.channel import OutputChannel

from rasa_twin24.channels.reply import to_reply

if TYPE_CHECKING:
    from rasa_twin24.channels.base import MessengerInput
    from rasa_twin24.channels.reception import Reception

log = structlog.get_logger(__name__)


class Gone(Exception):
    """The person blocked the bot or does not exist any more: nothing can be delivered until they write."""


class MessengerOutput(OutputChannel):  # type: ignore[misc]
    """One turn's replies; `said` counts them. Rasa would lose the turn's events if a send raised."""

    def __init__(self, channel: MessengerInput, reception: Reception) -> None:
        self._channel = channel
        self._reception = reception
        self.said = 0

    def name(self) -> str:
        return self._channel.name()

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Rasa's entry; `recipient_id` is the conversation's id."""
        reply = to_reply(message)
        if reply is None:
            log.warning("reply_without_text", channel=self.name())
            return
        self.said += 1
        ledger = self._reception.ledger
        try:
            keyboard: list[tuple[str, str]] = []
            if reply.buttons:
                titles = [button.title for button in reply.buttons]
                offered = [(button.title, button.payload) for button in reply.buttons]
                tokens = await ledger.buttons.offer(recipient_id, offered)
                keyboard = list(zip(titles, tokens, strict=True))
            await self._channel.deliver(recipient_id.partition(":")[2], reply.text, keyboard)
        except Gone:
            log.info("person_gone", conversation=recipient_id)
            await ledger.conversations.gone(recipient_id)
        except Exception as error:
            log.error("send_failed", channel=self.name(), error=type(error).__name__, reason=str(error)[:200])
