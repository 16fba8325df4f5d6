"""Looks phrases of domain.yml up, for those who speak without Rasa's own response generator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Phrases:
    def __init__(self, responses: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """`responses` as in `Domain.responses`: name → variations, each with text and perhaps a condition."""
        self._responses = responses

    def say(self, name: str, language: str | None, /, **values: str) -> str:
        """The phrase in a language given as an IETF tag (`en-US`); Russian unless there is a variation for it."""
        text = str(self._variation(name, language)["text"])
        for key, value in values.items():
            text = text.replace("{" + key + "}", value)
        return text

    def buttons(self, name: str, language: str | None) -> list[tuple[str, str]]:
        """The buttons under the phrase as (title, payload)."""
        offered = self._variation(name, language).get("buttons") or ()
        return [(str(button["title"]), str(button["payload"])) for button in offered]

    def _variation(self, name: str, language: str | None) -> Mapping[str, Any]:
        wanted = (language or "ru").split("-")[0].lower()
        variations = {_language(variation): variation for variation in self._responses[name]}
        return variations.get(wanted) or variations["ru"]


def _language(variation: Mapping[str, Any]) -> str:
    for condition in variation.get("condition") or ():
        if condition.get("name") == "language":
            return str(condition.get("value"))
    return "ru"
