"""Files for Viber, which takes none: it fetches them from the bot, at addresses that nobody else can make.

https://developers.viber.com/docs/api/rest-bot-api/#file-message
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from urllib.parse import quote

from rasa_twin24.channels.webhook import same_signature
from rasa_twin24.ledger.files import File

# Viber fetches a file as its message is sent; the person's application may do so once more.
LINK_SECONDS = 3600


class FileLinks:
    """`base` is the public address of the files, `clock` tells seconds since 1970."""

    def __init__(self, base: str, secret: str, clock: Callable[[], float]) -> None:
        self._base = base
        self._secret = secret
        self._clock = clock

    def address(self, person: str, file: File) -> str:
        """Where the file may be fetched for an hour; its name comes last, for Viber looks at its ending."""
        named = json.dumps([person, file.id, int(self._clock()) + LINK_SECONDS]).encode()
        said = base64.urlsafe_b64encode(named).decode().rstrip("=")
        signature = hmac.new(self._secret.encode(), said.encode(), "sha256").hexdigest()
        return f"{self._base}/{said}.{signature}/{quote(file.name, safe='')}"

    def opened(self, token: str) -> tuple[str, str] | None:
        """The person and the file's id, None when the token is not ours or its hour is over."""
        said, _, signature = token.partition(".")
        if not same_signature(signature, self._secret, said.encode(errors="replace")):
            return None
        person, file_id, until = json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
        return (person, file_id) if self._clock() < until else None
