"""When somebody was last heard: exactly while the bot runs, to the minute after a restart, never later than it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rasa_twin24.channels.whatsapp_people import HEARD_GRAIN, WINDOW, WhatsAppPeople
from rasa_twin24.ledger import Ledger

OWNER, STRANGER = "79160000001", "79160000002"
BEGAN = 1_783_680_000.0


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    opened = Ledger(
        f"sqlite:///{tmp_path / 'ledger.db'}", owners=frozenset({f"whatsapp:{OWNER}"}), clock=lambda: BEGAN + WINDOW
    )
    await opened.open()
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    ("person", "later", "now", "after_restart"),
    [
        (OWNER, HEARD_GRAIN - 1, HEARD_GRAIN - 1, 0.0),
        (OWNER, HEARD_GRAIN, HEARD_GRAIN, HEARD_GRAIN),
        (OWNER, -5.0, 0.0, 0.0),  # brought late
        (STRANGER, HEARD_GRAIN, HEARD_GRAIN, None),
    ],
)
async def test_heard_again(ledger: Ledger, person: str, later: float, now: float, after_restart: float | None) -> None:
    people = WhatsAppPeople(ledger)
    await people.hear(person, BEGAN)
    await people.hear(person, BEGAN + later)

    assert await people.heard_at(person) == BEGAN + now
    remembered = await WhatsAppPeople(ledger).heard_at(person)
    assert remembered == (None if after_restart is None else BEGAN + after_restart)


async def test_many_messages_within_a_minute_are_written_down_once_a_minute(ledger: Ledger) -> None:
    people = WhatsAppPeople(ledger)
    for second in range(0, 200):
        await people.hear(OWNER, BEGAN + second)

    assert await people.heard_at(OWNER) == BEGAN + 199
    assert await WhatsAppPeople(ledger).heard_at(OWNER) == BEGAN + 180


async def test_within_the_minute_the_ledger_is_not_asked(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The webhook waits for it."""
    people = WhatsAppPeople(ledger)
    await people.hear(OWNER, BEGAN)
    with monkeypatch.context() as without:
        without.setattr(ledger, "kept", None)
        await people.hear(OWNER, BEGAN + HEARD_GRAIN - 1)

    assert await people.heard_at(OWNER) == BEGAN + HEARD_GRAIN - 1
