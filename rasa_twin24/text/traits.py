"""What the language model sees of a message beside its words: what it is about, in both languages alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
    about: dict[str, None] = {}
    unknown = 0
    for word in words:
        found = concepts_of(word)
        about.update(dict.fromkeys(found))
        unknown += not found and not is_function_word(word) and not _NUMBER.fullmatch(word)
    pairs = ["+".join(pair) for pair in combinations(sorted(about), 2)]
    return [*about, *pairs, f"unknown_{min(unknown, _MOST_UNKNOWN)}", f"words_{min(len(words), _MOST_WORDS)}"]
