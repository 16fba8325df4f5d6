"""What the web chat's page and the bot say to each other. Pure: bytes and query in, plain data out."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rasa_twin24.channels.incoming import BUTTON, MAX_TEXT, TEXT, clean, clean_file_name
from rasa_twin24.ledger.transcript import Line

# The page makes the key of a message itself: 32 hexadecimal digits; a UUID fits too.
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
# How long the page may wait for the next line, seconds. Proxies commonly cut a silent connection at 30 or 60.
MAX_WAIT = 25.0
# What a page that has just been opened gets.
SHOWN_LINES = 200
# Of a pasted list its beginning is shown, characters.
SHOWN_OF_A_LIST = 500


class BadRequest(ValueError):
    """Not a message or a question of the page; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Sent:
    """A message of the page: `kind` is TEXT or BUTTON, `text` what was typed or the button's token."""

    key: str
    kind: str
    text: str


@dataclass(frozen=True)
class SentFile:
    """A file of the page; with an empty `name` a text that was pasted."""

    key: str
    name: str


@dataclass(frozen=True)
class Question:
    """What the page asks: the lines above `after`, for `wait` seconds at most.

    `typing` is what the page shows already; `talk` names the transcript it knows, empty when it knows none.
    """

    after: int
    wait: float
    typing: bool
    talk: str


def read_sent(body: bytes) -> Sent:
    """Read a message. Raises `BadRequest`."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("json") from None
    if not isinstance(message, dict):
        raise BadRequest("json")
    key = message.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise BadRequest("key")
    text, button = message.get("text"), message.get("button")
    if isinstance(text, str) and button is None:
        text = _whole(text)
        if not clean(text[:MAX_TEXT]) and not clean(text):
            raise BadRequest("empty")
        return Sent(key, TEXT, text)
    if isinstance(button, str) and text is None and _KEY.fullmatch(button):
        return Sent(key, BUTTON, button)
    raise BadRequest("content")


def read_sent_file(query: Mapping[str, str]) -> SentFile:
    """Read what the address says of a file. Raises `BadRequest`."""
    key, name = query.get("key", ""), query.get("name", "")
    if not _KEY.fullmatch(key):
        raise BadRequest("key")
    return SentFile(key, clean_file_name(_whole(name)) if name else "")


def read_question(query: Mapping[str, str]) -> Question:
    """Read the query of a request for lines; all of it may be missing. Raises `BadRequest`."""
    return Question(
        after=_number(query.get("after", "0"), "after"),
        wait=min(float(_number(query.get("wait", "0"), "wait")), MAX_WAIT),
        typing=query.get("typing") == "1",
        talk=query.get("talk", ""),
    )


def shown(text: str) -> str:
    """A text as the transcript shows it: without control characters, an overlong one cut."""
    text = clean(text)
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"


def shown_list(content: bytes) -> str:
    """The beginning of a pasted list, as the transcript shows it."""
    # What follows is not decoded: it may be megabytes. A character that is cut at the end is left out.
    begin = content[: SHOWN_OF_A_LIST * 4]
    text = clean(codecs.getincrementaldecoder("utf-8")("replace").decode(begin))
    is_whole = len(begin) == len(content) and len(text) <= SHOWN_OF_A_LIST
    return text if is_whole else text[:SHOWN_OF_A_LIST].rstrip() + "…"


def newest(lines: Sequence[Line]) -> tuple[list[Line], bool]:
    """At most SHOWN_LINES lines, and whether older ones had to be left out."""
    return list(lines[-SHOWN_LINES:]), len(lines) > SHOWN_LINES


def line_json(line: Line) -> dict[str, object]:
    return {
        "seq": line.seq,
        "author": line.author,
        "text": line.text,
        "buttons": [{"title": title, "token": token} for title, token in line.buttons],
        "key": line.client_key,
        "at": line.created_at,
        "file": None if line.file is None else f"/chat/files/{line.file}",
        "standing": line.standing,
        "changes": line.changes,
    }


def first_language(accept: str) -> str | None:
    """The first tag of an `Accept-Language` header: browsers write the person's favourite first."""
    tag = accept.partition(",")[0].partition(";")[0].strip()
    return tag if _LANGUAGE.fullmatch(tag) else None


def _whole(text: str) -> str:
    """Without halves of surrogate pairs, which JSON may carry and no database takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _number(text: str, name: str) -> int:
    # 18 digits: an integer to every database.
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadRequest(name)
    return int(text)
