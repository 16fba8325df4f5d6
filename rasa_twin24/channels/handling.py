"""One update that was taken in: to Rasa, or answered without it; in the end it is written down that this is done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import structlog
from rasa.core.channels.channel import UserMessage

from rasa_twin24.channels.attachments import Attachments
from rasa_twin24.channels.incoming import (
    BUTTON,
    NOTICE,
    Incoming,
    Understood,
    carries_file,
    command_named,
    invitation,
    understand,
)
from rasa_twin24.channels.language import known_language, language_of_turn
from rasa_twin24.channels.linking import LINKING
from rasa_twin24.channels.messenger import Messenger
from rasa_twin24.channels.news import News
from rasa_twin24.channels.options import chosen
from rasa_twin24.channels.output import MessengerOutput
from rasa_twin24.channels.session import Sessions, end_session
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.accounts import Link
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.engine import is_away
from rasa_twin24.ledger.people import Role
from rasa_twin24.text.phrases import Phrases

log = structlog.get_logger(__name__)

# The end of a turn is written down again after these pauses, seconds; the last one again and again as long as the
# database is away. Meanwhile the conversation waits: no further message of it can be taken in either.
WRITE_PAUSES = (0.5, 1.0, 2.0, 4.0)
STORAGE_AWAY = "utter_storage_away"
# News that the channel says itself, in the language of the talk, else in the one that the messenger told.
ACCESS_NEWS = (
    "access_granted_operator",
    "access_granted_viewer",
    "access_refused",
    "access_removed",
    "access_unlinked",
)
# The notice that an answer did not reach its person.
REPLY_LOST = "reply_lost"


class Handling:
    """`channels` are those that can be spoken through, `agent` gives Rasa's agent."""

    def __init__(
        self,
        ledger: Ledger,
        channels: Mapping[str, Messenger],
        agent: Callable[[], Any],
        attachments: Attachments,
        news: News,
    ) -> None:
        self._ledger = ledger
        self._channels = channels
        self._agent = agent
        self._attachments = attachments
        self._news = news
        self._sessions = Sessions()
        self._closed = False

    def close(self) -> None:
        """What cannot be written down now is found at the next start."""
        self._closed = True

    def phrases(self) -> Phrases:
        return Phrases(self._agent().domain.responses)

    async def turn(self, incoming: Incoming) -> None:
        """Never raises."""
        channel = self._channels[incoming.channel]
        output = MessengerOutput(channel, self._ledger, self.phrases, incoming.language, incoming.person)
        away = False
        try:
            role = None
            if incoming.kind != NOTICE:  # linked or unlinked while the turn waited
                home, role = await self._ledger.accounts.begin(incoming.account)
                incoming = incoming.at(home)
            if await self._is_for_rasa(output, incoming, role):
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
                await self._write(lambda: self._ledger.notices.add(incoming.conversation, REPLY_LOST))
            await self._write(lambda: self._ledger.inbox.done(incoming.channel, incoming.key, *incoming.also))
            if (away or told) and output.failed:  # the web chat itself keeps its lines in the database
                await self._say(output, incoming, STORAGE_AWAY)
        await self._sessions.shorten(self._agent(), incoming.conversation)

    async def _is_for_rasa(self, output: MessengerOutput, incoming: Incoming, role: Role | None) -> bool:
        """Whether the turn goes on to Rasa; else it is answered here.

        What became of somebody's access is said here, for it may be said to a stranger. And `role` is as it is now, for
        the turn may have waited while its person was removed.
        """
        notice = await self._ledger.notices.get(int(incoming.text)) if incoming.kind == NOTICE else None
        if notice is not None and notice.kind in ACCESS_NEWS:
            told = replace(incoming, language=notice.params.get("language"))
            language, who = await known_language(self._ledger, told), str(notice.params.get("who", ""))
            text = self.phrases().say(f"utter_{notice.kind}", language, who=who)
            await output.send_response(incoming.conversation, {"text": text})
            return False
        if incoming.kind == NOTICE:
            role = await self._ledger.people.role(incoming.conversation)
        if role is not None:
            return not await self._links(output, incoming)
        if notice is not None:  # what was on its way to somebody who has been removed since
            output.said += 1
        else:
            language = await known_language(self._ledger, incoming)
            text = self.phrases().say("utter_access_denied", language, id=incoming.account)
            await output.send_response(incoming.conversation, {"text": text})
        return False

    async def _links(self, output: MessengerOutput, incoming: Incoming) -> bool:
        """Whether the message is a code that links accounts, and has been answered."""
        code = invitation(incoming)
        if code is None or not await self._ledger.accounts.knows(code):
            return False
        linked, who = await self._ledger.accounts.link(incoming.account, code, incoming.name)
        language = await known_language(self._ledger, incoming)
        text, offered = (
            self.phrases().say(LINKING[linked], language, who=who),
            self.phrases().buttons(LINKING[linked], language),
        )
        buttons = [{"title": title, "payload": payload, "standing": True} for title, payload in offered]
        await output.send_response(who or incoming.conversation, {"text": text, "buttons": buttons})
        if linked is Link.LINKED:  # a form that asked something here must not take a later message for its answer
            await end_session(self._agent(), incoming.account)
        return True

    async def _hand_to_rasa(self, channel: Messenger, output: MessengerOutput, incoming: Incoming) -> None:
        conversation = incoming.conversation
        payload = None
        incoming = await chosen(self._ledger, channel, incoming)
        if incoming.kind == BUTTON:
            pressed = await self._ledger.buttons.press(conversation, incoming.text, incoming.message_id)
            payload = pressed.payload if pressed else None
        async with channel.typing(incoming.person):
            if carries_file(incoming):
                turn = await self._attachments.turn(channel, incoming)
            else:
                turn = understand(incoming, payload)
            output.language = await language_of_turn(self._ledger, incoming)
            turn = replace(turn, language=output.language)
            await self._note_oddity(incoming, turn)
            await self._agent().handle_message(
                UserMessage(
                    text=turn.text,
                    output_channel=output,
                    sender_id=conversation,
                    parse_data=turn.parse_data,
                    input_channel=channel.name(),
                    message_id=incoming.message_id,
                    metadata={**turn.metadata, **_metadata(incoming)},
                )
            )

    async def _note_oddity(self, incoming: Incoming, turn: Understood) -> None:
        """Write down what a messenger's own application does not let one send, or lets one send too late."""
        note, conversation = self._ledger.audit.add, incoming.conversation
        if turn.intent == "stale_button":
            was_theirs = await self._ledger.buttons.title(conversation, incoming.text) is not None
            await note(conversation, Act.PRESS_BUTTON, Result.REFUSED, reason="old" if was_theirs else "not_theirs")
        elif turn.intent == "edited_message":
            await note(conversation, Act.EDIT_MESSAGE, Result.REFUSED)
        elif turn.intent == "unknown_command":
            await note(conversation, Act.USE_COMMAND, Result.REFUSED, command=command_named(incoming))

    async def _say(self, output: MessengerOutput, incoming: Incoming, phrase: str) -> None:
        text = self.phrases().say(phrase, output.language)
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


def _metadata(incoming: Incoming) -> dict[str, object]:
    """What an action has to know of the message beside what it says."""
    known: dict[str, object] = {"again": True} if incoming.again else {}
    return {**known, "account": incoming.account} if incoming.home else known
