"""The one path of every update: claimed once, from a known person, in order, to Rasa, and never answered by silence."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import structlog
from rasa.core.channels.channel import UserMessage

from rasa_twin24.channels.incoming import BUTTON, NOTICE, Incoming, understand
from rasa_twin24.channels.output import MessengerOutput
from rasa_twin24.channels.session import Sessions
from rasa_twin24.channels.turns import Turns
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.people import People
from rasa_twin24.text.phrases import Phrases

if TYPE_CHECKING:
    from rasa_twin24.channels.base import MessengerInput

log = structlog.get_logger(__name__)

# How often the ledger is asked for news, seconds. Rare enough to cost nothing, quick enough for a talk.
NOTICE_PAUSE = 0.3
# A stranger's message is answered at most this often, seconds: the line is always the same.
STRANGER_PAUSE = 20.0
# How long keys of updates are kept against repetitions: the longest repetition of any messenger is 7 days.
SEEN_SECONDS = 7 * 24 * 3600
# What an update that a crash interrupted may be old and still be answered, seconds.
TAKE_UP_SECONDS = 15 * 60


class Reception:
    """Shared by all messengers of one bot; lives as long as its server."""

    def __init__(self, app: Any, ledger: Ledger, people: People) -> None:
        self._app = app
        self.ledger = ledger
        self.people = people
        self._channels: dict[str, MessengerInput] = {}
        self._turns = Turns(self._turn)
        self._sessions = Sessions()
        self._answered_strangers: dict[str, float] = {}
        self._telling: set[int] = set()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def phrases(self) -> Phrases:
        return Phrases(self._app.ctx.agent.domain.responses)

    async def open(self) -> None:
        """Start telling news. Interrupted updates are taken up as each messenger joins."""
        await self.ledger.inbox.forget(SEEN_SECONDS)
        await self.ledger.buttons.forget(SEEN_SECONDS)
        self._tasks.append(asyncio.create_task(self._tell_news()))

    async def join(self, channel: MessengerInput) -> None:
        """A messenger is ready; what a crash left unanswered of it is answered now."""
        self._channels[channel.name()] = channel
        for waiting in await self.ledger.inbox.waiting():
            if waiting.channel != channel.name():
                continue
            if time.time() - waiting.received_at > TAKE_UP_SECONDS:
                log.info("old_update_dropped", channel=waiting.channel)
                await self.ledger.inbox.done(waiting.channel, waiting.key)
                continue
            self._turns.put(Incoming.from_json(waiting.incoming))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self._turns.close(seconds=3)

    async def receive(self, incoming: Incoming) -> bool:
        """Take an update in; when this returns it will be worked off, even if the process is killed.

        False: it was a repetition. Raises `sqlalchemy.exc.SQLAlchemyError` when it could not be written down: then
        the messenger must not be told that it arrived.
        """
        known = self.people.may_use(incoming.conversation)
        if not await self.ledger.inbox.claim(
            incoming.channel, incoming.key, incoming.to_json() if known else None
        ):
            log.info("update_repeated", channel=incoming.channel)
            return False
        if known:
            self._turns.put(incoming)
        else:
            await self._refuse(incoming)
        return True

    async def _refuse(self, incoming: Incoming) -> None:
        log.warning("stranger_refused", conversation=incoming.conversation)
        now = time.monotonic()
        if now - self._answered_strangers.get(incoming.conversation, -STRANGER_PAUSE) < STRANGER_PAUSE:
            return
        if len(self._answered_strangers) > 10_000:  # a flood of strangers must not fill the memory
            self._answered_strangers.clear()
        self._answered_strangers[incoming.conversation] = now
        text = self.phrases.say("utter_access_denied", incoming.language, id=incoming.conversation)
        output = MessengerOutput(self._channels[incoming.channel], self)
        await output.send_response(incoming.conversation, {"text": text})

    async def _turn(self, incoming: Incoming) -> None:
        channel = self._channels[incoming.channel]
        output = MessengerOutput(channel, self)
        try:
            await self._hand_to_rasa(channel, output, incoming)
        except Exception as error:
            # Rasa's own texts may hold the whole conversation: only the kind of the fault is logged.
            log.error("turn_failed", channel=incoming.channel, error=type(error).__name__)
        if not output.said:
            text = self.phrases.say("utter_internal_error", incoming.language)
            await output.send_response(incoming.conversation, {"text": text})
        if incoming.kind == NOTICE:
            await self.ledger.notices.told(int(incoming.text))
            self._telling.discard(int(incoming.text))
        else:
            await self.ledger.inbox.done(incoming.channel, incoming.key)
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

    async def _tell_news(self) -> None:
        while True:
            try:
                for notice in await self.ledger.notices.waiting():
                    messenger, _, person = notice.conversation.partition(":")
                    if notice.id in self._telling or messenger not in self._channels:
                        continue
                    if (await self.ledger.conversations.get(notice.conversation)).gone_at is not None:
                        continue  # told when the person is back
                    self._telling.add(notice.id)
                    self._turns.put(Incoming(messenger, f"notice:{notice.id}", person, NOTICE, str(notice.id)))
            except Exception as error:  # the database may be away for a while; news must not stop for good
                log.error("news_failed", error=type(error).__name__)
            await asyncio.sleep(NOTICE_PAUSE)
