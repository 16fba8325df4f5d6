from __future__ import annotations

import asyncio
import itertools

from rasa_twin24.ledger import Ledger


async def test_the_first_value_is_kept_for_good(ledger: Ledger, other: Ledger) -> None:
    made = itertools.count()
    asked = [box.kept.get_or_make("secret", lambda: f"made {next(made)}") for box in (ledger, other) for _ in range(5)]
    kept = set(await asyncio.gather(*asked))
    assert len(kept) == 1
    assert await other.kept.get_or_make("secret", lambda: "later") in kept
    assert await other.kept.get_or_make("another", lambda: "else") == "else"
