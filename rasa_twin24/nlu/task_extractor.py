"""The extractor of a new task's name and a known task's id (`text/task_name.py`, `text/task_id.py`)."""

from __future__ import annotations

from typing import Any

import structlog
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from rasa_twin24.nlu.bounds import MOST_CHARACTERS
from rasa_twin24.nlu.phone_extractor import configured_region
from rasa_twin24.text.task_id import find_task_id
from rasa_twin24.text.task_name import find_task_name

TASK_NAME = "task_name"
TASK_ID = "task_id"
NAMING_INTENT = "create_task"

log = structlog.get_logger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class TaskExtractor(GraphComponent, EntityExtractorMixin):  # type: ignore[misc]
    """Adds `task_id` wherever one stands, and `task_name` when the message asks for a new task."""

    def __init__(self, config: dict[str, Any]) -> None:
        """The region is settled when the model is loaded; numbers end a name and are no ids."""
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
    ) -> TaskExtractor:
        """Build the component; there is nothing to load."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Add what is found to each message's entities; never raises."""
        for message in messages:
            text = str(message.get(TEXT) or "")[:MOST_CHARACTERS]
            intent = (message.get(INTENT) or {}).get(INTENT_NAME_KEY)
            try:
                found = self._entities(text, intent)
            except Exception as error:
                log.error("find_task_failed", characters=len(text), error=type(error).__name__)
                continue
            message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)
        return messages

    def _entities(self, text: str, intent: str | None) -> list[dict[str, Any]]:
        found = {TASK_ID: find_task_id(text, self._region)}
        if intent == NAMING_INTENT:
            found = {TASK_NAME: find_task_name(text, self._region), TASK_ID: None}
        entities = [
            {"entity": entity, "start": place[0], "end": place[1], "value": place[2]}
            for entity, place in found.items()
            if place is not None
        ]
        self.add_extractor_name(entities)
        return entities
