"""A messenger of ours whose speaking is a module of its own, `<name>_output.py`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from rasa_twin24.channels.base import MessengerInput
from rasa_twin24.channels.incoming import Attached
from rasa_twin24.ledger.files import File


class Speech(Protocol):
    """The speaking half of `messenger.Messenger`, with the same meaning and errors."""

    async def deliver(
        self, person: str, text: str, keyboard: Sequence[tuple[str, str]], *, standing: bool = False
    ) -> str | None: ...

    async def deliver_file(self, person: str, file: File) -> None: ...

    async def edit(
        self, person: str, message: str, text: str, keyboard: Sequence[tuple[str, str]], *, last: bool
    ) -> str | None: ...

    async def fetch(self, file: Attached, most: int) -> bytes: ...

    def typing(self, person: str) -> AbstractAsyncContextManager[None]: ...


class SpeakingInput(MessengerInput):
    """`connect` makes `output`, through which everything goes out."""

    output: Speech

    async def deliver(
        self, person: str, text: str, keyboard: Sequence[tuple[str, str]], *, standing: bool = False
    ) -> str | None:
        return await self.output.deliver(person, text, keyboard, standing=standing)

    async def deliver_file(self, person: str, file: File) -> None:
        await self.output.deliver_file(person, file)

    async def edit(
        self, person: str, message: str, text: str, keyboard: Sequence[tuple[str, str]], *, last: bool
    ) -> str | None:
        return await self.output.edit(person, message, text, keyboard, last=last)

    async def fetch(self, file: Attached, most: int) -> bytes:
        return await self.output.fetch(file, most)

    def typing(self, person: str) -> AbstractAsyncContextManager[None]:
        return self.output.typing(person)
