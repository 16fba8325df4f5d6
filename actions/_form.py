"""Validation of a form that never raises: Rasa would take the raw value for valid."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import structlog
from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions._boundary import Events, admitted
from actions._office import Collaborating
from actions._turn import Turn
from rasa_twin24.ledger.people import Role
from rasa_twin24.logs import places

log = structlog.get_logger(__name__)


class TopicForm(Collaborating, FormValidationAction, ABC):  # type: ignore[misc]
    needs = Role.OPERATOR

    @abstractmethod
    def name(self) -> str:
        """`validate_<form>`."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        turn = Turn(dispatcher, tracker)
        try:
            office = await self.office()
            if not await admitted(turn, office, self.name(), self.needs):
                return self._nothing(domain)
            events: Events = await super().run(dispatcher, tracker, domain)
            return events
        except Exception as error:
            log.error("form_failed", form=self.form_name(), error=type(error).__name__, at=places(error))
            turn.apologise(error)
            return self._nothing(domain)

    def _nothing(self, domain: dict[str, Any]) -> Events:
        """Whatever was extracted is not taken, and the form ends."""
        slots = domain.get("forms", {}).get(self.form_name(), {}).get("required_slots", [])
        return [*(SlotSet(slot, None) for slot in slots), SlotSet("requested_slot", None)]
