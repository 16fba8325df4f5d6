"""What a log may hold: where something failed and of which kind, never a whole phone number, a token or a password.

Our own lines hold none. This is for those of the libraries: Rasa's and Sanic's tracebacks quote messages and rows,
and the JSON tracebacks that Rasa asks structlog for hold the local variables of every frame.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from pathlib import PurePath
from traceback import extract_tb
from typing import Any

import structlog
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import ArgumentError

from rasa_twin24.text.phones import hide_numbers

HIDDEN = "•••"
# Frames of our code that are named, the innermost ones.
MOST_PLACES = 8
# Variables that hold a secret, whatever service they belong to.
_SECRET = re.compile(r"(?:PASSWORD|TOKEN|SECRET|_KEY)$")
# Shorter ones would hide words: nobody's password is worth an unreadable log, and "1234" protects nothing.
_SHORTEST_SECRET = 6
_TOKENS = re.compile(
    r"(?<=token=)[\w.~-]{8,}"  # the web chat's address
    r"|(?<![\w-])\d{5,}:[\w-]{20,}"  # Telegram's
    r"|(?<=Bearer )[\w.~+/=-]{8,}"
    r"|(?<![\w-])ey[\w-]{8,}\.[\w-]{8,}\.[\w-]+"  # a JWT, as TWIN's are
)
# Digits that no numbering plan knows may still be what somebody typed; ids of people keep their messenger before them.
_DIGITS = re.compile(r"(?<![\w.:/-])\+?\d{10,15}(?![\w.:/-])")
_WRITERS = (
    structlog.processors.ExceptionRenderer,
    structlog.processors.JSONRenderer,
    structlog.processors.KeyValueRenderer,
    structlog.dev.ConsoleRenderer,
)


class Guard:
    """Takes out of log records and of structlog's events what must not be there."""

    def __init__(self, env: Mapping[str, str]) -> None:
        values = {value for name, value in env.items() if _SECRET.search(name)} | _database_password(env)
        self._secrets = sorted((v for v in values if len(v) >= _SHORTEST_SECRET), key=len, reverse=True)

    def clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        text = _TOKENS.sub(HIDDEN, text)
        return _DIGITS.sub(lambda found: HIDDEN + found[0][-2:], hide_numbers(text))

    def __call__(self, _logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
        """A processor of structlog; before JSON writes Cyrillic letters as digits beside those of a number."""
        error = event.pop("exc_info", None)
        if error is True:
            error = sys.exc_info()[1]
        error = error[1] if isinstance(error, tuple) else error
        cleaned = {key: self._value(value) for key, value in event.items()}
        if isinstance(error, BaseException):
            cleaned |= {"error": type(error).__name__, "at": places(error)}
        return cleaned

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.clean(value)
        if isinstance(value, Mapping):
            return {key: self._value(item) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value(item) for item in value]
        return value if value is None or isinstance(value, bool | int | float) else self.clean(repr(value))


def places(error: BaseException) -> str:
    """Where it was raised, innermost last: "campaign/fill.py:52 fill > twin24/exchange.py:80 send".

    Of the libraries' frames only the innermost; no values of any.
    """
    frames = list(extract_tb(error.__traceback__))
    ours = [frame for frame in frames[:-1] if "site-packages" not in frame.filename][-MOST_PLACES:]
    frames = [*ours, *frames[-1:]]
    return " > ".join(f"{'/'.join(PurePath(f.filename).parts[-2:])}:{f.lineno} {f.name}" for f in frames)


def guard_logs(env: Mapping[str, str]) -> None:
    """From here on every line of the process is looked through; call it after structlog has been configured."""
    guard = Guard(env)

    class Record(logging.LogRecord):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            error = self.exc_info[1] if self.exc_info else None
            self._failed = f" [{type(error).__name__} at {places(error)}]" if error else ""
            self.exc_info = None  # its text would be that of the exception and of everything it was raised from

        def getMessage(self) -> str:
            return guard.clean(super().getMessage() + self._failed)

    logging.setLogRecordFactory(Record)
    chain = list(structlog.get_config()["processors"])
    # Last but for those that write: others before may still add the exception.
    at = next((index for index, step in enumerate(chain) if isinstance(step, _WRITERS)), len(chain))
    structlog.configure(processors=[*chain[:at], guard, *chain[at:]])


def _database_password(env: Mapping[str, str]) -> set[str]:
    try:
        password = make_url(env["DATABASE_URL"]).password if env.get("DATABASE_URL") else None
    except ArgumentError:
        return set()
    return {str(password)} if password else set()
