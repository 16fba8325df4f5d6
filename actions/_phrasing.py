"""Actions that put a text together from several phrases, or name buttons of their own."""

from __future__ import annotations

from abc import ABC
from typing import Any

from actions._boundary import Events, TopicAction, Turn
from rasa_twin24.text.phrases import Phrases


class PhrasingAction(TopicAction, ABC):
    """Needs `send_domain: true` in domain.yml."""

    async def run(self, dispatcher: Any, tracker: Any, domain: dict[str, Any]) -> Events:
        self._phrases = Phrases(domain.get("responses") or {})
        return await super().run(dispatcher, tracker, domain)

    def words(self, turn: Turn, phrase: str, **values: str) -> str:
        """`utter_<phrase>` in the person's language; raises `KeyError` when there is none."""
        return self._phrases.say(f"utter_{phrase}", turn.tracker.get_slot("language"), **values)
