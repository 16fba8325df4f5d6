"""Which words are real Russian ones, so that "давал" is not taken for a misspelt "давай"."""

from __future__ import annotations

from functools import lru_cache

import pymorphy3


def is_russian_word(word: str) -> bool:
    """Tell whether the OpenCorpora dictionary, which pymorphy3 carries, has this form of a word."""
    return bool(load_dictionary().word_is_known(word))


@lru_cache(maxsize=1)
def load_dictionary() -> pymorphy3.MorphAnalyzer:
    """Load the dictionary once, about 0.2 s; later calls give the same one."""
    return pymorphy3.MorphAnalyzer(lang="ru")
