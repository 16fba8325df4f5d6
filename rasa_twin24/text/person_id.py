"""The id of a person inside a message: `telegram:100200300`, as the bot names people; and what is kept about them."""

from __future__ import annotations

import re

MOST_CHARACTERS = 2_000  # looked at

_PERSON = re.compile(
    r"(?<![\w:.-])(web|telegram|max|vk|viber|whatsapp|slack):([^\s,;:«»\"'()<>{}]{1,200})", re.IGNORECASE
)
_TRAILING = ".!?…"


def find_person(text: str) -> tuple[int, int, str] | None:
    """Bounds and value of the first `<messenger>:<id>`, the messenger in small letters; None when there is none.

    Viber's ids hold "+" and "=", so only what is written like a phone number loses its plus.
    """
    found = _PERSON.search(text[:MOST_CHARACTERS])
    person = found[2].rstrip(_TRAILING) if found else ""
    if not found or not person:
        return None
    bare = person.removeprefix("+")
    return found.start(), found.start(2) + len(person), f"{found[1].lower()}:{bare if bare.isdecimal() else person}"


# «удали telegram:5» takes the access away, «удали данные telegram:5» what is kept, and so does «забудь telegram:5».
_FORGETS = re.compile(r"(?<!\w)(?:забуд|забыть|сотр[иеу]|стереть|forget|erase|wipe)")
_REMOVES = re.compile(r"(?<!\w)(?:удал|убер|убра|очист|уничтож|вычерк|вычищ|delet|remov|clear|destroy|purge)")
_WHAT_IS_KEPT = re.compile(
    r"(?<!\w)(?:данн|информац|инф[аоуы](?!\w)|сведени|переписк|истори|сообщени|след[ыа](?!\w)|все (?:о|об|про)(?!\w)"
    r"|data(?!\w)|info|history|messages|records?(?!\w)|(?:everything|all) (?:about|on)(?!\w))"
)
_ACCESS = re.compile(r"(?<!\w)(?:доступ|прав[ао]?(?!\w)|access|rights?(?!\w))")


def forgets_person(text: str) -> bool:
    """Tell whether a message with somebody's id wants what is kept about them deleted, their access left alone."""
    plain = text[:MOST_CHARACTERS].lower().replace("ё", "е")
    if find_person(text) is None or _ACCESS.search(plain):
        return False
    return bool(_FORGETS.search(plain) or (_REMOVES.search(plain) and _WHAT_IS_KEPT.search(plain)))
