"""Words typed with the wrong keyboard layout: "lf" for "да", "щл" for "ok"."""

from __future__ import annotations

import re

# The two standard PC layouts, key by key (Windows "US" and "Русская").
_LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
_RUSSIAN_KEYS = "йцукенгшщзхъфывапролджэячсмитьбю"
_TO_RUSSIAN = str.maketrans(_LATIN_KEYS, _RUSSIAN_KEYS)
_TO_LATIN = str.maketrans(_RUSSIAN_KEYS[:-2], _LATIN_KEYS[:-2])
# A comma, a full stop or a bracket is a letter only inside a word; at its edge it is punctuation,
# except "[" which may begin a word ("[jhjij").
_TYPED_WORD = re.compile(r"\[?[a-z](?:[a-z\[\];',.]*[a-z\[\];'])?")
_RUSSIAN_WORD = re.compile(r"[а-я]+")


def typed_as_russian(text: str) -> str:
    """Read a plain lower-case text as if its Latin letters had been typed on the Russian layout."""
    return _TYPED_WORD.sub(lambda word: word.group().translate(_TO_RUSSIAN).replace("ё", "е"), text)


def typed_as_english(text: str) -> str:
    """Read a plain lower-case text as if its Russian letters had been typed on the English layout."""
    return _RUSSIAN_WORD.sub(lambda word: word.group().translate(_TO_LATIN), text)
