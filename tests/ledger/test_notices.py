from __future__ import annotations

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.notices import Notice


async def test_news_wait_in_order_until_they_are_told(ledger: Ledger, other: Ledger) -> None:
    await ledger.notices.add("web:1", "start_calls_done", name="Акция «Весна»")
    await other.notices.add("web:2", "internal_error")
    first, second = await ledger.notices.waiting()
    assert first == Notice(first.id, "web:1", "start_calls_done", {"name": "Акция «Весна»"})
    assert (second.conversation, second.kind, second.params) == ("web:2", "internal_error", {})
    await ledger.notices.told(first.id)
    assert await other.notices.waiting() == [second]
    assert await other.notices.get(first.id) == first


async def test_an_unknown_notice_is_none(ledger: Ledger) -> None:
    assert await ledger.notices.get(404) is None
