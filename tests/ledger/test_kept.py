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


async def test_the_last_value_put_is_kept(ledger: Ledger) -> None:
    assert await ledger.kept.get("telegram_name") is None
    for name in ("calls_bot", "other_bot"):
        await ledger.kept.put("telegram_name", name)
    assert await ledger.kept.get("telegram_name") == "other_bot"
