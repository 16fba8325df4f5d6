"""The collaborators that every piece of work shares."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rasa_twin24.campaign.settings import CampaignSettings
from rasa_twin24.ledger import Ledger
from rasa_twin24.twin24 import Twin24


def _go_on(_step: str) -> None:
    """What the bot does between two steps: nothing."""


@dataclass(frozen=True)
class Desk:
    """`reached(step)` is called between any two steps of which one is written down and the other is not yet.

    Tests end the process there; the steps are `STEPS`.
    """

    ledger: Ledger
    twin: Twin24
    settings: CampaignSettings
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    reached: Callable[[str], None] = _go_on


STEPS = (
    "create_ordered",  # the ledger says that a task is to be created
    "create_sent",  # TWIN has made it, the ledger does not know its id
    "create_written",
    "portion_begun",  # the ledger says that numbers go out
    "portion_sent",  # TWIN has them, the ledger does not know
    "portion_written",
    "list_edited",  # people are off the list, the task at TWIN is left if they were there; nobody has been told
    "plan_shown",  # the ledger says that a plan waits for its answer, nobody has seen it
    "start_agreed",  # a clear yes is written down
    "play_begun",  # the ledger says that `play` goes out
    "play_sent",  # TWIN dials, the ledger does not know
    "play_written",
    "pause_asked",  # the ledger says that a task is to be paused
    "pause_sent",  # TWIN has paused it, the ledger does not know
    "pause_written",
)
