"""The id of a person inside a message: `telegram:100200300`, as the bot names people; and what is kept about them."""

from __future__ import annotations

import re

_PERSON = re.compile(r"(?<![\w:])(web|telegram|max|vk|viber|whatsapp|slack):\+?([A-Za-z0-9_.@-]{1,128})", re.IGNORECASE)


def find_person(text: str) -> str | None:
    """The first `<messenger>:<id>`, the messenger in small letters; None when there is none."""
    found = _PERSON.search(text[:2_000])
    return f"{found[1].lower()}:{found[2].rstrip('.')}" if found else None


# «удали telegram:5» takes the access away, «удали данные telegram:5» what is kept.
_WHAT_IS_KEPT = re.compile(
    r"(?<!\w)(?:данн|информац|инф[ау](?!\w)|переписк|истори|сообщени|забуд|забыть|сотр|стереть|все (?:о|про)(?!\w)"
    r"|data(?!\w)|history|messages|forget|erase|everything about)"
)


def concerns_what_is_kept(text: str) -> bool:
    """Tell whether a message that names a person is about what is kept of them, not about their access."""
    return _WHAT_IS_KEPT.search(text[:2_000].lower().replace("ё", "е")) is not None
