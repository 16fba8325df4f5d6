"""The one path of every update: claimed once, from a known person, not too many at once, in order, to Rasa.

Nothing of it is answered by silence.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog
from rasa.core.channels.channel import UserMessage

from rasa_twin24.channels.attachments import MEGABYTE, Attachments
from rasa_twin24.channels.incoming import (
    BUTTON,
    CONTACT,
    NOTICE,
    Incoming,
    Understood,
    carries_file,
    command_named,
    guessed_language,
    language_spoken,
    understand,
)
from rasa_twin24.channels.news import News
from rasa_twin24.channels.output import MessengerOutput
from rasa_twin24.channels.pace import MINUTE, Pace
from rasa_twin24.channels.progress_lines import ProgressLines
from rasa_twin24.channels.seldom import Seldom
from rasa_twin24.channels.session import Sessions
from rasa_twin24.channels.settings import ChannelSettings
from rasa_twin24.channels.strangers import Strangers
from rasa_twin24.channels.turns import Turns
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.audit import Act, Result
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
# Contact cards cost next to nothing, and an address book passes on many at once: so many count as one message.
CARDS_OF_A_MESSAGE = 10
# What an update that a crash interrupted may be old and still be answered, seconds.
TAKE_UP_SECONDS = 15 * 60
# A messenger's refused updates are written into the audit at most this often, seconds: anybody can send them.
REFUSAL_PAUSE = 60.0
# The end of a turn is written down again after these pauses, seconds; the last one again and again as long as the
# database is away. Meanwhile the conversation waits: no further message of it can be taken in either.
WRITE_PAUSES = (0.5, 1.0, 2.0, 4.0)
STORAGE_AWAY = "utter_storage_away"
# News that the channel says itself, in the language of the talk, else in the one that the messenger told.
ACCESS_NEWS = ("access_granted_operator", "access_granted_viewer", "access_refused", "access_removed")
# The notice that an answer did not reach its person.
REPLY_LOST = "reply_lost"


class NotReady(Exception):
    """Updates are not taken yet, or no more: the messenger has to keep this one."""


class Reception:
    """Shared by all messengers of one bot; lives as long as its server."""

    def __init__(self, app: Any, ledger: Ledger, settings: ChannelSettings) -> None:
        self._app = app
        self.ledger = ledger
        self._channels: dict[str, MessengerInput] = {}
        self._turns = Turns(self._turn)
        self._news = News(ledger, self._turns.put, self._channels.__contains__)
        self._strangers = Strangers(ledger, lambda: self.phrases, self._owners)
        self._pace = Pace(settings.messages_per_minute)
        self._card_pace = Pace(settings.messages_per_minute * CARDS_OF_A_MESSAGE)
        self.attachments = Attachments(ledger, settings.max_file_mb * MEGABYTE)
        self._progress = ProgressLines(ledger, self._channels, lambda: self._app.ctx.agent)
        self._told_of_pace = Seldom(MINUTE)
        self._refusals_noted = Seldom(REFUSAL_PAUSE)
        self._sessions = Sessions()
        self._closed = False
        self._tasks: list[asyncio.Task[None]] = []
        self._taking: set[asyncio.Task[bool]] = set()
        self._refusing: set[asyncio.Task[None]] = set()

    @property
    def phrases(self) -> Phrases:
        return Phrases(self._app.ctx.agent.domain.responses)

    async def open(self) -> None:
        """Start telling news. Interrupted updates are taken up as each messenger joins."""
        work = (self._news.tell(), self._progress.tell(), self._sweep())
        self._tasks = [asyncio.create_task(each) for each in work]

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
        taking = asyncio.create_task(self._take_in(incoming))
        self._taking.add(taking)
        taking.add_done_callback(self._taking.discard)
        return await asyncio.shield(taking)

    async def note_refusal(self, messenger: str, reason: str) -> None:
        """Write down that something came to a messenger's door from nobody knows whom; never raises."""
        if not self._refusals_noted.lets(messenger):
            return
        try:
            await self.ledger.audit.add(f"{messenger}:?", Act.COME_IN, Result.REFUSED, reason=reason)
        except Exception as error:
            log.error("refusal_not_noted", channel=messenger, error=type(error).__name__)

    async def _take_in(self, incoming: Incoming) -> bool:
        claim = await self.ledger.inbox.claim(incoming.channel, incoming.key, incoming.conversation, incoming.to_json())
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
        language = await self._known_language(incoming)
        text = self.phrases.say("utter_too_many_messages", language, seconds=str(math.ceil(wait)))
        output = MessengerOutput(self._channels[incoming.channel], self)
        await output.send_response(incoming.conversation, {"text": text})
        try:
            await self.ledger.audit.add(incoming.conversation, Act.SEND_MESSAGES, Result.REFUSED)
        except Exception as error:
            log.error("refusal_not_noted", channel=incoming.channel, error=type(error).__name__)

    def _owners(self) -> list[str]:
        """The conversations of the owners who can be reached now."""
        return sorted(owner for owner in self.ledger.people.owners if owner.partition(":")[0] in self._channels)

    async def _still_due(self, waiting: Waiting) -> Incoming | None:
        """What an interrupted update said; None when it is too old, unreadable, or its person was shut out since."""
        if self.ledger.now() - waiting.received_at > TAKE_UP_SECONDS:
            return None
        try:
            incoming = Incoming.from_json(waiting.incoming)
        except (ValueError, TypeError):  # written by another version of the bot
            return None
        return replace(incoming, again=True) if await self.ledger.people.role(incoming.conversation) else None

    async def _turn(self, incoming: Incoming) -> None:
        channel = self._channels[incoming.channel]
        output = MessengerOutput(channel, self, incoming.language)
        away = False
        try:
            if await self._is_for_rasa(output, incoming):
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
            await self._write(lambda: self.ledger.inbox.done(incoming.channel, incoming.key, *incoming.also))
            if (away or told) and output.failed:  # the web chat itself keeps its lines in the database
                await self._say(output, incoming, STORAGE_AWAY)
        await self._sessions.shorten(self._app.ctx.agent, incoming.conversation)

    async def _is_for_rasa(self, output: MessengerOutput, incoming: Incoming) -> bool:
        """Whether the turn goes on to Rasa; else it is answered here.

        What became of somebody's access is said here, for it may be said to a stranger. And the role is asked again:
        the turn may have waited while its person was removed.
        """
        notice = await self.ledger.notices.get(int(incoming.text)) if incoming.kind == NOTICE else None
        if notice is not None and notice.kind in ACCESS_NEWS:
            known = await self._known_language(replace(incoming, language=notice.params.get("language")))
            text = self.phrases.say(f"utter_{notice.kind}", known)
            await output.send_response(incoming.conversation, {"text": text})
            return False
        if incoming.kind == NOTICE:
            role = await self.ledger.people.role(incoming.conversation)
        else:
            role = await self.ledger.inbox.begin(incoming.conversation)
        if role is not None:
            return True
        if notice is not None:  # what was on its way to somebody who has been removed since
            output.said += 1
        else:
            known = await self._known_language(incoming)
            text = self.phrases.say("utter_access_denied", known, id=incoming.conversation)
            await output.send_response(incoming.conversation, {"text": text})
        return False

    async def _hand_to_rasa(self, channel: MessengerInput, output: MessengerOutput, incoming: Incoming) -> None:
        conversation = incoming.conversation
        payload = None
        if incoming.kind == BUTTON:
            pressed = await self.ledger.buttons.press(conversation, incoming.text, incoming.key)
            payload = pressed.payload if pressed else None
        async with channel.typing(incoming.person):
            if carries_file(incoming):
                turn = await self.attachments.turn(channel, incoming)
            else:
                turn = understand(incoming, payload)
            output.language = await self._language(incoming)
            turn = replace(turn, language=output.language)
            await self._note_oddity(incoming, turn)
            await self._app.ctx.agent.handle_message(
                UserMessage(
                    text=turn.text,
                    output_channel=output,
                    sender_id=conversation,
                    parse_data=turn.parse_data,
                    input_channel=channel.name(),
                    message_id=incoming.key,
                    metadata={**turn.metadata, **({"again": True} if incoming.again else {})},
                )
            )

    async def _language(self, incoming: Incoming) -> str | None:
        """What was asked for, else what the person speaks or spoke last, else what the messenger told of them."""
        conversations, conversation = self.ledger.conversations, incoming.conversation
        spoken = await conversations.spoken(conversation)
        if spoken.chosen:
            return spoken.language
        language = language_spoken(incoming) or spoken.language or guessed_language(incoming.language)
        if language is None:
            return guessed_language(await self.ledger.people.language(conversation))
        if language != spoken.language:
            await conversations.speak(conversation, language)
        return language

    async def _known_language(self, incoming: Incoming) -> str | None:
        """The same for what is said without a turn; never raises, since it may be said because the database is away."""
        try:
            return (await self.ledger.conversations.spoken(incoming.conversation)).language or incoming.language
        except Exception as error:
            log.error("language_not_read", error=type(error).__name__)
            return incoming.language

    async def _note_oddity(self, incoming: Incoming, turn: Understood) -> None:
        """Write down what a messenger's own application does not let one send, or lets one send too late."""
        note, conversation = self.ledger.audit.add, incoming.conversation
        if turn.intent == "stale_button":
            was_theirs = await self.ledger.buttons.title(conversation, incoming.text) is not None
            await note(conversation, Act.PRESS_BUTTON, Result.REFUSED, reason="old" if was_theirs else "not_theirs")
        elif turn.intent == "edited_message":
            await note(conversation, Act.EDIT_MESSAGE, Result.REFUSED)
        elif turn.intent == "unknown_command":
            await note(conversation, Act.USE_COMMAND, Result.REFUSED, command=command_named(incoming))

    async def _say(self, output: MessengerOutput, incoming: Incoming, phrase: str) -> None:
        text = self.phrases.say(phrase, output.language)
        await output.send_response(incoming.conversation, {"text": text, "utter_action": phrase})

    async def _write(self, write: Callable[[], Awaitable[None]]) -> None:
        """Write a turn's end down, again when the database is away: else it would be repeated at the next start."""
        pauses = iter(WRITE_PAUSES)
        while True:
            try:
                await write()
            except Exception as error:
                log.error("turn_end_not_written", error=type(error).__name__)
                pause = next(pauses, WRITE_PAUSES[-1] if is_away(error) else None)
                if pause is None or self._closed:
                    return
                await asyncio.sleep(pause)
            else:
                return

    async def _sweep(self) -> None:
        while True:
            try:
                await self.ledger.inbox.forget(SEEN_SECONDS)
                await self.ledger.buttons.forget(SEEN_SECONDS)
                await self.ledger.progress.forget(SEEN_SECONDS)
            except Exception as error:  # the database may be away for a while
                log.error("sweep_failed", error=type(error).__name__)
            await asyncio.sleep(SWEEP_PAUSE)
