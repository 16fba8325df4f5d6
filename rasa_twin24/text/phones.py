"""Phone numbers in what people write: every usual writing, and nothing that merely looks like a number.

The steps: spell plainly, blank what is plainly something else, split into lines, collect groups of digits
(written or spoken), try windows of groups from the longest to the shortest, and believe only what the
numbering plan calls a valid number. Whatever looks like a number and is not used is reported with its
reason, so that nobody's number is lost in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import phonenumbers

from rasa_twin24.text.dialling import ASKED, RUSSIAN_PLAN, Reason, dial, is_russian_mobile, refusal
from rasa_twin24.text.digit_groups import DigitGroup, digit_groups
from rasa_twin24.text.distractors import blank_distractors, extension_after
from rasa_twin24.text.labels import labels
from rasa_twin24.text.normalise import normalise
from rasa_twin24.text.spreadsheet import Float, cut_floats
from rasa_twin24.text.writing import Written, numbers_at

_FEWEST_REPORTED = 5  # shorter groups are counts, house numbers, extensions
_RUSSIAN_DIGITS = 11  # with the country code
_MOST_SHOWN = 40  # characters of what somebody wrote

# The commonest line of a list, read without any search.
_ONE_MOBILE = re.compile(r"\s*(?P<number>(?:\+ ?7|[78])?[ -]?\(?9\d\d\)?[ -]?\d{3}[ -]?\d\d[ -]?\d\d)\s*", re.ASCII)
_LINE = re.compile(r"[^\n;|]+")


@dataclass(frozen=True, slots=True, repr=False)
class PhoneMatch:
    """A number found in a text: bounds and wording in the original, and the number in E.164.

    `label` is a name written beside the number, `extension` the digits to dial after the answer; neither is within
    the bounds.
    """

    start: int
    end: int
    raw: str
    e164: str
    label: str | None = None
    extension: str | None = None

    @property
    def extended(self) -> str:
        """As written, with the extension in brackets if there is one."""
        return f"{self.raw} ({self.extension})" if self.extension else self.raw

    def __repr__(self) -> str:
        """Show the place and the last two digits: a whole number must not reach a log."""
        return f"PhoneMatch({self.start}, {self.end}, {last_two(self.e164)})"


@dataclass(frozen=True, repr=False)
class Piece:
    """Something that looks like a number and was not used, with the reason."""

    raw: str
    reason: Reason

    def __repr__(self) -> str:
        """Show the reason and the length only."""
        return f"Piece({self.reason}, {len(self.raw)} characters)"


@dataclass(frozen=True)
class Reading:
    """What a text holds: numbers to use, numbers to ask about, and look-alikes that cannot be used."""

    found: list[PhoneMatch] = field(default_factory=list)
    doubtful: list[Piece] = field(default_factory=list)
    rejected: list[Piece] = field(default_factory=list)


def find_phones(text: str, region: str = "RU") -> list[PhoneMatch]:
    """All valid phone numbers in order of appearance, repeated ones each time, offsets in the original text.

    `region` (ISO 3166, two letters) says how a number without a country code is read. Time is linear in
    the length.
    """
    return read_numbers(text, region).found


def read_numbers(text: str, region: str = "RU") -> Reading:
    """Read every number-like piece of a text: found, doubtful (possible, but unknown to the numbering plan), rejected.

    Dates, times, amounts, identifiers, e-mails and addresses are none of them. Time is linear in the length.
    """
    if region in RUSSIAN_PLAN and (only := _ONE_MOBILE.fullmatch(text)):
        national = re.sub(r"\D", "", only.group("number"), flags=re.ASCII)[-10:]
        if is_russian_mobile(national) and len(set(national)) > 1:
            return Reading([PhoneMatch(*only.span("number"), only.group("number"), "+7" + national)])
    return _read(text, region).reading


def read_places(text: str, region: str = "RU") -> list[tuple[int, int]]:
    """Bounds of the numbers of a text, each with its extension, in order."""
    return _read(text, region).places


def mask(e164: str) -> str:
    """A number as shown to a person without giving it away: "+7 916 ***-**-67", elsewhere "+49 ***67"."""
    if e164.startswith("+7") and len(e164) == _RUSSIAN_DIGITS + 1:
        return f"+7 {e164[2:5]} ***-**-{e164[-2:]}"
    try:
        country = f"+{phonenumbers.parse(e164, None).country_code} "
    except phonenumbers.NumberParseException:
        country = ""
    return f"{country}***{e164[-2:]}"


def hide_numbers(text: str, region: str = "RU") -> str:
    """A text with the numbers in it masked: a task may be called after somebody's number."""
    for found in reversed(find_phones(text, region)):
        text = text[: found.start] + mask(found.e164) + text[found.end :]
    return text


def mask_written(text: str, region: str = "RU") -> str:
    """What somebody wrote, fit to be shown: one line of 40 characters, numbers masked, and whatever may be one."""
    text = " ".join(text.split())
    shown, at = "", 0
    for found in find_phones(text, region):
        shown += _mask_digits(text[at : found.start]) + mask(found.e164)
        at = found.end
    return (shown + _mask_digits(text[at:]))[:_MOST_SHOWN]


def _mask_digits(text: str) -> str:
    """What is no number to us may still be one: of many digits the first three and the last two are left."""
    digits = [index for index, character in enumerate(text) if character.isdigit()]
    hidden = set(digits[3:-2]) if len(digits) > _FEWEST_REPORTED + 1 else ()
    return "".join("*" if index in hidden else character for index, character in enumerate(text))


def last_two(e164: str) -> str:
    """The only part of a number that may stand in a log: "…67"."""
    return f"…{e164[-2:]}"


def _read(text: str, region: str) -> _Reader:
    reader = _Reader(text, region)
    reader.read()
    return reader


class _Reader:
    """One text on its way through the steps."""

    def __init__(self, text: str, region: str) -> None:
        self.reading = Reading()
        self._text = text
        self._region = region
        self._plain = normalise(text)
        self.places: list[tuple[int, int]] = []  # of the numbers found, with their extensions

    def read(self) -> None:
        """Fill `reading`."""
        searched = blank_distractors(self._plain.text, russian=self._region in RUSSIAN_PLAN)
        searched, floats = cut_floats(searched)
        russian = self._region in RUSSIAN_PLAN
        for line in _LINE.finditer(searched):
            for run in _runs(digit_groups(line.group(), line.start(), bracketed_codes=not russian)):
                self._read_run(run)
        for number in floats:
            self._read_float(number)
        self.places.sort()
        found = self.reading.found
        found.sort(key=lambda phone: phone.start)
        for index, name in enumerate(labels(self._text, self.places)):
            if name:
                found[index] = replace(found[index], label=name)

    def _read_run(self, run: list[DigitGroup]) -> None:
        """Take the numbers out of a run and report what is left of it."""
        left: list[DigitGroup] = []
        at = 0
        while at < len(run):
            taken, numbers = numbers_at(run, at, self._region, fresh=not left)
            if not taken:
                # What follows a "+" in vain is part of the same mistake, not a number of its own.
                after = _next_plus(run, at) if run[at].plus else at + 1
                left += run[at:after]
                at = after
                continue
            self._report(left)
            left = []
            for number in numbers:
                self._take(number)
            at += taken
        self._report(left)

    def _read_float(self, number: Float) -> None:
        """Take the number out of a spreadsheet's cell; rounded digits are asked about, never made up."""
        if number.exact and (e164 := dial(number.digits, False, self._region)):
            self._take(Written(number.start, number.end, e164))
        elif len(number.digits) >= _FEWEST_REPORTED:
            start, end = self._plain.span(number.start, number.end)
            self.reading.doubtful.append(Piece(self._text[start:end], "rounded"))

    def _take(self, number: Written) -> None:
        start, end = self._plain.span(number.start, number.end)
        said = extension_after(self._plain.text, number.end)
        extension, reach = (said[0], self._plain.span(number.start, said[1])[1]) if said else (None, end)
        self.reading.found.append(PhoneMatch(start, end, self._text[start:end], number.e164, extension=extension))
        self.places.append((start, reach))

    def _report(self, left: list[DigitGroup]) -> None:
        """Report groups that made no number; a dictated count or a short group is nobody's number."""
        digits = "".join(group.digits for group in left)
        if not digits or all(group.spoken for group in left) or any(group.glued for group in left):
            return
        if len(digits) < _FEWEST_REPORTED:
            return
        reason = refusal(digits, left[0].plus, self._region)
        start, end = self._plain.span(left[0].start, left[-1].end)
        piece = Piece(self._text[start:end], reason)
        (self.reading.doubtful if reason in ASKED else self.reading.rejected).append(piece)


def _next_plus(run: list[DigitGroup], at: int) -> int:
    return next((index for index in range(at + 1, len(run)) if run[index].plus), len(run))


def _runs(groups: list[DigitGroup]) -> Iterator[list[DigitGroup]]:
    """Split groups where something that cannot stand inside a number stands between them."""
    run: list[DigitGroup] = []
    for group in groups:
        if run and not group.joined:
            yield run
            run = []
        run.append(group)
    if run:
        yield run
