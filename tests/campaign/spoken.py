"""What the person would hear: an outcome without its phrase, or a phrase with a hole in it, is a fault."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path

import yaml

DOMAIN = Path(__file__).parents[2] / "domain.yml"
LANGUAGES = {"ru", "en"}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@functools.cache
def phrases() -> Mapping[str, Mapping[str, str]]:
    """Name without `utter_` → language → text."""
    responses = yaml.safe_load(DOMAIN.read_text("utf-8"))["responses"]
    return {
        name.removeprefix("utter_"): {_language(variation): variation["text"] for variation in variations}
        for name, variations in responses.items()
    }


def placeholders(kind: str) -> set[str]:
    """What the phrase needs to be filled in with, in whichever language."""
    return {name for text in phrases()[kind].values() for name in _PLACEHOLDER.findall(text)}


def check(kind: str, params: Mapping[str, str]) -> None:
    """Fail if this cannot be said whole in every language, or would give a phone number away."""
    assert kind in phrases(), f"domain.yml has no utter_{kind}"
    assert set(phrases()[kind]) == LANGUAGES, kind
    assert placeholders(kind) <= set(params), kind
    assert not re.search(r"\d{10,}", params.get("numbers", "") + params.get("reason", "")), kind


def _language(variation: Mapping[str, list[Mapping[str, str]]]) -> str:
    return next((condition["value"] for condition in variation.get("condition", [])), "ru")
