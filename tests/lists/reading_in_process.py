"""A list read without a worker: for tables of cases, where a process for each would take minutes."""

from __future__ import annotations

from dataclasses import dataclass, field

from rasa_twin24.lists.candidates import candidates
from rasa_twin24.lists.outcome import Entry, Rejected, Summary

MOST_ROWS = 10_000


@dataclass
class Read:
    """Everything that came of a list."""

    entries: list[Entry] = field(default_factory=list)
    doubtful: list[Entry] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    summary: Summary | None = None

    @property
    def people(self) -> list[tuple[int, str, dict[str, str]]]:
        """Row, numbers with commas between, variables."""
        return [(entry.row, ",".join(entry.phones), entry.variables) for entry in self.entries]

    @property
    def numbers(self) -> list[str]:
        return [",".join(entry.phones) for entry in self.entries]

    @property
    def refusals(self) -> list[tuple[int, str, str]]:
        return [(each.row, each.shown, each.reason) for each in self.rejected]


def read(
    content: bytes | str,
    name: str = "",
    region: str = "RU",
    column: int | None = None,
    most_rows: int = MOST_ROWS,
    *,
    to_call: bool = True,
) -> Read:
    """Raises as `read_list` does; a text is sent in UTF-8."""
    done = Read()
    encoded = content if isinstance(content, bytes) else content.encode()
    for outcome in candidates(encoded, name, region, most_rows, column, to_call=to_call):
        if isinstance(outcome, Summary):
            done.summary = outcome
        elif isinstance(outcome[0], Entry):
            assert len({each.is_doubtful for each in outcome}) == 1  # type: ignore[union-attr]
            (done.doubtful if outcome[0].is_doubtful else done.entries).extend(outcome)  # type: ignore[arg-type]
        else:
            done.rejected += outcome  # type: ignore[arg-type]
    return done
