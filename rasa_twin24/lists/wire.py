"""What the bot and its worker say to each other through pipes.

To the worker: one line of JSON, the content after it. Back: one line of JSON for each chunk, summary or refusal.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from rasa_twin24.lists.outcome import ChooseColumn, Entry, Rejected, Summary, UnreadableList

# A worker that failed says so with the class of the error, never with its text: that may hold numbers.
FAILED = "failed"


@dataclass(frozen=True, repr=False)
class Order:
    """What a worker is to read, and within which limits (bytes, seconds)."""

    name: str
    region: str
    column: int | None
    most_rows: int
    memory: int
    cpu_seconds: int

    def line(self) -> bytes:
        return _line(asdict(self))

    @classmethod
    def from_line(cls, line: bytes) -> Order:
        return cls(**json.loads(line))


def chunk_line(outcome: list[Entry] | list[Rejected] | Summary) -> bytes:
    """One answer of a worker that goes well."""
    if isinstance(outcome, Summary):
        return _line({"summary": asdict(outcome)})
    entries = [[each.row, each.phones, each.variables] for each in outcome if isinstance(each, Entry)]
    if entries:
        first = outcome[0]  # a chunk is of one kind
        doubtful = isinstance(first, Entry) and first.is_doubtful
        return _line({"doubtful" if doubtful else "entries": entries})
    rejected = [each for each in outcome if isinstance(each, Rejected)]
    return _line({"rejected": [[each.row, each.shown, each.reason, each.of_row] for each in rejected]})


def refusal_line(error: Exception) -> bytes:
    """The last answer of a worker that cannot go on."""
    if isinstance(error, UnreadableList):
        return _line({"unreadable": error.reason, "figures": error.figures})
    if isinstance(error, ChooseColumn):
        return _line({"choose": error.columns})
    return _line({FAILED: type(error).__name__})


def outcome_of(line: bytes) -> list[Entry] | list[Rejected] | Summary | str:
    """What a line of a worker says; of a failure the class of the error. Raises UnreadableList, ChooseColumn."""
    said = json.loads(line)
    if "entries" in said:
        return [Entry(row, tuple(phones), variables) for row, phones, variables in said["entries"]]
    if "doubtful" in said:
        return [Entry(row, tuple(phones), variables, True) for row, phones, variables in said["doubtful"]]
    if "rejected" in said:
        return [Rejected(*each) for each in said["rejected"]]
    if "summary" in said:
        return Summary(**{**said["summary"], "columns": tuple(said["summary"]["columns"])})
    if "choose" in said:
        raise ChooseColumn([(index, header) for index, header in said["choose"]])
    if "unreadable" in said:
        raise UnreadableList(said["unreadable"], **said["figures"])
    return str(said[FAILED])


def _line(said: dict[str, object]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"
