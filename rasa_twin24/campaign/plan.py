"""The plan that a person says yes to, and what makes two plans the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from rasa_twin24.campaign.outcome import Outcome
from rasa_twin24.campaign.settings import CampaignSettings
from rasa_twin24.ledger.candidates import Person
from rasa_twin24.ledger.tasks import CallTask


@dataclass(frozen=True)
class Plan:
    """As shown: `added` numbers came through this bot; `before` were there already, None if TWIN does not tell.

    `before` below 0: TWIN has lost so many of the added. `left_out` were given to the bot but are not at TWIN.
    `hours` is the task's calling window, None if it was made elsewhere. `type_count`: only the typed number of
    candidates is a yes. `obstacle` is why there can be no yes now. `goes_on`: the task is paused, and `called` of
    those who were there have been called, None if TWIN does not tell.
    """

    task: CallTask
    added: int
    before: int | None
    left_out: int
    script_id: str
    caller_id: str
    hours: str | None = None
    type_count: bool = False
    obstacle: Outcome | None = None
    goes_on: bool = False
    called: int | None = None

    @property
    def total(self) -> int:
        """Candidates that a yes would dial, as far as TWIN tells."""
        return total(self.task, self.added)


@dataclass(frozen=True)
class Asked:
    """What a shown plan waits for: nothing, a yes, or the typed number of candidates."""

    yes: bool = False
    count: int | None = None


def total(task: CallTask, added: int) -> int:
    """Candidates at TWIN that a start would call: those added here, and of those that were there who is left."""
    return added + left(task)


def left(task: CallTask) -> int:
    """Candidates that were there before, without those that had been called when the task was paused."""
    return (task.there_before or 0) - (task.called_before or 0)


def caller(settings: CampaignSettings) -> str:
    """The caller id as a person can check it against the cabinet."""
    return settings.caller_id.data or settings.caller_id.type


def digest(task: CallTask, people: Iterable[Person], settings: CampaignSettings) -> str:
    """Changes with anything the consent was about: the task, its exact list with what the script is told of each
    person, the script, the caller id, the hours.
    """
    shown = [
        task.id,
        task.twin_id,
        task.there_before,
        task.called_before,
        sorted((person.phones, sorted(person.variables.items())) for person in people),
        settings.script_id,
        settings.caller_id.type,
        settings.caller_id.data,
        settings.hours.text,
        settings.hours.zone.key,
    ]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()
