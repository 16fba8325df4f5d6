"""The detector of the message's language (`text/language.py`)."""

from __future__ import annotations

from typing import Any

import structlog
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from rasa_twin24.text.language import language_of

LANGUAGE = "language"
METADATA = "metadata"

log = structlog.get_logger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LanguageDetector(GraphComponent, EntityExtractorMixin):  # type: ignore[misc]
    """Adds an entity `language` ("ru" or "en") over the whole text: the metadata's, else what the text tells."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageDetector:
        """Build the component; there is nothing to load."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the language to each message's entities, or nothing; never raises."""
        for message in messages:
            text = str(message.get(TEXT) or "")
            try:
                # A channel knows more than the text tells: what was spoken before, and what the person has asked for.
                language = (message.get(METADATA) or {}).get(LANGUAGE) or language_of(text)
            except Exception as error:
                log.error("detect_language_failed", characters=len(text), error=type(error).__name__)
                continue
            if language is not None:
                whole = {"entity": LANGUAGE, "start": 0, "end": len(text), "value": language}
                entities = [*message.get(ENTITIES, []), *self.add_extractor_name([whole])]
                message.set(ENTITIES, entities, add_to_output=True)
        return messages
