"""The collaborators that every piece of work shares."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rasa_twin24.campaign.settings import CampaignSettings
from rasa_twin24.ledger import Ledger
from rasa_twin24.twin24 import Twin24


@dataclass(frozen=True)
class Desk:
    ledger: Ledger
    twin: Twin24
    settings: CampaignSettings
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
