"""The tokenizer: plain words, numbers, "+", "?" and emoji (`text/tokens.py`)."""

from __future__ import annotations

import unicodedata
from typing import Any

import structlog
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from rasa_twin24.nlu.bounds import MOST_CHARACTERS
from rasa_twin24.nlu.source_fingerprint import source_fingerprint
from rasa_twin24.text.task_id import find_task_id
from rasa_twin24.text.tokens import Token as PlainToken
from rasa_twin24.text.tokens import tokenize

# LogisticRegressionClassifier raises on a message without features ("...", a blank), and the turn would die.
_NO_WORDS = "no_words"
_TASK_ID = "task_id"

log = structlog.get_logger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class MessengerTokenizer(Tokenizer):  # type: ignore[misc]
    """Splits what people write in messengers; offsets are those of the original text."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The options every Rasa tokenizer has."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Make training start again when a rule changes; of our components, training runs this one only."""
        return source_fingerprint()

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Tokens of one attribute, at least one; never raises, and reads the first 20,000 characters."""
        text = str(message.get(attribute))[:MOST_CHARACTERS]
        try:
            found = _with_one_id([_token(token) for token in tokenize(text)], text)
        except Exception as error:
            log.error("tokenize_failed", characters=len(text), error=type(error).__name__)
            found = []
        return found or [Token(_NO_WORDS, 0, max(len(text), 1))]


def _token(plain: PlainToken) -> Token:
    return Token(plain.text, plain.start, plain.end, lemma=_lemma(plain.text))


def _with_one_id(tokens: list[Token], text: str) -> list[Token]:
    """A task's id as one word that is the same for all ids: their letters and digits mean nothing."""
    found = find_task_id(text)
    if found is None:
        return tokens
    start, end, value = found
    before = [token for token in tokens if token.end <= start]
    after = [token for token in tokens if token.start >= end]
    return [*before, Token(value.lower(), start, end, lemma=_TASK_ID), *after]


def _lemma(token: str) -> str:
    """A sign spelled as a word: the featurizer counts lemmas and knows words only."""
    if len(token) == 1 and not token.isalnum():
        return unicodedata.name(token, "sign").lower().replace(" ", "_").replace("-", "_")
    return token
