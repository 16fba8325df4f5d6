"""Names written beside phone numbers: «склад 8 916 …, офис 8 903 …», «8 916 … — Анна (бухгалтерия)», "Name;number".

A label is for one number. Where it is not clear whose it is, there is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rasa_twin24.text.line_labels import LINE_BREAK, labels_of_lines
from rasa_twin24.text.names import INTRODUCTION_AT_END, name_in

# Between two entries of a list; a dash, a colon and brackets stand between a number and its own name.
_ENTRY_END = r"[,;|/\t•]|(?<=\w{4})[.!?](?=\s|$)"
_ENTRIES = re.compile(_ENTRY_END)
_ENTRIES_OR_WORD = re.compile(rf"{_ENTRY_END}|(?<=\W)(?:и|или|and|or)(?=\W)")
_LINK = " :=-–—>*"
_OPENING, _CLOSING = "([", ")]"
_BRACKETED = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_FARTHEST = 100  # characters looked at on each side of a number


@dataclass(frozen=True)
class _Sides:
    """What stands between two numbers: the piece of the one before, of the one after, or of an unknown one of them."""

    before: str = ""
    after: str = ""
    either: str = ""


def labels(text: str, places: list[tuple[int, int]]) -> list[str | None]:
    """The label of each number; `places` bound numbers with their extensions in the text, in order.

    Lines above and below are looked at only where no number has a name on its own line.
    """
    names = _beside(text, places)
    if places and not any(names) and LINE_BREAK.search(text):
        return labels_of_lines(text, places)
    return names


def _beside(text: str, places: list[tuple[int, int]]) -> list[str | None]:
    names: list[str | None] = []
    line: list[tuple[int, int]] = []
    for place in places:
        if line and LINE_BREAK.search(text, line[-1][1], place[0]):
            names += _of_line(text, line)
            line = []
        line.append(place)
    return names + (_of_line(text, line) if line else [])


def _of_line(text: str, places: list[tuple[int, int]]) -> list[str | None]:
    head = LINE_BREAK.split(text[max(0, places[0][0] - _FARTHEST) : places[0][0]])[-1]
    tail = LINE_BREAK.split(text[places[-1][1] : places[-1][1] + _FARTHEST], maxsplit=1)[0]
    first, last = name_in(_last_entry(head)), name_in(_first_entry(tail))
    if len(places) == 1:
        return [first or last]
    before: list[str | None] = [first, *[None] * (len(places) - 1)]
    after: list[str | None] = [*[None] * (len(places) - 1), last]
    for index in range(len(places) - 1):
        between = _sides(text[places[index][1] : places[index + 1][0]])
        if between.either and (first is None) != (last is None):
            (before if first else after)[index + 1 if first else index] = name_in(between.either)
        after[index] = name_in(between.before) or after[index]
        before[index + 1] = name_in(between.after) or before[index + 1]
    names = [one if other is None else other if one is None else None for one, other in zip(before, after, strict=True)]
    bracketed = _BRACKETED.match(text, places[0][1], places[1][0]) is not None
    return names if bracketed or sum(name is not None for name in names) > 1 else [None] * len(places)


def _sides(gap: str) -> _Sides:
    """Tell whose the words between two numbers are, by the mark that separates entries of a list."""
    if len(gap) > 2 * _FARTHEST:
        return _Sides(before=_first_entry(gap[:_FARTHEST]), after=_last_entry(gap[-_FARTHEST:]))
    if own := _BRACKETED.match(gap):
        return _Sides(before=own.group(), after=_last_entry(gap[own.end() :]))
    entries = _ENTRIES_OR_WORD.split(gap)
    if len(entries) == 1:
        return _Sides(either=gap)
    head, tail = entries[0].strip(_LINK), entries[-1].strip(_LINK)
    if not head and not tail:
        return _Sides(either="".join(entries[1:-1]) if len(entries) == 3 else "")
    return _Sides(before=entries[0], after=entries[-1])


def _last_entry(head: str) -> str:
    """What is written right before a number."""
    head = head.rstrip(_LINK + ",;|\t" + _OPENING)
    if head.endswith('"') and head.count('"') % 2:  # it opens the number's own quotes
        head = head[:-1].rstrip(_LINK + ",;|\t")
    if introduced := INTRODUCTION_AT_END.search(head):
        head = head[: introduced.start()].rstrip(_LINK + ",;|\t" + _OPENING)
    return _ENTRIES.split(head)[-1].rpartition("]")[2].rpartition(": ")[2]


def _first_entry(tail: str) -> str:
    """What is written right after a number."""
    if own := _BRACKETED.match(tail):
        return own.group()
    tail = tail.lstrip(_LINK + _CLOSING)
    if tail.startswith('"') and tail.count('"') % 2:
        tail = tail[1:]
    return _ENTRIES.split(tail.lstrip(_LINK + ",;|\t" + _CLOSING))[0]
