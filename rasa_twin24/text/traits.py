"""What the language model sees of a message beside its words: what it is about, in both languages alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import combinations

from rasa_twin24.text.concepts import concepts_of, is_function_word

# More unknown words, or words in all, tell nothing further.
_MOST_UNKNOWN = 4
_MOST_WORDS = 8
_NUMBER = re.compile(r"\d+")


def traits_of(words: Sequence[str]) -> list[str]:
    """The traits of a message of plain lower-case words and signs: concepts, pairs of them, how much is about nothing.

    >>> traits_of(["запусти", "обзвон"])
    ['start', 'call', 'task', 'call+start', 'call+task', 'start+task', 'unknown_0', 'words_2']
    """
    about = dict.fromkeys(concept for word in words for concept in concepts_of(word))
    unknown = unknown_words(words)
    pairs = ["+".join(pair) for pair in combinations(sorted(about), 2)]
    return [*about, *pairs, f"unknown_{min(unknown, _MOST_UNKNOWN)}", f"words_{min(len(words), _MOST_WORDS)}"]


def unknown_words(words: Iterable[str]) -> int:
    """How many plain words are about nothing that the bot does; numbers and words without a meaning do not count.

    >>> unknown_words(["рецепт", "борща", "и", "обзвон", "12"])
    2
    """
    return sum(not (concepts_of(word) or is_function_word(word) or _NUMBER.fullmatch(word)) for word in words)
