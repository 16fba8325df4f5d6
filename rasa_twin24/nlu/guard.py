"""The consent guard, the last component of the pipeline that touches the intent (`decision.py`, `text/consent.py`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import (
    ENTITIES,
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from rasa_twin24.nlu.bounds import MOST_CHARACTERS
from rasa_twin24.nlu.decision import NLU_FALLBACK, Prediction, decide
from rasa_twin24.nlu.phone_extractor import PHONE_NUMBER
from rasa_twin24.nlu.taught_now import taught_now
from rasa_twin24.text.dictionary import load_dictionary
from rasa_twin24.text.taught import phrase_key

log = structlog.get_logger(__name__)

# How a phrase that an owner has taught is marked in the training data: metadata of its block.
_MARK = ("metadata", "intent", "taught")
_FILE = "taught.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ConsentGuard(GraphComponent):  # type: ignore[misc]
    """Has the last word on affirm, deny, hesitate, start_calls, provide_phone and whole-message commands."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage | None = None,
        resource: Resource | None = None,
        taught: Mapping[str, str] | None = None,
    ) -> None:
        """`config["threshold"]` is that of the FallbackClassifier before it. Loads the dictionary before any turn.

        `taught`: the phrases that the model was taught, intents by `phrase_key`.
        """
        load_dictionary()
        self._threshold = float(config["threshold"])
        self._model_storage = model_storage
        self._resource = resource
        self._taught = dict(taught or {})

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`threshold`: least confidence, 0 to 1, of an intent that takes a vetoed one's place."""
        return {"threshold": 0.3}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ConsentGuard:
        """Build the component of a model that was taught nothing yet."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ConsentGuard:
        """Build the component with what its model was taught; without a record of it, with nothing: then it asks."""
        try:
            with model_storage.read_from(resource) as folder:
                taught = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        except (ValueError, OSError) as error:
            log.error("taught_phrases_missing", error=type(error).__name__)
            taught = {}
        return cls(config, model_storage, resource, taught)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the taught phrases by heart: a model alone understands them, wherever it is loaded."""
        assert self._model_storage is not None
        assert self._resource is not None
        self._taught = {
            phrase_key(str(example.get(TEXT))): str(example.get(INTENT))
            for example in training_data.intent_examples
            if _is_taught(example)
        }
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(self._taught, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Settle the intent of each message and put it first in the ranking; never raises.

        What is taught now goes before what the model was taught. A failure of the rules leaves no consent
        behind: the intent becomes nlu_fallback.
        """
        now = taught_now()
        taught = self._taught if now is None else now
        for message in messages:
            text = str(message.get(TEXT) or "")[:MOST_CHARACTERS]
            try:
                settled = decide(text, _ranking(message), _phone_spans(message), self._threshold, taught)
            except Exception as error:
                log.error("consent_guard_failed", characters=len(text), error=type(error).__name__)
                settled = Prediction(NLU_FALLBACK, self._threshold)
            _settle(message, settled)
        return messages


def _is_taught(example: Message) -> bool:
    value: Any = example.data
    for name in _MARK:
        value = value.get(name) if isinstance(value, dict) else None
    return bool(value)


def _ranking(message: Message) -> list[Prediction]:
    """The model's predictions, best first; the intent alone when a classifier gave no ranking."""
    ranked = message.get(INTENT_RANKING_KEY) or [message.get(INTENT) or {}]
    return [
        Prediction(str(entry[INTENT_NAME_KEY]), float(entry.get(PREDICTED_CONFIDENCE_KEY) or 0.0))
        for entry in ranked
        if entry.get(INTENT_NAME_KEY)
    ]


def _phone_spans(message: Message) -> list[tuple[int, int]]:
    return [
        (entity["start"], entity["end"])
        for entity in message.get(ENTITIES) or []
        if entity.get("entity") == PHONE_NUMBER
    ]


def _settle(message: Message, settled: Prediction) -> None:
    chosen = {INTENT_NAME_KEY: settled.intent, PREDICTED_CONFIDENCE_KEY: settled.confidence}
    others = [entry for entry in message.get(INTENT_RANKING_KEY) or [] if entry.get(INTENT_NAME_KEY) != settled.intent]
    message.set(INTENT, chosen, add_to_output=True)
    message.set(INTENT_RANKING_KEY, [chosen, *others], add_to_output=True)
