"""The language of the answers: what a person asked for holds until they ask for another, or for none."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions._boundary import Events, TopicAction
from actions._office import Office
from actions._steps import resume
from actions._turn import Turn
from rasa_twin24.ledger.people import Role
from rasa_twin24.text.language import language_of
from rasa_twin24.text.language_wish import LanguageWish, asked_language

_SAID = {
    "ru": "switch_language",
    "en": "switch_language",
    "auto": "switch_language_auto",
    None: "switch_language_which",
}


class ActionSwitchLanguage(TopicAction):
    """Switches and says nothing: Rasa takes the phrases of the old language until the slot is set."""

    needs = Role.VIEWER

    def name(self) -> str:
        return "action_switch_language"

    async def act(self, turn: Turn, office: Office) -> Events:
        wish = _wish(turn)
        if wish is None:
            return []
        language = language_of(turn.text) if wish == "auto" else wish
        await office.ledger.conversations.speak(turn.conversation, language, chosen=wish != "auto")
        return [SlotSet("language", language)]


class ActionLanguageSwitched(TopicAction):
    needs = Role.VIEWER

    def name(self) -> str:
        return "action_language_switched"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        turn.say(_SAID[_wish(turn)])
        await resume(turn, office)
        return None


def _wish(turn: Turn) -> LanguageWish | None:
    return asked_language(turn.text) if turn.typed else None
