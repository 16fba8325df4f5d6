"""Contact cards (vCard 2.1, RFC 2426, RFC 6350): names and numbers, card by card.

vobject joins folded lines, splits them and decodes them. It is given only the lines with names and numbers: joining
takes it quadratic time, and a photo is a line as any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from vobject.base import ParseError, getLogicalLines, textLineToContentLine

_KEPT = re.compile(r"(?:[\w-]+\.)?(?:BEGIN|END|TEL|FN|N|ORG)[;:]", re.IGNORECASE | re.ASCII)
_BEGIN = re.compile(r"BEGIN\s*:\s*VCARD", re.IGNORECASE)
_MOST_FOLDS = 40  # physical lines of one name or number
_LONGEST_LINE = 1_000  # characters
_MOST_COMMAS = 8  # in the parameters of a line: vobject's pattern takes exponential time in them
_ESCAPED = re.compile(r"\\([\\,;:nN])")
_URI = re.compile(r"tel:([^;]*)", re.IGNORECASE)


@dataclass
class Card:
    """`numbers` are as written; `name` is the formatted name, else the name, else the organisation."""

    place: int
    numbers: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return next((self.names[kind] for kind in ("FN", "N", "ORG") if self.names.get(kind)), "")


def read_cards(lines: Iterable[str]) -> Iterator[Card]:
    """All cards in order. A card that is cut off, or a line that cannot be read, harms no other."""
    card: Card | None = None
    for line, _ in getLogicalLines(_Lines(lines), allowQP=True):
        if _BEGIN.match(line):
            if card:
                yield card
            card = Card(card.place + 1 if card else 1)
        elif card:
            _take(card, line)
    if card:
        yield card


def _take(card: Card, line: str) -> None:
    head, _, rest = line.partition(":")
    if head.count(",") > _MOST_COMMAS:
        line = f"{head.partition(';')[0]}:{rest}"
    try:
        content = textLineToContentLine(line)
        kind, value = content.name, content.value
    except (ParseError, ValueError, LookupError):  # no colon, broken quoted-printable, an unknown character set
        kind, value = head.partition(";")[0].rpartition(".")[2].upper(), rest
    if kind == "TEL":
        uri = _URI.match(value)
        card.numbers.append(uri.group(1) if uri else _unescaped(value))
    elif kind == "N":
        family, *given = [part.strip() for part in re.split(r"(?<!\\);", value)][:3]
        card.names.setdefault("N", " ".join(_unescaped(part) for part in (*given, family) if part))
    elif kind in ("FN", "ORG"):
        card.names.setdefault(kind, _unescaped(value.strip(" ;")))


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: " " if found.group(1) in "nN" else found.group(1), value)


class _Lines:
    """The file that vobject reads: the lines it needs, each with the lines that continue it."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._kept = self._keep(lines)

    def readline(self) -> str:
        return next(self._kept, "")

    def _keep(self, lines: Iterable[str]) -> Iterator[str]:
        keeping, before, folds = False, "", 0
        for line in lines:
            continues = line.startswith((" ", "\t")) or (keeping and before.endswith("="))
            if not continues:
                keeping, folds = _KEPT.match(line) is not None, 0
            folds += 1
            if keeping and folds <= _MOST_FOLDS and line.strip():
                before = line.rstrip("\r\n")[:_LONGEST_LINE]
                yield before + "\n"
