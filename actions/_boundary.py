"""What every action stands on: its collaborators, who may use it, and which failure becomes which phrase."""

from __future__ import annotations

import asyncio
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions._misread import note_reading
from rasa_twin24.campaign import Campaign, CampaignSettings, Desk, Outcome
from rasa_twin24.campaign.outcome import failure
from rasa_twin24.ledger import Ledger, LedgerSettings
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.candidates import Person
from rasa_twin24.ledger.do_not_call import WrongKey
from rasa_twin24.ledger.engine import is_away
from rasa_twin24.ledger.people import Role
from rasa_twin24.logs import places
from rasa_twin24.teaching.folder import PhraseFolder
from rasa_twin24.text.phones import Reading, read_numbers
from rasa_twin24.text.phrases import Phrases
from rasa_twin24.twin24 import Settings, Twin24, TwinError

log = structlog.get_logger(__name__)

Events = list[dict[str, Any]]


@dataclass(frozen=True)
class Office:
    """The action server's collaborators, one set per process."""

    ledger: Ledger
    campaign: Campaign
    settings: CampaignSettings
    phrases: PhraseFolder

    @classmethod
    async def from_env(cls, env: Mapping[str, str], ledger: Ledger | None = None) -> Office:
        """Open everything and take up what a crash left half done. Raises `ValueError` on a wrong setting."""
        kept = LedgerSettings.from_env(env)
        if ledger is None:
            ledger = Ledger(kept.url, owners=kept.owners, hash_key=kept.hash_key)
            await ledger.open()
        settings = CampaignSettings.from_env(env)
        desk = Desk(ledger, Twin24(Settings.from_env(env)), settings)
        office = cls.of(desk, PhraseFolder.within(kept.data_dir))
        office.campaign.keep_recovering()
        return office

    @classmethod
    def of(cls, desk: Desk, phrases: PhraseFolder) -> Office:
        return cls(desk.ledger, Campaign(desk), desk.settings, phrases)


class Turn:
    """One message of a person, as an action needs it, and the way to answer."""

    def __init__(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any] | None = None
    ) -> None:
        """`domain` is needed for `word` and `say_secret`; Rasa sends it to actions that ask for it in domain.yml."""
        message = tracker.latest_message or {}
        self._dispatcher = dispatcher
        self._phrases = Phrases((domain or {}).get("responses") or {})
        self.tracker = tracker
        self.conversation: str = tracker.sender_id
        self.text: str = message.get("text") or ""
        self.kind: str = (message.get("metadata") or {}).get("kind") or "text"
        # The same when a message is said again because its turn was cut off: a killed process may have done it already.
        self.message_id: str | None = message.get("message_id")
        self.again: bool = bool((message.get("metadata") or {}).get("again"))
        self.intent: str = (message.get("intent") or {}).get("name") or ""
        self.entities: list[dict[str, Any]] = message.get("entities") or []

    @property
    def typed(self) -> bool:
        """Written by the person now: neither pressed nor forwarded."""
        return self.kind == "text"

    @property
    def in_form(self) -> bool:
        return bool((self.tracker.active_loop or {}).get("name"))

    def entity(self, name: str) -> str | None:
        return next((str(found["value"]) for found in self.entities if found["entity"] == name), None)

    def numbers(self, region: str) -> Reading:
        """The phone numbers of the message, and what only looks like one."""
        return read_numbers(self.text, region)

    def people(self, settings: CampaignSettings) -> list[Person]:
        """Those whose numbers the message holds; what is written beside a number goes along as a variable.

        A line of a contact card, `name: number, number`, is one person with all their numbers.
        """
        if self.kind == "contact":
            return [person for line in self.text.splitlines() if (person := _card_person(line, settings))]
        found = self.numbers(settings.default_region).found
        return [Person((number.e164,), _named(number.label, settings)) for number in found]

    def say(self, phrase: str, **values: str) -> None:
        """Say `utter_<phrase>` of domain.yml."""
        self._dispatcher.utter_message(response=f"utter_{phrase}", **values)

    def tell(self, outcome: Outcome) -> None:
        self.say(outcome.kind, **outcome.params)

    def apologise(self, error: Exception) -> None:
        """For what nobody foresaw, or for the database being away. News without an answer are told again later."""
        if isinstance(error, WrongKey):
            self.say("do_not_call_wrong_key")
        elif not is_away(error):
            self.say("internal_error")
        elif self.kind != "notice":
            self.say("storage_away")

    def offer(self, phrase: str, buttons: list[dict[str, str]], *, standing: bool = False, **values: str) -> None:
        """A phrase with buttons that only the action knows; standing ones stay alive beside those of later messages."""
        marked = [{**button, "standing": True} for button in buttons] if standing else buttons
        self._dispatcher.utter_message(response=f"utter_{phrase}", buttons=marked, **values)

    def word(self, phrase: str, **values: str) -> str:
        """`utter_<phrase>` of domain.yml in the person's language, to be put into a button or another phrase."""
        return self._phrases.say(f"utter_{phrase}", self.tracker.get_slot("language"), **values)

    def say_secret(self, phrase: str, **values: str) -> None:
        """Say a phrase whose values Rasa must not keep beside the text."""
        self._dispatcher.utter_message(text=self.word(phrase, **values))

    def has_said(self, phrase: str) -> bool:
        """Whether an earlier action of this very turn has said `utter_<phrase>`."""
        return f"utter_{phrase}" in self._said_before()

    @property
    def is_silent(self) -> bool:
        """Whether no earlier action of this very turn has said anything."""
        return not self._said_before()

    @property
    def answers_to(self) -> str:
        """The phrase, without `utter_`, that was said last before this message; empty when it is not known."""
        messages = 0
        for event in reversed(self.tracker.events):
            messages += event.get("event") == "user"
            if messages and event.get("event") == "bot":
                return ((event.get("metadata") or {}).get("utter_action") or "").removeprefix("utter_")
        return ""

    def _said_before(self) -> list[str]:
        said = []
        for event in reversed(self.tracker.events):
            if event.get("event") == "user":
                break
            if event.get("event") == "bot":
                said.append((event.get("metadata") or {}).get("utter_action") or "")
        return said

    def attach(self, phrase: str, file_id: str, **values: str) -> None:
        """A phrase, and with it a file of the ledger's section `files`."""
        self._dispatcher.utter_message(response=f"utter_{phrase}", json_message={"file": file_id}, **values)


class Collaborating:
    """Gets the office through the constructor, or, built bare by the SDK, the process's own."""

    _shared: asyncio.Future[Office] | None = None

    def __init__(self, office: Office | None = None) -> None:
        self._given = office

    @staticmethod
    def share(office: Office) -> None:
        """Give the process's office to actions that the SDK builds bare; call it inside the event loop."""
        Collaborating._shared = asyncio.get_running_loop().create_future()
        Collaborating._shared.set_result(office)

    async def office(self) -> Office:
        if self._given is not None:
            return self._given
        if Collaborating._shared is None:
            Collaborating._shared = asyncio.ensure_future(Office.from_env(os.environ))
        try:
            return await asyncio.shield(Collaborating._shared)
        except Exception:
            Collaborating._shared = None  # asked anew with the next message
            raise


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
    if role is not None and role >= needs:
        return True
    phrase = "access_denied" if role is None else "access_above_role"
    if turn.has_said(phrase):  # the next action of a rule whose first was refused
        return False
    turn.say(phrase, id=turn.conversation)
    await office.ledger.audit.add(turn.conversation, Act.USE_COMMAND, Result.REFUSED, action=action)
    return False


def _card_person(line: str, settings: CampaignSettings) -> Person | None:
    phones = tuple(dict.fromkeys(found.e164 for found in read_numbers(line, settings.default_region).found))
    name, colon, _ = line.rpartition(": ")
    return Person(phones, _named(name if colon else None, settings)) if phones else None


def _named(name: str | None, settings: CampaignSettings) -> dict[str, str]:
    return {settings.name_variable: name} if name else {}
