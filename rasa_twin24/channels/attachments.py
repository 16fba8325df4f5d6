"""Files that people send: fetched once, kept in the ledger, named to Rasa by their id."""

from __future__ import annotations

import asyncio

import structlog

from rasa_twin24.channels.incoming import FILE, Incoming, Understood, clean, file_turn, said
from rasa_twin24.channels.messenger import FileLost, FileTooLarge, Messenger
from rasa_twin24.ledger import Ledger

log = structlog.get_logger(__name__)

MEGABYTE = 1024 * 1024
# A file that has not arrived by then, repetitions included, does not arrive, seconds: its conversation waits for it.
FETCH_SECONDS = 90.0
# What is said instead, as `unreadable_<kind>` of domain.yml.
TOO_LARGE = "large_file"
LOST = "lost_file"


class Attachments:
    def __init__(self, ledger: Ledger, most_bytes: int) -> None:
        self._ledger = ledger
        self.most_bytes = most_bytes

    async def turn(self, channel: Messenger, incoming: Incoming) -> Understood:
        """The turn of a message that carries a file; what was fetched before a crash is not fetched again.

        Raises `sqlalchemy.exc.SQLAlchemyError` when it cannot be kept.
        """
        kept = await self._ledger.files.find(incoming.conversation, incoming.message_id)
        caption = clean(incoming.text) if incoming.kind == FILE else ""
        if kept is not None:
            return file_turn(kept, caption)
        most = min(self.most_bytes, channel.most_file_bytes or self.most_bytes)
        try:
            name, content = await self._content(channel, incoming, most)
        except FileTooLarge:
            log.info("file_too_large", conversation=incoming.conversation)
            if incoming.kind != FILE:
                return said("too_long_message")
            return _unreadable(TOO_LARGE, ("limit", megabytes(most)))
        except (FileLost, asyncio.TimeoutError) as error:
            log.warning("file_lost", conversation=incoming.conversation, reason=str(error) or type(error).__name__)
            return _unreadable(LOST)
        return file_turn(
            await self._ledger.files.add(incoming.conversation, name, content, incoming.message_id), caption
        )

    async def _content(self, channel: Messenger, incoming: Incoming, most: int) -> tuple[str, bytes]:
        if incoming.kind != FILE:
            content = incoming.text.encode(errors="replace")
            if len(content) > most:
                raise FileTooLarge
            return "", content
        if incoming.file is None:
            raise FileLost("not kept")
        if (incoming.file.size or 0) > most:
            raise FileTooLarge
        return incoming.file.name, await asyncio.wait_for(channel.fetch(incoming.file, most), FETCH_SECONDS)


def megabytes(most: int) -> str:
    """A limit as people read it."""
    return str(most // MEGABYTE)


def _unreadable(kind: str, *more: tuple[str, str]) -> Understood:
    return said("unreadable_message", (("kind", kind), *more), kind=FILE)
