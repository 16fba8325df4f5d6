"""The id of a person inside a message: `telegram:100200300`, as the bot names people."""

from __future__ import annotations

import re

_PERSON = re.compile(r"(?<![\w:])(web|telegram|max|vk|viber|whatsapp|slack):\+?([A-Za-z0-9_.@-]{1,128})", re.IGNORECASE)


def find_person(text: str) -> str | None:
    """The first `<messenger>:<id>`, the messenger in small letters; None when there is none."""
    found = _PERSON.search(text[:2_000])
    return f"{found[1].lower()}:{found[2].rstrip('.')}" if found else None
