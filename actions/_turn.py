"""One message of a person, as an action needs it, and the way to answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from rasa_twin24.campaign import CampaignSettings, Outcome
from rasa_twin24.ledger.candidates import Person
from rasa_twin24.ledger.do_not_call import WrongKey
from rasa_twin24.ledger.engine import is_away
from rasa_twin24.text.phones import Reading, read_numbers
from rasa_twin24.text.phrases import Phrases

# Kinds of a message whose text is a line per contact card; of the second it is proven that it is the person's own.
CARD, OWN_CARD = "contact", "own_contact"


class Turn:
    """One message of a person, as an action needs it, and the way to answer."""

    def __init__(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any] | None = None,
        message: dict[str, Any] | None = None,
    ) -> None:
        """`domain` is needed for `word` and `say_secret`. `message`: another one than the tracker's latest."""
        message = message or tracker.latest_message or {}
        self._dispatcher = dispatcher
        self._domain = domain
        self._phrases = Phrases((domain or {}).get("responses") or {})
        self.tracker = tracker
        self.conversation: str = tracker.sender_id
        self.text: str = message.get("text") or ""
        self.kind: str = (message.get("metadata") or {}).get("kind") or "text"
        # The same when a message is said again because its turn was cut off: a killed process may have done it already.
        self.message_id: str | None = message.get("message_id")
        self.again: bool = bool((message.get("metadata") or {}).get("again"))
        # Which of a person's accounts wrote it.
        self.account: str = (message.get("metadata") or {}).get("account") or self.conversation
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
        if self.kind in (CARD, OWN_CARD):
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

    def answered_with(self, phrase: str, since: Collection[str]) -> list[Turn]:
        """The earlier messages that were answered by this phrase, in order, after the last of the actions `since`."""
        found: list[Turn] = []
        answered = False
        messages = 0
        for event in reversed(self.tracker.events):
            kind = event.get("event")
            if kind == "user":
                if messages and answered:
                    message = {**(event.get("parse_data") or {}), "text": event.get("text")}
                    message["metadata"] = event.get("metadata")
                    found.append(Turn(self._dispatcher, self.tracker, self._domain, message))
                messages, answered = messages + 1, False
            elif messages and kind == "action" and event.get("name") in since:
                break
            elif kind == "bot" and (event.get("metadata") or {}).get("utter_action") == f"utter_{phrase}":
                answered = True
        return found[::-1]

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


def _card_person(line: str, settings: CampaignSettings) -> Person | None:
    phones = tuple(dict.fromkeys(found.e164 for found in read_numbers(line, settings.default_region).found))
    name, colon, _ = line.rpartition(": ")
    return Person(phones, _named(name if colon else None, settings)) if phones else None


def _named(name: str | None, settings: CampaignSettings) -> dict[str, str]:
    return {settings.name_variable: name} if name else {}
