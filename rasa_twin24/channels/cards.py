"""Contact cards: what stands on one becomes a line of text, `Name: +7…, +7…`. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import vobject

from rasa_twin24.channels.incoming import clean_name

# Of a card in Telegram. https://core.telegram.org/bots/api#contact
MAX_VCARD = 2048
# Nobody has more; a bound against made-up cards.
MOST_NUMBERS = 10
# The number at the front of a card; what follows a pause or a word is an extension and not dialled.
_CARD_NUMBER = re.compile(r"\+?[0-9(][0-9()\-. ]*")
# Blanks and dashes of every kind, as plain ones; marks of writing direction, which phone books add, are dropped.
_CARD_SIGNS = {"Zs": " ", "Pd": "-", "Cf": ""}
# E.164 has at most 15 digits; a prefix for calls abroad adds up to four.
_MAX_CARD_DIGITS = 19
# What would end the name, or begin the number, before its place.
_NOT_IN_A_NAME = re.compile(r"[:;,|+]+")
# «Склад 2» is a name; more digits than these may be a number, which is not on the card as one.
_MOST_NAME_DIGITS = 2
_DIGIT = re.compile(r"\d")


def card_line(phone: str, *names: object, vcard: object = None, more: Iterable[str] = ()) -> str:
    """The line of a card: `phone` first, then `more` and the numbers of its vCard; without a name the numbers alone."""
    return line_of((phone, *more, *vcard_numbers(vcard)), *names)


def line_of(phones: Iterable[str], *names: object) -> str:
    """The same of a card whose numbers have been read."""
    numbers: dict[str, str] = {}
    for written in phones:
        number = international(written)
        if number != "?":
            numbers.setdefault("".join(filter(str.isdigit, number)), number)
    listed = ", ".join(list(numbers.values())[:MOST_NUMBERS]) or "?"
    name = name_on_line(*names)
    return f"{name}: {listed}" if name else listed


def name_on_line(*names: object) -> str:
    """A name that reads as nothing but a name."""
    name = " ".join(_NOT_IN_A_NAME.sub(" ", clean_name(*names)).split()).lstrip("/")
    if len(_DIGIT.findall(name)) > _MOST_NAME_DIGITS:
        name = " ".join(_DIGIT.sub("", name).split())
    return name.strip(" -–—()") if any(map(str.isalnum, name)) else ""


def vcard_numbers(vcard: object) -> Iterable[str]:
    """The numbers of a vCard in their order; none when it cannot be read."""
    return read_vcard(vcard)[1]


def read_vcard(vcard: object, most: int = MAX_VCARD) -> tuple[str, list[str]]:
    """The name and the numbers of a vCard of at most `most` characters; nothing when it cannot be read."""
    if not isinstance(vcard, str) or len(vcard) > most:
        return "", []
    try:
        card = vobject.readOne(vcard)
        names = [str(line.value) for line in card.contents.get("fn", [])]
        found = [str(line.value) for line in card.contents.get("tel", [])]
    except Exception:  # whatever somebody has written there; the card's own number is still known
        return "", []
    # vCard 4.0 writes addresses. https://www.rfc-editor.org/rfc/rfc3966
    numbers = [re.sub(r"(?i)^tel:", "", number).partition(";")[0] for number in found]
    return (names[0] if names else ""), numbers


def international(phone: str) -> str:
    """A contact card's number as text. Cards leave the "+" of an international number out; a Russian 8 is none."""
    plain = "".join(_CARD_SIGNS.get(unicodedata.category(sign), sign) for sign in phone.replace("/", " "))
    found = _CARD_NUMBER.search(plain)
    written = found[0].strip() if found else ""
    digits = "".join(filter(str.isdigit, written))
    if not digits or len(digits) > _MAX_CARD_DIGITS:
        return "?"
    local = len(digits) < 11 or (len(digits) == 11 and digits.startswith("8"))
    return written if written.startswith("+") or local else "+" + digits
