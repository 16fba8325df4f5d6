"""The talk as the web chat's pages are told it: lines from the ledger, and a bell that wakes whoever waits for them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from rasa_twin24.channels.typing_sign import TYPING_AFTER
from rasa_twin24.channels.web_messages import SHOWN_LINES, Question, line_json, newest
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.files import File
from rasa_twin24.ledger.people import WEB_OWNER

BOT = "bot"
# In `kept`: a page that shows another ledger's lines must start anew, however the numbers compare.
_TALK = "web_talk"


class WebTalk:
    """One conversation, whose turns come one after another. Raises what the ledger raises."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._talk = ""
        self._typing = False
        self._closing = False
        # Set, and replaced by a new one, whenever there is something to tell: everybody who waits on it looks again.
        self._bell = asyncio.Event()

    async def open(self) -> None:
        self._talk = await self._ledger.kept.get_or_make(_TALK, lambda: secrets.token_hex(8))

    async def begin_anew(self) -> None:
        """The talk was deleted: open pages forget what they show."""
        self._talk = secrets.token_hex(8)
        await self._ledger.kept.put(_TALK, self._talk)
        self.ring()

    def close(self) -> None:
        """Let go of the pages that wait, or the server would wait for them."""
        self._closing = True
        self.ring()

    async def add(self, conversation: str, text: str, keyboard: Sequence[tuple[str, str]], *, standing: bool) -> str:
        """A line of the bot's; returns its number."""
        seq = await self._ledger.transcript.add(conversation, BOT, text, keyboard, standing=standing)
        self.ring()
        return str(seq)

    async def add_file(self, conversation: str, file: File) -> None:
        await self._ledger.transcript.add(conversation, BOT, file.name, file=file.id)
        self.ring()

    async def change(
        self, conversation: str, line: str, text: str, keyboard: Sequence[tuple[str, str]], *, standing: bool
    ) -> bool:
        """Let a line say something else; False when it is not there any more."""
        changed = await self._ledger.transcript.change(conversation, int(line), text, keyboard, standing=standing)
        if changed:
            self.ring()
        return changed

    @asynccontextmanager
    async def typing(self) -> AsyncIterator[None]:
        # One conversation, whose turns come one after another: a yes or no is enough.
        begin = asyncio.get_running_loop().call_later(TYPING_AFTER, self._show_typing, True)
        try:
            yield
        finally:
            begin.cancel()
            self._show_typing(False)

    async def wait(self, question: Question) -> dict[str, object] | None:
        """What is new since the page asked last, as soon as there is something; None when the server stops."""
        loop = asyncio.get_running_loop()
        until = loop.time() + question.wait
        while True:
            bell = self._bell  # taken before looking: a line that comes in between has rung this one
            lines, reset = await self._news(question)
            left = until - loop.time()
            if lines or reset or self._typing != question.typing or left <= 0:
                return self._answer(question, lines, reset)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(bell.wait(), left)
            if self._closing:
                return None

    async def _news(self, question: Question) -> tuple[list[dict[str, object]], bool]:
        """The lines that the page lacks, and whether it has to forget what it shows."""
        transcript = self._ledger.transcript
        reset = question.talk not in ("", self._talk)
        after = 0 if reset else question.after
        found = await transcript.after(WEB_OWNER, after, SHOWN_LINES + 1)
        if after and not found:
            last = await transcript.after(WEB_OWNER, 0, 1)
            if not last or last[-1].seq < after:  # the ledger was wiped, or put back from a copy
                reset = True
                found = await transcript.after(WEB_OWNER, 0, SHOWN_LINES + 1)
        lines, gap = newest(found)
        return [line_json(line) for line in lines], reset or gap

    def _answer(self, question: Question, lines: list[dict[str, object]], reset: bool) -> dict[str, object]:
        latest = lines[-1]["seq"] if lines else 0 if reset else question.after
        return {"lines": lines, "latest": latest, "reset": reset, "typing": self._typing, "talk": self._talk}

    def _show_typing(self, typing: bool) -> None:
        if self._typing != typing:
            self._typing = typing
            self.ring()

    def ring(self) -> None:
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()
