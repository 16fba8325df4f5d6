"""The one path of every update: claimed once, from a known person, in order, to Rasa, and never answered by silence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import structlog
from rasa.core.channels.channel import UserMessage

from rasa_twin24.channels.incoming import BUTTON, NOTICE, Incoming, understand
from rasa_twin24.channels.news import News
from rasa_twin24.channels.output import MessengerOutput
from rasa_twin24.channels.session import Sessions
from rasa_twin24.channels.strangers import Strangers
from rasa_twin24.channels.turns import Turns
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.engine import is_away
from rasa_twin24.ledger.inbox import Waiting
from rasa_twin24.text.phrases import Phrases

if TYPE_CHECKING:
    from rasa_twin24.channels.base import MessengerInput

log = structlog.get_logger(__name__)

# How long keys of updates are kept against repetitions: the longest repetition of any messenger is 7 days.
SEEN_SECONDS = 7 * 24 * 3600
# Old keys and buttons are swept out this often, seconds.
SWEEP_PAUSE = 3600.0
# What an update that a crash interrupted may be old and still be answered, seconds.
TAKE_UP_SECONDS = 15 * 60
# The end of a turn is written down again after these pauses, seconds; the last one again and again as long as the
# database is away. Meanwhile the conversation waits: no further message of it can be taken in either.
WRITE_PAUSES = (0.5, 1.0, 2.0, 4.0)
STORAGE_AWAY = "utter_storage_away"
# The notice that an answer did not reach its person.
REPLY_LOST = "reply_lost"


class NotReady(Exception):
    """Updates are not taken yet, or no more: the messenger has to keep this one."""


class Reception:
    """Shared by all messengers of one bot; lives as long as its server."""

    def __init__(self, app: Any, ledger: Ledger) -> None:
        self._app = app
        self.ledger = ledger
        self._channels: dict[str, MessengerInput] = {}
        self._turns = Turns(self._turn)
        self._news = News(ledger, self._turns.put, self._channels.__contains__)
        self._strangers = Strangers()
        self._sessions = Sessions()
        self._closed = False
        self._tasks: list[asyncio.Task[None]] = []
        self._taking: set[asyncio.Task[bool]] = set()

    @property
    def phrases(self) -> Phrases:
        return Phrases(self._app.ctx.agent.domain.responses)

    async def open(self) -> None:
        """Start telling news. Interrupted updates are taken up as each messenger joins."""
        self._tasks = [asyncio.create_task(self._news.tell()), asyncio.create_task(self._sweep())]

    async def join(self, channel: MessengerInput) -> None:
        """A messenger is ready; what a crash left unanswered of it is answered now."""
        interrupted = []
        for waiting in await self.ledger.inbox.waiting():
            if waiting.channel != channel.name():
                continue
            incoming = await self._still_due(waiting)
            if incoming is None:
                log.info("old_update_dropped", channel=waiting.channel)
                await self.ledger.inbox.done(waiting.channel, waiting.key)
            else:
                interrupted.append(incoming)
        # Only from here on updates are taken: one taken earlier would be among the interrupted as well.
        self._channels[channel.name()] = channel
        for incoming in interrupted:
            self._turns.put(incoming)

    async def close(self) -> None:
        self._closed = True
        for task in self._tasks:
            task.cancel()
        self._strangers.close()
        await self._turns.close(seconds=3)

    async def receive(self, incoming: Incoming) -> bool:
        """Take an update in; when this returns it will be worked off, even if the process is killed.

        False: it was a repetition. Raises `NotReady`, or `sqlalchemy.exc.SQLAlchemyError` when it could not be
        written down: then the messenger must not be told that it arrived.
        """
        if self._closed or incoming.channel not in self._channels:
            raise NotReady
        # A messenger that hangs up cancels its request. What has been claimed by then must not be lost.
        taking = asyncio.create_task(self._take_in(incoming))
        self._taking.add(taking)
        taking.add_done_callback(self._taking.discard)
        return await asyncio.shield(taking)

    async def _take_in(self, incoming: Incoming) -> bool:
        known = await self.ledger.people.role(incoming.conversation) is not None
        if not await self.ledger.inbox.claim(incoming.channel, incoming.key, incoming.to_json() if known else None):
            log.info("update_repeated", channel=incoming.channel)
            return False
        if known:
            self._turns.put(incoming)
        elif self._strangers.may_be_told(incoming.conversation):
            log.warning("stranger_refused", conversation=incoming.conversation)
            text = self.phrases.say("utter_access_denied", incoming.language, id=incoming.conversation)
            self._strangers.tell(self._channels[incoming.channel], incoming, text)
        return True

    async def _still_due(self, waiting: Waiting) -> Incoming | None:
        """What an interrupted update said; None when it is too old, unreadable, or its person was shut out since."""
        if self.ledger.now() - waiting.received_at > TAKE_UP_SECONDS:
            return None
        try:
            incoming = Incoming.from_json(waiting.incoming)
        except (ValueError, TypeError):  # written by another version of the bot
            return None
        return incoming if await self.ledger.people.role(incoming.conversation) else None

    async def _turn(self, incoming: Incoming) -> None:
        channel = self._channels[incoming.channel]
        output = MessengerOutput(channel, self)
        away = False
        try:
            await self._hand_to_rasa(channel, output, incoming)
        except Exception as error:
            away = is_away(error)
            # Rasa's own texts may hold the whole conversation: only the kind of the fault is logged.
            log.error("turn_failed", channel=incoming.channel, error=type(error).__name__)
        if incoming.kind == NOTICE:
            arrived = output.said > 0 and not output.failed
            await self._write(lambda: self._news.over(incoming, arrived=arrived, gone=output.gone))
        else:
            told = STORAGE_AWAY in output.phrases
            if away and not told:  # said even after an answer: what follows from it was not kept
                await self._say(output, incoming, STORAGE_AWAY)
            elif not output.said:
                await self._say(output, incoming, "utter_internal_error")
            if (output.failed or output.gone) and not (away or told):  # what was done stays done; it is told later
                await self._write(lambda: self.ledger.notices.add(incoming.conversation, REPLY_LOST))
            await self._write(lambda: self.ledger.inbox.done(incoming.channel, incoming.key))
            if (away or told) and output.failed:  # the web chat itself keeps its lines in the database
                await self._say(output, incoming, STORAGE_AWAY)
        await self._sessions.shorten(self._app.ctx.agent, incoming.conversation)

    async def _hand_to_rasa(self, channel: MessengerInput, output: MessengerOutput, incoming: Incoming) -> None:
        conversation = incoming.conversation
        payload = None
        if incoming.kind == BUTTON:
            pressed = await self.ledger.buttons.press(conversation, incoming.text)
            payload = pressed.payload if pressed else None
        turn = understand(incoming, payload)
        if incoming.kind != NOTICE:
            await self.ledger.conversations.back(conversation)
        async with channel.typing(incoming.person):
            await self._app.ctx.agent.handle_message(
                UserMessage(
                    text=turn.text,
                    output_channel=output,
                    sender_id=conversation,
                    parse_data=turn.parse_data,
                    input_channel=channel.name(),
                    message_id=incoming.key,
                    metadata={"kind": turn.kind},
                )
            )

    async def _say(self, output: MessengerOutput, incoming: Incoming, phrase: str) -> None:
        text = self.phrases.say(phrase, incoming.language)
        await output.send_response(incoming.conversation, {"text": text, "utter_action": phrase})

    async def _write(self, write: Callable[[], Awaitable[None]]) -> None:
        """Write a turn's end down, again when the database is away: else it would be repeated at the next start."""
        pauses = iter(WRITE_PAUSES)
        while not self._closed:
            try:
                await write()
            except Exception as error:
                log.error("turn_end_not_written", error=type(error).__name__)
                pause = next(pauses, WRITE_PAUSES[-1] if is_away(error) else None)
                if pause is None:
                    return
                await asyncio.sleep(pause)
            else:
                return

    async def _sweep(self) -> None:
        while True:
            try:
                await self.ledger.inbox.forget(SEEN_SECONDS)
                await self.ledger.buttons.forget(SEEN_SECONDS)
            except Exception as error:  # the database may be away for a while
                log.error("sweep_failed", error=type(error).__name__)
            await asyncio.sleep(SWEEP_PAUSE)
