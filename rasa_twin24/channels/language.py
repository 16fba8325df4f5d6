"""The language to answer a person in."""

from __future__ import annotations

import structlog

from rasa_twin24.channels.incoming import Incoming, guessed_language, language_spoken
from rasa_twin24.ledger import Ledger

log = structlog.get_logger(__name__)


async def language_of_turn(ledger: Ledger, incoming: Incoming) -> str | None:
    """What was asked for, else what the person speaks or spoke last, else what the messenger told of them."""
    conversations, conversation = ledger.conversations, incoming.conversation
    spoken = await conversations.spoken(conversation)
    if spoken.chosen:
        return spoken.language
    language = language_spoken(incoming) or spoken.language or guessed_language(incoming.language)
    if language is None:
        return guessed_language(await ledger.people.language(conversation))
    if language != spoken.language:
        await conversations.speak(conversation, language)
    return language


async def known_language(ledger: Ledger, incoming: Incoming) -> str | None:
    """The same for what is said without a turn; never raises, since it may be said because the database is away."""
    try:
        return (await ledger.conversations.spoken(incoming.conversation)).language or incoming.language
    except Exception as error:
        log.error("language_not_read", error=type(error).__name__)
        return incoming.language
