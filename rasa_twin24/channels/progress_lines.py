"""Tells how work goes in lines that are edited in place, past Rasa: what they say is no part of the talk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from rasa_twin24.channels.messenger import Gone, Messenger
from rasa_twin24.channels.options import offer
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.progress import Line
from rasa_twin24.text.phrases import Phrases

log = structlog.get_logger(__name__)

# How often the ledger is asked for changes, seconds.
LOOK_PAUSE = 0.3
# Between two lines or changes in one conversation, seconds: messengers allow about one message a second in a chat.
LINE_PAUSE = 1.0
# A process that has taken a line and does not tell it, since it was killed, keeps it from others so long, seconds.
# Longer than a messenger's longest wait, or two would tell it.
TAKEN_SECONDS = 90.0
# What did not arrive is tried again after this pause, seconds, doubled every time.
PAUSE_AFTER_FAILURE = 2.0
MOST_TRIES = 9
# Conversations remembered; beyond, all are forgotten.
MOST_REMEMBERED = 1_000


class ProgressLines:
    """`channels` are those that can be spoken through, `agent` gives Rasa's agent."""

    def __init__(self, ledger: Ledger, channels: Mapping[str, Messenger], agent: Callable[[], Any]) -> None:
        self._ledger = ledger
        self._channels = channels
        self._agent = agent
        self._telling: dict[str, asyncio.Task[None]] = {}
        # By conversation, in the time of `time.monotonic`.
        self._not_before: dict[str, float] = {}
        self._tries: dict[str, int] = {}

    async def tell(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._look()
            except Exception as error:  # the database may be away for a while; lines must not stop for good
                log.error("progress_failed", error=type(error).__name__)
            await asyncio.sleep(LOOK_PAUSE)

    def close(self) -> None:
        for telling in self._telling.values():
            telling.cancel()

    async def _look(self) -> None:
        """Conversations side by side, in each one line at a time."""
        for line in await self._ledger.progress.changed():
            conversation = line.conversation
            if conversation in self._telling:
                continue
            if time.monotonic() < self._not_before.get(conversation, 0.0):
                continue
            self._telling[conversation] = asyncio.create_task(self._tell(line))

    async def _tell(self, changed: Line) -> None:
        try:
            await self._tell_one(changed)
        finally:
            del self._telling[changed.conversation]

    async def _tell_one(self, changed: Line) -> None:
        pause = LINE_PAUSE
        try:
            place = await self._ledger.accounts.reach(changed.conversation, self._channels)
            if place is None:
                pause = 0.0
                return
            line = await self._ledger.progress.take(changed.key, TAKEN_SECONDS)
            if line is None:
                return  # another process of the bot tells it
            try:
                await self._send(line, *place)
            except Gone:
                await self._ledger.conversations.gone(place[1])
                await self._ledger.progress.let_go(line.key)
            except Exception as error:
                pause = await self._put_off(line, error)
            else:
                self._tries.pop(line.key, None)
        except Exception as error:
            log.error("progress_failed", error=type(error).__name__)
        finally:
            if len(self._not_before) >= MOST_REMEMBERED:
                self._not_before.clear()
                self._tries.clear()
            self._not_before[changed.conversation] = time.monotonic() + pause

    async def _send(self, line: Line, conversation: str, account: str) -> None:
        messenger, _, person = account.partition(":")
        channel = self._channels[messenger]
        phrases = Phrases(self._agent().domain.responses)
        language = await self._language(conversation)
        text = phrases.say(f"utter_{line.kind}", language, **line.params)
        keyboard = await self._keyboard(channel, line, conversation, phrases, language)
        if line.message is None or (line.account or line.conversation) != account:  # the person is elsewhere now
            message = await channel.deliver(person, text, keyboard, standing=not line.over)
        else:
            message = await channel.edit(person, line.message, text, keyboard, last=line.over)
        await self._ledger.progress.told(line.key, line.version, message, account)

    async def _keyboard(
        self, channel: Messenger, line: Line, conversation: str, phrases: Phrases, language: str | None
    ) -> list[tuple[str, str]]:
        """The same buttons under every version of a kind, until one is pressed; then none, lest it be pressed again."""
        kept = line.keyboard
        if kept is not None and kept.kind == line.kind and not line.over:
            alive = await self._ledger.buttons.alive(conversation, [token for _, token in kept.buttons])
            return list(kept.buttons) if alive else []
        if kept is not None:
            await self._ledger.buttons.close(conversation, [token for _, token in kept.buttons])
        offered = [] if line.over else phrases.buttons(f"utter_{line.kind}", language)
        if not offered:
            return []
        whose = f'{{"progress": "{line.key}"}}'  # which of several lines is meant
        payloads = [(title, payload + whose) for title, payload in offered]
        keyboard = await offer(self._ledger, channel, conversation, payloads, standing=True)
        await self._ledger.progress.keep_keyboard(line.key, line.kind, keyboard)
        return keyboard

    async def _put_off(self, line: Line, error: Exception) -> float:
        """It did not arrive: how long to wait, seconds. In the end it is given up, as news are."""
        tries = self._tries[line.key] = self._tries.get(line.key, 0) + 1
        given_up = tries >= MOST_TRIES
        log.warning("progress_not_told", conversation=line.conversation, error=type(error).__name__, given_up=given_up)
        if given_up:
            await self._ledger.progress.told(line.key, line.version, line.message, line.account)
            self._tries.pop(line.key, None)
        else:
            await self._ledger.progress.let_go(line.key)
        return PAUSE_AFTER_FAILURE * 2.0 ** (tries - 1)

    async def _language(self, conversation: str) -> str | None:
        """What the person speaks with the bot, else what the messenger told when they were let in."""
        spoken = await self._ledger.conversations.spoken(conversation)
        return spoken.language or await self._ledger.people.language(conversation)
