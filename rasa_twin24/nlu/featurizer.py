"""The features that the intent is learnt from: words, pieces of words, and what they are about (`text/traits.py`).

Every kind is weighed by how rare it is (tf-idf) and brought to one length, so that a long message is not surer than a
short one; measured against plain counts on phrases of other writers than the training data's.
"""

from __future__ import annotations

import math
import re
from typing import Any

import scipy.sparse
import structlog
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from rasa_twin24.text.traits import traits_of
from rasa_twin24.text.translit import as_russian

# Digits tell nothing about the intent, that there are some does.
_NUMBER = re.compile(r"\b\d+\b")
_SOME_NUMBER = "__number__"
_STORED = "vectorizers.skops"
# Beside what is of scikit-learn: how rare each word is. Anything else in the file is refused.
_TRUSTED = ["scipy.sparse._csr.csr_matrix"]
_WORD = r"\S+"

log = structlog.get_logger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class MessengerFeaturizer(SparseFeaturizer, GraphComponent):  # type: ignore[misc]
    """Gives each message one sparse sentence vector; needs the tokens of a tokenizer before it."""

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        vectorizers: list[Any] | None = None,
    ) -> None:
        """`vectorizers`: fitted ones, in the order of `_texts`; None before the training."""
        super().__init__(name, {**self.get_default_config(), **config})
        self._model_storage = model_storage
        self._resource = resource
        self._vectorizers = vectorizers
        # The classifier has a fixed strength of regularisation, 1: longer vectors are the same as a weaker one.
        self._length = math.sqrt(float(self._config["strength"]))

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`strength`: how closely the classifier may follow the examples, the C of a logistic regression."""
        return {**SparseFeaturizer.get_default_config(), "strength": 30.0}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raise ValueError for a strength that is no positive number."""
        if not float(config.get("strength", 1.0)) > 0:
            raise ValueError("strength must be a positive number")

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessengerFeaturizer:
        """Build an untrained component."""
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MessengerFeaturizer:
        """Build the component with what the training stored."""
        import skops.io

        with model_storage.read_from(resource) as folder:
            vectorizers = skops.io.load(folder / _STORED, trusted=_TRUSTED)
        return cls(config, execution_context.node_name, model_storage, resource, vectorizers)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn which words, pieces and traits there are, and how rare."""
        import skops.io
        from sklearn.feature_extraction.text import TfidfVectorizer

        texts = [_texts(message) for message in training_data.intent_examples]
        self._vectorizers = [
            TfidfVectorizer(token_pattern=_WORD, ngram_range=(1, 2), sublinear_tf=True, lowercase=False),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, lowercase=False),
            TfidfVectorizer(token_pattern=_WORD, sublinear_tf=True, lowercase=False),
        ]
        for vectorizer, column in zip(self._vectorizers, zip(*texts, strict=True), strict=True):
            vectorizer.fit(column)
        with self._model_storage.write_to(self._resource) as folder:
            skops.io.dump(self._vectorizers, folder / _STORED)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Give every example its vector."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Give every message its vector; never raises: one that cannot be read gets the vector of nothing known."""
        if not messages or not self._vectorizers:
            return messages
        try:
            columns = list(zip(*map(_texts, messages), strict=True))
        except Exception as error:
            log.error("featurize_failed", error=type(error).__name__)
            columns = [("",) * len(messages)] * len(self._vectorizers)
        parts = [vectorizer.transform(texts) for vectorizer, texts in zip(self._vectorizers, columns, strict=True)]
        vectors = scipy.sparse.hstack(parts).tocsr() * self._length
        for message, vector in zip(messages, vectors, strict=True):
            message.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages


def _texts(message: Message) -> tuple[str, str, str]:
    """What each vectorizer reads of a message: its words, the same for their pieces, and its traits."""
    tokens = message.get(TOKENS_NAMES[TEXT]) or []
    words = [token.lemma for token in tokens]
    words = as_russian(words) or words
    plain = _NUMBER.sub(_SOME_NUMBER, " ".join(words))
    return plain, plain, " ".join(traits_of(words))
