"""The extractor of phone numbers (`text/phones.py`)."""

from __future__ import annotations

import os
from typing import Any

import structlog
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from rasa_twin24.nlu.bounds import MOST_CHARACTERS
from rasa_twin24.text.phones import find_phones

PHONE_NUMBER = "phone_number"
REGION_VARIABLE = "BOT_DEFAULT_REGION"
DEFAULT_REGION = "RU"

log = structlog.get_logger(__name__)


def configured_region(config: dict[str, Any]) -> str:
    """The region of numbers without a country code: the key `region`, else BOT_DEFAULT_REGION, else RU."""
    return str(config.get("region") or os.environ.get(REGION_VARIABLE) or DEFAULT_REGION).upper()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PhoneExtractor(GraphComponent, EntityExtractorMixin):  # type: ignore[misc]
    """Adds an entity `phone_number` with an E.164 value for each occurrence of a valid number."""

    def __init__(self, config: dict[str, Any]) -> None:
        """The region is settled when the model is loaded."""
        self._region = configured_region(config)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`region`: ISO 3166 code; None leaves it to BOT_DEFAULT_REGION."""
        return {"region": None}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PhoneExtractor:
        """Build the component; there is nothing to load."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the numbers of each message to its entities; never raises, reads the first 20,000 characters."""
        for message in messages:
            text = str(message.get(TEXT) or "")[:MOST_CHARACTERS]
            try:
                phones = self._entities(text)
            except Exception as error:
                # Without the traceback: its values could hold numbers.
                log.error("find_phones_failed", characters=len(text), error=type(error).__name__)
                continue
            message.set(ENTITIES, [*message.get(ENTITIES, []), *phones], add_to_output=True)
        return messages

    def _entities(self, text: str) -> list[dict[str, Any]]:
        entities = [
            {"entity": PHONE_NUMBER, "start": phone.start, "end": phone.end, "value": phone.e164}
            for phone in find_phones(text, self._region)
        ]
        self.add_extractor_name(entities)
        return entities
