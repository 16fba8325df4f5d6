"""The plan that a person says yes to, and what makes two plans the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from rasa_twin24.campaign.settings import CampaignSettings
from rasa_twin24.ledger.tasks import CallTask


@dataclass(frozen=True)
class Plan:
    """As shown: `added` numbers came through this bot; `before` were there already, None if TWIN does not tell.

    `left_out` were given to the bot but are not at TWIN.
    """

    task: CallTask
    added: int
    before: int | None
    left_out: int
    script_id: str
    caller_id: str


def caller(settings: CampaignSettings) -> str:
    """The caller id as a person can check it against the cabinet."""
    return settings.caller_id.data or settings.caller_id.type


def digest(task: CallTask, phones: Iterable[str], settings: CampaignSettings) -> str:
    """Changes with anything the consent was about: the task, its exact list, the script, the caller id."""
    shown = [
        task.id,
        task.twin_id,
        task.there_before,
        sorted(phones),
        settings.script_id,
        settings.caller_id.type,
        settings.caller_id.data,
    ]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()
