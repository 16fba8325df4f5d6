"""The one path of every update: claimed once, from a known person, not too many at once, in order, to Rasa.

Nothing of it is answered by silence.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from typing import Any

import structlog

from rasa_twin24.channels.attachments import MEGABYTE, Attachments
from rasa_twin24.channels.handling import Handling
from rasa_twin24.channels.incoming import CONTACT, Incoming
from rasa_twin24.channels.language import known_language
from rasa_twin24.channels.messenger import Messenger
from rasa_twin24.channels.news import News
from rasa_twin24.channels.output import MessengerOutput
from rasa_twin24.channels.pace import MINUTE, Pace
from rasa_twin24.channels.progress_lines import ProgressLines
from rasa_twin24.channels.seldom import Seldom
from rasa_twin24.channels.settings import ChannelSettings
from rasa_twin24.channels.strangers import Strangers
from rasa_twin24.channels.turns import Turns
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.inbox import Waiting
from rasa_twin24.ledger.threads import urgently
from rasa_twin24.text.phrases import Phrases

log = structlog.get_logger(__name__)

# How long keys of updates are kept against repetitions: the longest repetition of any messenger is 7 days.
SEEN_SECONDS = 7 * 24 * 3600
# Old keys and buttons are swept out this often, seconds.
SWEEP_PAUSE = 3600.0
# Contact cards cost next to nothing, and an address book passes on many at once: so many count as one message.
CARDS_OF_A_MESSAGE = 10
# What an update that a crash interrupted may be old and still be answered, seconds.
TAKE_UP_SECONDS = 15 * 60
# A messenger's refused updates are written into the audit at most this often, seconds: anybody can send them.
REFUSAL_PAUSE = 60.0


class NotReady(Exception):
    """Updates are not taken yet, or no more: the messenger has to keep this one."""


class Reception:
    """Shared by all messengers of one bot; lives as long as its server."""

    def __init__(self, app: Any, ledger: Ledger, settings: ChannelSettings) -> None:
        self._app = app
        self.ledger = ledger
        self._channels: dict[str, Messenger] = {}
        self._turns = Turns(lambda incoming: self._handling.turn(incoming))
        self._news = News(ledger, self._turns.put, self._channels)
        self._strangers = Strangers(ledger, lambda: self.phrases, self._owners)
        self._pace = Pace(settings.messages_per_minute)
        self._card_pace = Pace(settings.messages_per_minute * CARDS_OF_A_MESSAGE)
        self.attachments = Attachments(ledger, settings.max_file_mb * MEGABYTE)
        self._handling = Handling(ledger, self._channels, self._agent, self.attachments, self._news)
        self._progress = ProgressLines(ledger, self._channels, self._agent)
        self._told_of_pace = Seldom(MINUTE)
        self._refusals_noted = Seldom(REFUSAL_PAUSE)
        self._closed = False
        self._tasks: list[asyncio.Task[None]] = []
        self._taking: set[asyncio.Task[bool]] = set()
        self._refusing: set[asyncio.Task[None]] = set()

    @property
    def phrases(self) -> Phrases:
        return self._handling.phrases()

    def output(self, channel: Messenger, person: str | None = None) -> MessengerOutput:
        """The way out through a messenger, for one turn; `person` None: to the conversation's own account."""
        return MessengerOutput(channel, self.ledger, self._handling.phrases, person=person)

    def _agent(self) -> Any:
        """Rasa's; a new one whenever a model has been loaded."""
        return self._app.ctx.agent

    async def open(self) -> None:
        """Start telling news. Interrupted updates are taken up as each messenger joins."""
        work = (self._news.tell(), self._progress.tell(), self._sweep())
        self._tasks = [asyncio.create_task(each) for each in work]

    async def join(self, channel: Messenger) -> None:
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
        self._handling.close()
        for task in (*self._tasks, *self._refusing):
            task.cancel()
        self._strangers.close()
        self._progress.close()
        await self._turns.close(seconds=3)

    async def receive(self, incoming: Incoming) -> bool:
        """Take an update in; when this returns it will be worked off, even if the process is killed.

        False: it was a repetition. Raises `NotReady`, or `sqlalchemy.exc.SQLAlchemyError` when it could not be
        written down: then the messenger must not be told that it arrived.
        """
        if self._closed or incoming.channel not in self._channels:
            raise NotReady
        # A messenger that hangs up cancels its request. What has been claimed by then must not be lost.
        taking = asyncio.create_task(self._take_in(incoming), name=incoming.channel)
        self._taking.add(taking)
        taking.add_done_callback(self._taking.discard)
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            taking.add_done_callback(_unseen)
            raise

    async def note_refusal(self, messenger: str, reason: str) -> None:
        """Write down that something came to a messenger's door from nobody knows whom; never raises."""
        if not self._refusals_noted.lets(messenger):
            return
        try:
            await self.ledger.audit.add(f"{messenger}:?", Act.COME_IN, Result.REFUSED, reason=reason)
        except Exception as error:
            log.error("refusal_not_noted", channel=messenger, error=type(error).__name__)

    async def _take_in(self, incoming: Incoming) -> bool:
        with urgently():  # the messenger waits for it
            incoming = incoming.at(await self.ledger.accounts.home(incoming.account))
            said = incoming.to_json()
            claim = await self.ledger.inbox.claim(incoming.channel, incoming.key, incoming.conversation, said)
        if not claim.first:
            log.info("update_repeated", channel=incoming.channel)
            return False
        if claim.role is None:
            await self._refuse_stranger(incoming)
        elif wait := (self._card_pace if incoming.kind == CONTACT else self._pace).wait(incoming.conversation):
            await self.ledger.inbox.done(incoming.channel, incoming.key)
            if self._told_of_pace.lets(incoming.conversation):
                refusing = asyncio.create_task(self._refuse_flood(incoming, wait))
                self._refusing.add(refusing)
                refusing.add_done_callback(self._refusing.discard)
        else:
            self._turns.put(incoming)
        return True

    async def _refuse_stranger(self, incoming: Incoming) -> None:
        try:
            await self._strangers.receive(self._channels[incoming.channel], incoming)
        except Exception as error:  # it has been claimed: the messenger need not bring it again
            log.error("stranger_not_seen_to", channel=incoming.channel, error=type(error).__name__)

    async def _refuse_flood(self, incoming: Incoming, wait: float) -> None:
        """Said beside the turns that still wait: other people's updates must not."""
        log.warning("too_many_messages", conversation=incoming.conversation)
        language = await known_language(self.ledger, incoming)
        text = self.phrases.say("utter_too_many_messages", language, seconds=str(math.ceil(wait)))
        output = self.output(self._channels[incoming.channel], incoming.person)
        await output.send_response(incoming.conversation, {"text": text})
        try:
            await self.ledger.audit.add(incoming.conversation, Act.SEND_MESSAGES, Result.REFUSED)
        except Exception as error:
            log.error("refusal_not_noted", channel=incoming.channel, error=type(error).__name__)

    async def _owners(self) -> list[str]:
        """The conversations of the owners who can be reached now."""
        reachable = [owner for owner in self.ledger.people.owners if owner.partition(":")[0] in self._channels]
        return sorted({await self.ledger.accounts.home(owner) for owner in reachable})

    async def _still_due(self, waiting: Waiting) -> Incoming | None:
        """What an interrupted update said; None when it is too old, unreadable, or its person was shut out since."""
        if self.ledger.now() - waiting.received_at > TAKE_UP_SECONDS:
            return None
        try:
            incoming = Incoming.from_json(waiting.incoming)
        except (ValueError, TypeError):  # written by another version of the bot
            return None
        return replace(incoming, again=True) if await self.ledger.people.role(incoming.conversation) else None

    async def _sweep(self) -> None:
        while True:
            try:
                await self.ledger.inbox.forget(SEEN_SECONDS)
                await self.ledger.buttons.forget(SEEN_SECONDS)
                await self.ledger.progress.forget(SEEN_SECONDS)
            except Exception as error:  # the database may be away for a while
                log.error("sweep_failed", error=type(error).__name__)
            await asyncio.sleep(SWEEP_PAUSE)


def _unseen(taking: asyncio.Task[bool]) -> None:
    """Nobody waits for it any more, and asyncio would log its error whole, with the texts that are in it."""
    if not taking.cancelled() and (error := taking.exception()):
        log.error("update_not_stored", channel=taking.get_name(), error=type(error).__name__)
