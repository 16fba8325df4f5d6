"""Long lists of numbers, one row after another: as `phones.read_numbers` reads each line by itself, much faster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rasa_twin24.text.phones import PhoneMatch, Piece, read_numbers
from rasa_twin24.text.plain_line import holds_no_number, read_plain_line


@dataclass(frozen=True, slots=True)
class LineNumbers:
    """What one line holds; `number` is its place in the list, the first line is 1. Reprs hold no whole number.

    `is_plain`: a number and perhaps a name, no other words.
    """

    number: int
    found: list[PhoneMatch] = field(default_factory=list)
    doubtful: list[Piece] = field(default_factory=list)
    rejected: list[Piece] = field(default_factory=list)
    is_plain: bool = field(default=False, compare=False)


def read_lines(lines: Iterable[str], region: str = "RU") -> Iterator[LineNumbers]:
    """Read lines one by one, in order; blank lines are counted and left out.

    `region` (ISO 3166, two letters) says how a number without a country code is read. Memory does not grow with the
    list.
    """
    for number, line in enumerate(lines, start=1):
        if (plain := read_plain_line(line, region)) is not None:
            start, end, e164, label = plain
            yield LineNumbers(number, [PhoneMatch(start, end, line[start:end], e164, label)], is_plain=True)
        elif not line or line.isspace():
            continue
        elif holds_no_number(line):
            yield LineNumbers(number)
        else:
            reading = read_numbers(line, region)
            yield LineNumbers(number, reading.found, reading.doubtful, reading.rejected)
