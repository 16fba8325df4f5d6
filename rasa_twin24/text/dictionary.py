"""Which words are real Russian ones, so that "давал" is not taken for a misspelt "давай"."""

from __future__ import annotations

from functools import lru_cache

import pymorphy3


def is_russian_word(word: str) -> bool:
    """Tell whether the OpenCorpora dictionary (through pymorphy3) has this form; the first call loads it (0.2 s)."""
    return bool(_analyzer().word_is_known(word))


@lru_cache(maxsize=1)
def _analyzer() -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer(lang="ru")
