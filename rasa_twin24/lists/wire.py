"""What the bot and its worker say to each other through pipes.

To the worker: one line of JSON, the content after it. Back: one line of JSON for each chunk, summary or refusal; after
that of a chunk the bytes that the bot keeps as they are.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from rasa_twin24.lists.outcome import ChooseColumn, Entry, Rejected, Summary, UnreadableList
from rasa_twin24.lists.packed import People, Rejects, in_json, people_of, rejects_of

# A worker that failed says so with the class of the error, never with its text: that may hold numbers.
FAILED = "failed"


@dataclass(frozen=True, repr=False)
class Order:
    """What a worker is to read, and within which limits (bytes, seconds). `label`: see `packed.people_of`.

    `to_call`: see `candidates.candidates`.
    """

    name: str
    region: str
    column: int | None
    label: str
    most_rows: int
    memory: int
    cpu_seconds: int
    to_call: bool = True

    def line(self) -> bytes:
        return _line(asdict(self))

    @classmethod
    def from_line(cls, line: bytes) -> Order:
        return cls(**json.loads(line))


def answer(outcome: list[Entry] | list[Rejected] | Summary, label: str) -> bytes:
    """One answer of a worker that goes well."""
    if isinstance(outcome, Summary):
        named = dict.fromkeys(name or label for name in outcome.columns)  # a column may have that name as well
        return _line({"summary": {**asdict(outcome), "columns": [*named]}})
    if entries := [each for each in outcome if isinstance(each, Entry)]:
        people = people_of(entries, label)
        head = {"rows": people.rows, "phones": people.phones, "doubtful": people.are_doubtful}
        return _line({**head, "bytes": len(people.packed)}) + people.packed
    left = rejects_of([each for each in outcome if isinstance(each, Rejected)])
    return _line({"reasons": left.reasons, "bytes": len(left.rows)}) + left.rows


def refusal_line(error: Exception) -> bytes:
    """The last answer of a worker that cannot go on."""
    if isinstance(error, UnreadableList):
        return _line({"unreadable": error.reason, "figures": error.figures})
    if isinstance(error, ChooseColumn):
        return _line({"choose": error.columns})
    return _line({FAILED: type(error).__name__})


def said_in(line: bytes) -> tuple[dict[str, Any], int]:
    """What a line of a worker says, and how many bytes belong to it that come after it."""
    said: dict[str, Any] = json.loads(line)
    return said, said.get("bytes", 0)


def outcome_of(said: dict[str, Any], content: bytes) -> People | Rejects | Summary | str:
    """What came of it; of a failure the class of the error. Raises UnreadableList, ChooseColumn."""
    if "rows" in said:
        return People(said["rows"], said["phones"], content, said["doubtful"])
    if "reasons" in said:
        return Rejects(said["reasons"], content)
    if "summary" in said:
        return Summary(**{**said["summary"], "columns": tuple(said["summary"]["columns"])})
    if "choose" in said:
        raise ChooseColumn([(index, header) for index, header in said["choose"]])
    if "unreadable" in said:
        raise UnreadableList(said["unreadable"], **said["figures"])
    return str(said[FAILED])


def _line(said: dict[str, object]) -> bytes:
    return in_json(said) + b"\n"
