"""Takes what the web chat's page sent: first its line in the transcript, then its turn."""

from __future__ import annotations

from collections.abc import Callable

from rasa_twin24.channels.incoming import BUTTON, FILE, Incoming
from rasa_twin24.channels.reception import Reception
from rasa_twin24.channels.web_messages import Sent, SentFile, shown, shown_list
from rasa_twin24.ledger.people import WEB_OWNER

PERSON = "person"


class WebInbox:
    """`ring` tells the pages that wait that there is something new."""

    def __init__(self, reception: Reception, ring: Callable[[], None]) -> None:
        self._reception = reception
        self._ring = ring

    async def write_down(self, sent: Sent, language: str | None) -> dict[str, object]:
        """Write the person's line, then hand the message on.

        In this order, and the page sends again until it is answered: killed in between, the line is there, the key is
        not claimed, and the repetition is a first time. The other order would answer above the question, or lose it.
        """
        ledger = self._reception.ledger
        seq = await ledger.transcript.find(WEB_OWNER, sent.key)
        if seq is None:
            line: str | None = shown(sent.text)
            if sent.kind == BUTTON:
                line = await ledger.buttons.title(WEB_OWNER, sent.text)
                await self._take_buttons_away(sent.text)
            if line is not None:
                seq = await ledger.transcript.add(WEB_OWNER, PERSON, line, client_key=sent.key)
                self._ring()
        return await self._hand_on(_incoming(sent.key, sent.kind, sent.text, language), seq)

    async def write_file_down(self, sent: SentFile, content: bytes, language: str | None) -> dict[str, object]:
        """Keep the file, write its line, then hand it on, in this order for the same reason."""
        ledger = self._reception.ledger
        seq = await ledger.transcript.find(WEB_OWNER, sent.key)
        if seq is None:
            file = await ledger.files.find(WEB_OWNER, sent.key)
            if file is None:
                file = await ledger.files.add(WEB_OWNER, sent.name, content, sent.key)
            line, link = (sent.name, file) if sent.name else (shown_list(content), None)
            seq = await ledger.transcript.add(WEB_OWNER, PERSON, line, client_key=sent.key, file=link)
            self._ring()
        return await self._hand_on(_incoming(sent.key, FILE, "", language), seq)

    async def _hand_on(self, incoming: Incoming, seq: int | None) -> dict[str, object]:
        new = await self._reception.receive(incoming)
        return {"seq": seq} if new else {"seq": seq, "repeated": True}

    async def _take_buttons_away(self, token: str) -> None:
        """What stands apart from the talk keeps its buttons until one of them is pressed."""
        transcript = self._reception.ledger.transcript
        line = await transcript.with_button(WEB_OWNER, token)
        if line is not None:
            await transcript.change(WEB_OWNER, line.seq, line.text, (), standing=False)


def _incoming(key: str, kind: str, text: str, language: str | None) -> Incoming:
    channel, _, person = WEB_OWNER.partition(":")
    return Incoming(channel, key, person, kind, text, language)
