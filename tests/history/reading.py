"""Lists without a process to read them: a word is a person, a comma stands between two numbers of theirs."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from rasa_twin24.lists import People, Rejects, Summary
from rasa_twin24.lists.outcome import LABEL, Entry
from rasa_twin24.lists.packed import people_of
from rasa_twin24.lists.settings import ListSettings

# People in a chunk: as few as make several chunks of a short list.
CHUNK = 2


async def read_words(
    content: bytes,
    name: str,
    region: str,
    settings: ListSettings,
    column: int | None = None,
    label: str = LABEL,
    *,
    to_call: bool = True,
) -> AsyncGenerator[People | Rejects | Summary, None]:
    """In place of `lists.read_list`."""
    people = people_in(content.decode())
    entries = [Entry(row, phones) for row, phones in enumerate(people, start=1)]
    for start in range(0, len(entries), CHUNK):
        yield people_of(entries[start : start + CHUNK], label)
    yield Summary(len(entries), len(entries), (), None, "text", None)


def people_in(words: str) -> list[tuple[str, ...]]:
    """Whoever repeats a number of somebody before is left out, as a real list's reading does."""
    seen: set[str] = set()
    people = []
    for word in words.split():
        phones = tuple(word.split(","))
        if seen.isdisjoint(phones):
            people.append(phones)
        seen.update(phones)
    return people
