"""Names on lines of their own in a long list: «Иванов Иван⏎8 916 …⏎Петрова⏎8 903 …», a hundred times.

As in a message (`line_labels.py`), all names have to stand on one side of their numbers. But among hundreds of lines
some are always odd, a number without a name, words that are no name, a name beside: they cost nobody else a label.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rasa_twin24.text.line_labels import BLANK, NAME, NUMBER, NUMBERS, SLOT, all_of, kind_of_line, touch
from rasa_twin24.text.phones import read_places
from rasa_twin24.text.plain_line import read_plain_line

_DIGIT = re.compile(r"\d")
_FEWEST_DIGITS = 7  # of a line that may hold a number
_SAMPLE = 1_000  # lines that have to keep to the order before all are looked at
# Of the lines with digits, so many others have to be there, or names do not stand on lines of their own.
_LEAST_WORDY = 0.3
_LONGEST_LINE = 1_000  # characters


@dataclass
class LineLabels:
    """By the number of the line, the first is 1: the label of the number that stands there alone; whose line it was."""

    labels: dict[int, str] = field(default_factory=dict)
    names: set[int] = field(default_factory=set)


def labels_in_list(lines: Callable[[], Iterable[str]], region: str) -> LineLabels:
    """The names above or below the numbers of a list, none where it is not clear. `lines` is asked several times."""
    if not _may_hold_names(lines()) or not _labels(itertools.islice(lines(), _SAMPLE), region).labels:
        return LineLabels()
    return _labels(lines(), region)


def _labels(lines: Iterable[str], region: str) -> LineLabels:
    read = [(number, *_kind(line, region)) for number, line in enumerate(lines, start=1)]
    kinds = [kind for _, kind, _ in read]
    # A blank line parts a name from a number, unless there is one everywhere.
    if not any(touch(kinds, index, NUMBERS) for index in all_of(kinds, NAME)):
        read = [line for line in read if line[1] != BLANK]
        kinds = [kind for _, kind, _ in read]
    step = _step(kinds)
    found = LineLabels()
    for index in all_of(kinds, NUMBER) if step else ():
        at = index + step
        # Of two names one under another nobody says which one it is.
        if 0 <= at < len(read) and (name := read[at][2]) and not touch(kinds, at, (NAME,)):
            found.labels[read[index][0]] = name
            found.names.add(read[at][0])
    return found if len(found.labels) * 2 >= kinds.count(NUMBER) else LineLabels()


def _may_hold_names(lines: Iterable[str]) -> bool:
    """A quick look: most lists have their names beside the numbers, or none."""
    wordy = numbered = 0
    for line in lines:
        if _DIGIT.search(line):
            numbered += 1
        elif not line.isspace():
            wordy += 1
    return numbered > 0 and wordy >= numbered * _LEAST_WORDY


def _kind(line: str, region: str) -> tuple[str, str | None]:
    if len(line) > _LONGEST_LINE:
        return SLOT, None
    if plain := read_plain_line(line, region):
        return (SLOT if plain[3] else NUMBER), None
    if sum(map(str.isdigit, line)) < _FEWEST_DIGITS:  # spoken numbers are no lines of a long list
        return kind_of_line(line, 0, len(line), [])
    places = read_places(line, region)
    kind, name = kind_of_line(line, 0, len(line), places)
    return (SLOT if places and kind != NUMBER else kind), name


def _step(kinds: list[str]) -> int:
    """Where names stand: -1 right above their numbers, 1 right below, 0 when that is not clear."""
    beside = [index for index in all_of(kinds, NAME) if touch(kinds, index, NUMBERS)]
    above = all(kinds[index + 1 : index + 2] and kinds[index + 1] in NUMBERS for index in beside)
    below = all(index > 0 and kinds[index - 1] in NUMBERS for index in beside)
    return 0 if not beside or above == below else -1 if above else 1
