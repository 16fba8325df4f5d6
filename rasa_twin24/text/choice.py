"""A message that is nothing but the number of an option: "2", "2.", «второе», "the second". Pure."""

from __future__ import annotations

import re

# Options of one message are few; longer numbers are something else.
_DIGITS = re.compile(r"(?:№|#)? ?([1-9][0-9]?) ?[.)!]?")
_RUSSIAN = ("перв", "втор", "трет", "четв[её]рт", "пят", "шест", "седьм", "восьм", "девят", "десят")
_ENDINGS = r"(?:ый|ой|ий|ая|ое|ую|ого|ья|ье|ью|ьего|ьей)"
_ENGLISH = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINALS = [
    re.compile(rf"(?:{russian}{_ENDINGS}(?: вариант| пункт)?|(?:the )?{english}(?: one| option)?)[.!]?")
    for russian, english in zip(_RUSSIAN, _ENGLISH, strict=True)
]


def read_choice(text: str) -> int | None:
    """The number, from 1, that the whole message is; None for everything else."""
    plain = " ".join(text.lower().split())
    if digits := _DIGITS.fullmatch(plain):
        return int(digits[1])
    return next((number for number, ordinal in enumerate(_ORDINALS, 1) if ordinal.fullmatch(plain)), None)
