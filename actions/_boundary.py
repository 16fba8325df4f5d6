"""What every action stands on: who may use it, and which failure becomes which phrase."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions._misread import note_reading
from actions._office import Collaborating, Office
from actions._turn import Turn
from rasa_twin24.campaign.outcome import failure
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.people import Role
from rasa_twin24.logs import places
from rasa_twin24.twin24 import TwinError

log = structlog.get_logger(__name__)

Events = list[dict[str, Any]]


class TopicAction(Collaborating, Action, ABC):  # type: ignore[misc]
    """An action that never raises. Rasa would answer a failing one with silence and log the whole conversation."""

    # The least role that may use it: an action that does not say is the owner's.
    needs: Role = Role.OWNER

    @abstractmethod
    def name(self) -> str:
        """As in domain.yml."""

    @abstractmethod
    async def act(self, turn: Turn, office: Office) -> Events | None:
        """Do it; failures of TWIN may be raised."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        turn = Turn(dispatcher, tracker, domain)
        try:
            office = await self.office()
            if not await admitted(turn, office, self.name(), self.needs):
                return []
            events = await self.act(turn, office) or []
            await note_reading(turn, office, self.name())
            return events
        except TwinError as error:
            turn.tell(failure("twin", error))
        except Exception as error:
            log.error("action_failed", action=self.name(), error=type(error).__name__, at=places(error))
            turn.apologise(error)
        return []


async def admitted(turn: Turn, office: Office, action: str, needs: Role) -> bool:
    """Whether this person may use the action now; the answer to somebody who may not is said and audited.

    The channel has asked already. It is asked again here since a turn may have waited while its person was removed,
    and since Rasa may be reached past our channels.
    """
    role = await office.ledger.people.role(turn.conversation)
    if turn.account != turn.conversation and await office.ledger.accounts.home(turn.account) != turn.conversation:
        role = None  # unlinked meanwhile
    if role is not None and role >= needs:
        return True
    phrase = "access_denied" if role is None else "access_above_role"
    if turn.has_said(phrase):  # the next action of a rule whose first was refused
        return False
    turn.say(phrase, id=turn.account)
    await office.ledger.audit.add(turn.account, Act.USE_COMMAND, Result.REFUSED, action=action)
    return False
