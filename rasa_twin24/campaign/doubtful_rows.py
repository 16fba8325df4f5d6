"""Rows of a list with numbers that no numbering plan has: kept aside, and asked about once the list is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa_twin24.campaign.known import Known
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.imports import Import, ImportState
from rasa_twin24.lists import People
from rasa_twin24.text.phones import mask

# Rows that the question names.
NAMED = 5


class DoubtfulRows:
    """Those of one list, while it is read."""

    def __init__(self, ledger: Ledger, found: Import) -> None:
        self._ledger = ledger
        self._list = found
        self._kept_in: int | None = None
        self._chunks = 0
        self._report: dict[str, Any] = {"good": 0, "elsewhere": 0, "rows": []}

    async def keep(self, people: People, known: Known) -> None:
        """A chunk of them. Whoever is not to be called, or is on the list already, is not even asked about."""
        out, elsewhere = known.of(people)
        asked = [place for place in range(len(people.rows)) if place not in out]
        self._report["good"] += len(asked)
        self._report["elsewhere"] += len(elsewhere)
        for place in asked[: NAMED - len(self._report["rows"])]:
            shown = ", ".join(map(mask, people.phones[place]))
            self._report["rows"].append([people.rows[place], shown, place in elsewhere])
        if self._kept_in is None:
            self._kept_in = await self._ledger.imports.beside(self._list)
        await self._ledger.imports.put(self._kept_in, self._chunks, people.packed, out, elsewhere)
        self._chunks += 1

    async def close(self) -> Mapping[str, int]:
        """What the list's own report has to say of them."""
        if self._kept_in is None:
            return {}
        ready = [ImportState.READY]
        await self._ledger.imports.move(self._kept_in, ready, ImportState.READY, report=self._report)
        return {"doubtful": self._report["good"], "doubtful_rows": self._kept_in}


def report_of(phones: Sequence[str]) -> dict[str, Any]:
    """The report of doubtful numbers that stand in no rows: those of a message."""
    return {"good": len(phones), "elsewhere": 0, "rows": [[None, mask(phone), False] for phone in phones[:NAMED]]}


async def doubtful_rows(ledger: Ledger, found: Import) -> Import | None:
    """Those of a list that its person can still be asked about."""
    kept_in = found.report.get("doubtful_rows")
    kept = await ledger.imports.of(found.conversation, kept_in) if kept_in else None
    return kept if kept is not None and kept.state == ImportState.READY and kept.report["good"] else None
