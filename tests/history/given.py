"""A yes, as the person who gave it knows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Given:
    """To which plan of which task at TWIN; `phones` were on TWIN's list when it was shown.

    `task` is the ledger's id of it, `own` whom the plan showed of this bot's, `off` whom the person had taken off.
    """

    key: str
    twin_id: str
    phones: tuple[str, ...]
    plan: int
    task: int
    own: tuple[str, ...] = ()
    off: frozenset[str] = frozenset()
