"""What a messenger is to everything that speaks through it; `base.MessengerInput` is what its module begins with."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from rasa_twin24.channels.incoming import Attached
from rasa_twin24.ledger.files import File


class Gone(Exception):
    """The person blocked the bot or does not exist any more: nothing can be delivered until they write."""


class FileTooLarge(Exception):
    """The file is over the limit; found out before or while it is fetched."""


class FileLost(Exception):
    """The messenger does not give the file out; its text must not hold a secret."""


class Messenger(Protocol):
    # The largest file that the messenger gives a bot, bytes; None: it sets no limit.
    most_file_bytes: int | None

    @classmethod
    def name(cls) -> str:
        """The first half of its conversations' ids."""

    @property
    def has_buttons(self) -> bool:
        """Else their titles are numbered and said in words, and a number that comes back is a press."""

    async def deliver(
        self, person: str, text: str, keyboard: Sequence[tuple[str, str]], *, standing: bool = False
    ) -> str | None:
        """Send a text with buttons given as (title, token); returns the messenger's id of the message, if it has any.

        `standing`: the buttons stay alive beside those of later messages, or the message is going to be edited.
        Raises `Gone`, or anything else that the log should name; its text must not hold a secret.
        """

    async def deliver_file(self, person: str, file: File) -> None:
        """Send a file; raises as `deliver` does."""

    async def edit(
        self, person: str, message: str, text: str, keyboard: Sequence[tuple[str, str]], *, last: bool
    ) -> str | None:
        """Let a message say something else, or send it anew where that cannot be done; returns the message's id.

        `last`: it will not change any more. A messenger that cannot edit says the last version only. Raises as
        `deliver` does.
        """

    async def fetch(self, file: Attached, most: int) -> bytes:
        """A file that somebody sent. Raises `FileTooLarge` above `most` bytes, `FileLost` when it is not to be had."""

    def typing(self, person: str) -> AbstractAsyncContextManager[None]:
        """Show the person that the bot is at work; nothing where the messenger has no sign for it."""
