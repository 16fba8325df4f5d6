"""Chunks of a list as they are kept: the worker packs them, and the bot need not look into them.

A hundred thousand people are little work for a process of its own; in the bot everybody's turns wait for it meanwhile.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from rasa_twin24.lists.outcome import LABEL, Entry, Rejected

_FAST = 1  # of zlib: half the time of the usual level, for a tenth more bytes


@dataclass(frozen=True, repr=False)
class People:
    """Candidates: `rows` where they stand, `phones` all the numbers of each in E.164.

    `packed` is zlib of a JSON list with [numbers, variables] of each, in UTF-8. `are_doubtful`: see `Entry`.
    """

    rows: list[int]
    phones: list[list[str]]
    packed: bytes
    are_doubtful: bool = False

    def __repr__(self) -> str:
        return f"People({len(self.rows)})"


@dataclass(frozen=True, repr=False)
class Rejects:
    """Rows that are not taken: how many for each reason, and `rows`, a JSON list with [row, shown, reason, of_row]."""

    reasons: dict[str, int]
    rows: bytes

    def __repr__(self) -> str:
        return f"Rejects({self.reasons})"


def people_of(entries: Sequence[Entry], label: str) -> People:
    """`label`: the variable for what stands beside a number, unless a column has its name."""
    content = [[entry.phones, _named(entry.variables, label)] for entry in entries]
    packed = zlib.compress(in_json(content), _FAST)
    rows, phones = [entry.row for entry in entries], [list(entry.phones) for entry in entries]
    return People(rows, phones, packed, bool(entries) and entries[0].is_doubtful)  # a chunk is of one kind


def rejects_of(rejected: Sequence[Rejected]) -> Rejects:
    rows = [[each.row, each.shown, each.reason, each.of_row] for each in rejected]
    return Rejects(Counter(each.reason for each in rejected), in_json(rows))


def without_rows(rejects: Rejects, unwanted: Collection[tuple[int, str]]) -> Rejects:
    """Without these (row, reason); as they are when there is none to look for."""
    if not unwanted:
        return rejects
    rows = [each for each in json.loads(rejects.rows) if (each[0], each[2]) not in unwanted]
    return Rejects(Counter(reason for _, _, reason, _ in rows), in_json(rows))


def in_json(content: Any) -> bytes:
    """Compact, in UTF-8; half of a surrogate pair, which no file should hold, becomes a question mark."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _named(variables: dict[str, str], label: str) -> dict[str, str]:
    if LABEL not in variables:
        return variables
    named = {name: value for name, value in variables.items() if name != LABEL}
    named.setdefault(label, variables[LABEL])
    return named
