"""What stands in chunks that the bot keeps without looking into them."""

from __future__ import annotations

import json
import zlib

from rasa_twin24.lists import People, Rejects
from rasa_twin24.lists.outcome import Entry, Rejected


def unpacked(chunk: People | Rejects) -> list[Entry] | list[Rejected]:
    if isinstance(chunk, Rejects):
        rejected = [Rejected(*row) for row in json.loads(chunk.rows)]
        assert sum(chunk.reasons.values()) == len(rejected)
        return rejected
    people = json.loads(zlib.decompress(chunk.packed))
    assert [phones for phones, _ in people] == chunk.phones
    return [Entry(row, tuple(phones), variables) for row, (phones, variables) in zip(chunk.rows, people, strict=True)]
