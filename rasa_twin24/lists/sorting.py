"""Rows become candidates or refusals, and nobody stands in a list twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from rasa_twin24.lists.outcome import MOST_SHOWN, Entry, Rejected, RowReason, UnreadableList
from rasa_twin24.text.phones import Piece

CHUNK = 1_000  # rows
_CHUNK_CHARACTERS = 1 << 18  # of variables: what is handed over at once stays small, whatever the rows hold
# Beside a good number, a shorter piece is the number of a house or an order.
_FEWEST_DIGITS_BESIDE = 7
_MOST_PHONES = 20  # of one person

_Kept = TypeVar("_Kept", Entry, Rejected)


@dataclass
class Sorting:
    """Takes people one after another; `chunks` hands out what came of them."""

    most_rows: int
    rows: int = 0
    good: int = 0
    used: dict[str, None] = field(default_factory=dict)  # names of variables, in order of appearance
    _seen: dict[int, int] = field(default_factory=dict, repr=False)  # digits of a number: the row it stood in first
    _entries: list[Entry] = field(default_factory=list, repr=False)
    _doubted: set[int] = field(default_factory=set, repr=False)
    _doubtful: list[Entry] = field(default_factory=list, repr=False)
    _rejected: list[Rejected] = field(default_factory=list, repr=False)
    doubts: int = 0  # people whose numbers no plan has
    _characters: int = 0

    def count(self) -> None:
        """One more row with something in it. Raises UnreadableList("too_many_rows")."""
        self.rows += 1
        if self.rows > self.most_rows:
            raise UnreadableList("too_many_rows", rows=self.most_rows)

    def person(self, row: int, phones: tuple[str, ...], variables: dict[str, str]) -> int | None:
        """A candidate; or nobody, if one of the numbers was in the list before: then the row of that is returned."""
        seen = self._seen
        if len(phones) == 1:  # nearly everybody
            number = int(phones[0][1:])
            if number in seen:
                return seen[number]
            seen[number] = row
        else:
            phones = phones[:_MOST_PHONES]
            numbers = [int(phone[1:]) for phone in phones]
            for number in numbers:
                if number in seen:
                    return seen[number]
            seen.update(dict.fromkeys(numbers, row))
        self.good += 1
        if self.good > self.most_rows:
            raise UnreadableList("too_many_rows", rows=self.most_rows)
        for name in variables:
            if name not in self.used:
                self.used[name] = None
        self._characters += sum(map(len, variables.values()))
        self._entries.append(Entry(row, phones, variables))
        return None

    def doubt(self, row: int, phones: tuple[str, ...], variables: dict[str, str]) -> None:
        """Somebody to ask about, once, unless one of the numbers was in the list before."""
        phones = phones[:_MOST_PHONES]
        numbers = {int(phone[1:]) for phone in phones}
        # Apart from `_seen`: a doubtful writing of a number must not keep its clear one out further down.
        if not self._seen.keys().isdisjoint(numbers) or not self._doubted.isdisjoint(numbers):
            return
        self._doubted |= numbers
        self.doubts += 1
        self._characters += sum(map(len, variables.values()))
        self._doubtful.append(Entry(row, phones, variables, is_doubtful=True))

    def extensions(self, row: int, extended: Iterable[str]) -> None:
        """Numbers that are taken without what was to be dialled after the answer."""
        for shown in extended:
            self.reject(row, shown, "extension")

    def pieces(self, row: int, shown: str, pieces: Iterable[Piece], beside_number: bool) -> None:
        """What looks like numbers and is none; a row without a number gives one refusal at least."""
        told = False
        for piece in pieces:
            if beside_number and sum(map(str.isdigit, piece.raw)) < _FEWEST_DIGITS_BESIDE:
                continue
            self.reject(row, piece.raw, piece.reason)
            told = True
        if not told and not beside_number:
            self.reject(row, shown, "no_number")

    def reject(self, row: int, shown: str, reason: RowReason, of_row: int | None = None) -> None:
        self._rejected.append(Rejected(row, " ".join(shown[: 2 * MOST_SHOWN].split())[:MOST_SHOWN], reason, of_row))

    @property
    def is_full(self) -> bool:
        """Tell whether it is time for `chunks`."""
        return (
            len(self._entries) >= CHUNK
            or len(self._rejected) >= CHUNK
            or len(self._doubtful) >= CHUNK
            or self._characters >= _CHUNK_CHARACTERS
        )

    def chunks(self) -> Iterator[list[Entry] | list[Rejected]]:
        """Hand over what has come together. Refusals wait for somebody to call, unless there are too many of them."""
        yield from _cut(self._entries)
        yield from _cut(self._doubtful)
        self._entries, self._doubtful, self._characters = [], [], 0
        if self.good or self.doubts or len(self._rejected) >= CHUNK:
            yield from _cut(self._rejected)
            self._rejected = []

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.used)


def _cut(ready: list[_Kept]) -> Iterator[list[_Kept]]:
    for at in range(0, len(ready), CHUNK):
        yield ready[at : at + CHUNK]
