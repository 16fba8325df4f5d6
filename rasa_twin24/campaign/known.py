"""Who of a list is no news: on the do-not-call list, on the task's list, in another task not long ago."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from rasa_twin24.lists import People


@dataclass(frozen=True, repr=False)
class Known:
    """Numbers of a chunk, by what is known of them. No repr: numbers."""

    banned: Set[str]
    here: Set[str]
    elsewhere: Set[str]

    def of(self, people: People) -> tuple[dict[int, str], list[int]]:
        """Places in the chunk, from 0: of those who are left out, with the reason, and of those in another task."""
        out: dict[int, str] = {}
        elsewhere: list[int] = []
        if self.banned or self.here or self.elsewhere:
            for place, phones in enumerate(people.phones):
                if not self.banned.isdisjoint(phones):
                    out[place] = "do_not_call"
                elif not self.here.isdisjoint(phones):
                    out[place] = "in_task"
                elif not self.elsewhere.isdisjoint(phones):
                    elsewhere.append(place)
        return out, elsewhere
