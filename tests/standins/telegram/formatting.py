"""Message text as Telegram reads it: the HTML mode, its entities, and lengths in UTF-16 units.

Rules and sentences: https://core.telegram.org/bots/api#html-style and the parser of the real server
(https://github.com/tdlib/td, MessageEntity.cpp). Offsets in errors are bytes of UTF-8, offsets of entities
are UTF-16 units.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

from .refusals import bad_request, stricter

MAX_TEXT_UNITS = 4096  # https://core.telegram.org/bots/api#sendmessage
MAX_CAPTION_UNITS = 1024  # https://core.telegram.org/bots/api#senddocument

ENTITY_OF_TAG = {
    "a": "text_link",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
}

_TAG_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(r"""\s+(?P<name>[^\s=>]+)(?:\s*=\s*(?:"(?P<d>[^"]*)"|'(?P<s>[^']*)'|(?P<u>[\w.-]+)))?""")
_CHARACTER_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});")


@dataclass(frozen=True)
class Formatted:
    """Text without markup, and the entities found in it."""

    text: str
    entities: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class _OpenTag:
    name: str
    offset: int
    attributes: dict[str, str | None]


def utf16_length(text: str) -> int:
    """Length as Telegram counts it: a character outside the basic plane is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read_text(text: str, parse_mode: str | None) -> Formatted:
    """The message text as it will be shown, 1-4096 units; raises `Refusal`."""
    if not text:
        raise bad_request("message text is empty")
    formatted = _parse(text, parse_mode)
    if not formatted.text:
        raise bad_request("text must be non-empty")
    if utf16_length(formatted.text) > MAX_TEXT_UNITS:
        raise bad_request("message is too long")
    return formatted


def read_caption(text: str, parse_mode: str | None) -> Formatted:
    """The caption of a file as it will be shown, 0-1024 units; raises `Refusal`."""
    formatted = _parse(text, parse_mode)
    if utf16_length(formatted.text) > MAX_CAPTION_UNITS:
        raise bad_request("message caption is too long")
    return formatted


def parse_html(source: str) -> Formatted:
    """Text and entities of the HTML mode; raises `Refusal` where the real parser stops."""
    shown: list[str] = []
    units = 0
    open_tags: list[_OpenTag] = []
    entities: list[dict[str, Any]] = []
    position = 0
    while position < len(source):
        if source[position] != "<":
            end = source.find("<", position)
            end = len(source) if end < 0 else end
            piece = _decode(source[position:end])
            shown.append(piece)
            units += utf16_length(piece)
            position = end
        elif source.startswith("</", position):
            position = _read_end_tag(source, position, open_tags)
            entities += _entity(open_tags.pop(), units)
        else:
            tag, position = _read_start_tag(source, position, units)
            open_tags.append(tag)
    if open_tags:
        raise _broken(f'Can\'t find end tag corresponding to start tag "{open_tags[-1].name}"')
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return Formatted("".join(shown), entities)


def _parse(text: str, parse_mode: str | None) -> Formatted:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise bad_request("strings must be encoded in UTF-8") from error
    if parse_mode in (None, ""):
        formatted = Formatted(text)
    elif parse_mode in ("HTML", "html"):
        formatted = parse_html(text)
    elif parse_mode in ("Markdown", "MarkdownV2"):
        raise stricter(f"parse_mode {parse_mode} is not played here, only HTML")
    else:
        raise bad_request("unsupported parse_mode")
    return _trim(formatted)


def _trim(formatted: Formatted) -> Formatted:
    """The server drops white space at both ends, and the entities move with the text."""
    text = formatted.text.strip()
    lead = utf16_length(formatted.text) - utf16_length(formatted.text.lstrip())
    length = utf16_length(text)
    entities = []
    for entity in formatted.entities:
        start = max(entity["offset"] - lead, 0)
        end = min(entity["offset"] + entity["length"] - lead, length)
        if end > start:
            entities.append({**entity, "offset": start, "length": end - start})
    return Formatted(text, entities)


def _read_start_tag(source: str, begin: int, units: int) -> tuple[_OpenTag, int]:
    at = _byte_offset(source, begin)
    name_match = _TAG_NAME.match(source, begin + 1)
    assert name_match is not None
    name = name_match.group().lower()
    position = name_match.end()
    if position == len(source):
        raise _broken(f"Unclosed start tag at byte offset {at}")
    if name not in ENTITY_OF_TAG:
        raise _broken(f'Unsupported start tag "{name}" at byte offset {at}')
    attributes: dict[str, str | None] = {}
    while attribute := _ATTRIBUTE.match(source, position):
        value = next((attribute[group] for group in "dsu" if attribute[group] is not None), None)
        if value is None and source[attribute.end() :].lstrip().startswith("="):
            raise _broken(f"Unclosed start tag at byte offset {at}")
        if value is None and attribute["name"] != "expandable":
            raise _broken(f'Expected equal sign in declaration of an attribute of the tag "{name}" at byte offset {at}')
        attributes[attribute["name"].lower()] = None if value is None else _decode(value)
        position = attribute.end()
    rest = re.compile(r"\s*>").match(source, position)
    if rest is None:
        raise _broken(f'Unclosed start tag "{name}" at byte offset {at}')
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _broken(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    return _OpenTag(name, units, attributes), rest.end()


def _read_end_tag(source: str, begin: int, open_tags: list[_OpenTag]) -> int:
    at = _byte_offset(source, begin)
    if not open_tags:
        raise _broken(f"Unexpected end tag at byte offset {at}")
    match = re.compile(r"</(?P<name>[^\s>]*)\s*(?P<close>>?)").match(source, begin)
    assert match is not None
    if not match["close"]:
        raise _broken(f"Unclosed end tag at byte offset {at}")
    name, expected = match["name"].lower(), open_tags[-1].name
    if name and name != expected:
        raise _broken(f'Unmatched end tag at byte offset {at}, expected "</{expected}>", found "</{name}>"')
    return match.end()


def _entity(tag: _OpenTag, units: int) -> list[dict[str, Any]]:
    if units == tag.offset:
        return []
    entity: dict[str, Any] = {
        "type": ENTITY_OF_TAG[tag.name],
        "offset": tag.offset,
        "length": units - tag.offset,
    }
    if tag.name == "a":
        if not tag.attributes.get("href"):
            return []
        entity["url"] = tag.attributes["href"]
    if tag.name == "blockquote" and "expandable" in tag.attributes:
        entity["type"] = "expandable_blockquote"
    return [entity]


def _decode(text: str) -> str:
    """Only the four named references and numbers are known; anything else stays as typed."""
    return _CHARACTER_REFERENCE.sub(lambda match: html.unescape(match.group()), text)


def _byte_offset(source: str, position: int) -> int:
    return len(source[:position].encode())


def _broken(sentence: str) -> Exception:
    return bad_request(f"can't parse entities: {sentence}")
