"""Finding the one known word that a misspelt word stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

LONGEST_WORD = 24  # letters; no known word is longer, and longer input is not worth the time


class Spelling:
    """Known words indexed so that a word one slip away is found without comparing it to each of them.

    A slip is one letter left out, added, replaced, or two neighbours swapped. Words that differ so from each
    other share a spelling with one letter left out; those spellings are the index.
    """

    def __init__(self, words: Iterable[str], shortest: int) -> None:
        """Index `words` of at least `shortest` letters: in short words every slip makes another word."""
        self._by_shortened: dict[str, set[str]] = {}
        for word in words:
            if len(word) >= shortest:
                for shortened in _shortened(word):
                    self._by_shortened.setdefault(shortened, set()).add(word)

    def nearest(self, word: str) -> frozenset[str]:
        """All known words exactly one slip away from `word` (or equal to it)."""
        if len(word) > LONGEST_WORD:
            return frozenset()
        candidates: set[str] = set()
        for shortened in _shortened(word):
            candidates |= self._by_shortened.get(shortened, set())
        return frozenset(known for known in candidates if is_one_slip(word, known))


def is_one_slip(word: str, known: str) -> bool:
    """Tell whether two words are equal or differ by one letter left out, added, replaced or swapped."""
    if word == known:
        return True
    if abs(len(word) - len(known)) > 1:
        return False
    same = 0
    while same < min(len(word), len(known)) and word[same] == known[same]:
        same += 1
    if len(word) > len(known):
        return word[same + 1 :] == known[same:]
    if len(word) < len(known):
        return word[same:] == known[same + 1 :]
    swapped = word[same : same + 2] == known[same : same + 2][::-1]
    return word[same + 1 :] == known[same + 1 :] or (swapped and word[same + 2 :] == known[same + 2 :])


def _shortened(word: str) -> Iterator[str]:
    yield word
    for position in range(len(word)):
        yield word[:position] + word[position + 1 :]
