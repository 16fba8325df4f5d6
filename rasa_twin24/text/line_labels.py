"""Names on lines of their own, above or below the numbers they belong to: «Иванов Иван⏎8 916 …⏎Петрова⏎8 903 …».

The whole message has to follow one order, names above or names below; where both could be meant there is no label.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence

from rasa_twin24.text.label_words import INTRODUCING
from rasa_twin24.text.names import LONGEST_NAME, name_in

LINE_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")

# Kinds of lines. A slot holds digits that are no number to us: to its person it may be one, with a name above or below.
NUMBER, SLOT, NAME, OTHER, BLANK = "number", "slot", "name", "other", "blank"
NUMBERS = (NUMBER, SLOT)

_INDEX = re.compile(r"\W*\d{1,3}[.):]\s")
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST_DIGITS = 5
_LONGEST_NAME_LINE = 2 * LONGEST_NAME  # characters, blanks and marks included


def labels_of_lines(text: str, places: Sequence[tuple[int, int]]) -> list[str | None]:
    """The name above or below each number; `places` bound numbers with their extensions, in order.

    All None unless each number stands alone on its line and all names stand on the same side of theirs.
    """
    nobody: list[str | None] = [None] * len(places)
    lines: list[tuple[str, str | None]] = []
    waiting = deque(places)
    for start, end in _lines(text):
        inside: list[tuple[int, int]] = []
        while waiting and waiting[0][0] < end:
            inside.append(waiting.popleft())
        lines.append(kind_of_line(text, start, end, inside))
        if inside and lines[-1][0] != NUMBER:
            return nobody
    kinds = [kind for kind, _ in lines]
    # A blank line parts a name from a number, unless there is one everywhere.
    if len(places) > 1 and not any(touch(kinds, index, NUMBERS) for index in all_of(kinds, NAME)):
        lines = [line for line in lines if line[0] != BLANK]
        kinds = [kind for kind, _ in lines]
    step = _step(kinds)
    return [lines[index + step][1] for index in all_of(kinds, NUMBER)] if step else nobody


def _step(kinds: list[str]) -> int:
    """Where names stand: -1 right above their numbers, 1 right below, 0 when that is not clear."""
    numbers = [index for index, kind in enumerate(kinds) if kind in NUMBERS]
    beside = [index for index in all_of(kinds, NAME) if touch(kinds, index, NUMBERS)]
    # One name under another: «Иванов⏎директор⏎8 916 …». Which of them it is, nobody says.
    if not beside or any(touch(kinds, index, (NAME,)) for index in beside):
        return 0
    if [number - 1 for number in numbers] == beside:
        return -1
    # Below a single number that other words stand above, it is whoever signs.
    signs = len(numbers) == 1 and OTHER in kinds[: numbers[0]]
    return 1 if [number + 1 for number in numbers] == beside and not signs else 0


def kind_of_line(text: str, start: int, end: int, places: list[tuple[int, int]]) -> tuple[str, str | None]:
    """The kind of a line, and the name that it is."""
    line = text[start:end]
    if not line.strip():
        return BLANK, None
    if len(places) > 1:
        return OTHER, None
    if places:
        line = text[start : places[0][0]] + " " + text[places[0][1] : end]
    elif len(line) > _LONGEST_NAME_LINE:
        return OTHER, None
    words = [word.lower() for word in _WORD.findall(line)]
    bare = all(word in INTRODUCING for word in words)
    if places:
        rest = _INDEX.sub(" ", line, count=1)
        return (NUMBER if bare and not any(map(str.isdigit, rest)) else OTHER), None
    if bare and sum(map(str.isdigit, line)) >= _FEWEST_DIGITS:
        return SLOT, None
    name = None if bare else name_in(line)
    return (NAME, name) if name else (OTHER, None)


def _lines(text: str) -> list[tuple[int, int]]:
    """Bounds of the lines, without their breaks."""
    breaks = [found.span() for found in LINE_BREAK.finditer(text)]
    return list(zip([0, *(end for _, end in breaks)], [*(start for start, _ in breaks), len(text)], strict=True))


def all_of(kinds: list[str], kind: str) -> list[int]:
    return [index for index, each in enumerate(kinds) if each == kind]


def touch(kinds: list[str], index: int, wanted: tuple[str, ...]) -> bool:
    around = kinds[max(0, index - 1) : index] + kinds[index + 1 : index + 2]
    return any(kind in wanted for kind in around)
