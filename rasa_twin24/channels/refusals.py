"""What a messenger refuses, as the base understands it: somebody is gone, a file is not to be had."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from rasa_twin24.channels.connection import MessengerError
from rasa_twin24.channels.messenger import FileLost, FileTooLarge, Gone

T = TypeVar("T")


async def unless_gone(call: Awaitable[T]) -> T:
    """The answer to a call that sends; raises `Gone` for who cannot be reached, else the `MessengerError` itself."""
    try:
        return await call
    except MessengerError as error:
        if error.gone:
            raise Gone from None
        raise


async def whole_file(download: Awaitable[bytes | None]) -> bytes:
    """What `Connection.download` brings; raises `FileLost` or `FileTooLarge`."""
    try:
        content = await download
    except MessengerError as error:
        raise FileLost(str(error)) from None
    if content is None:
        raise FileTooLarge
    return content
