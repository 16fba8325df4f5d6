"""Which of the known tasks a message means by name: «приостанови Весеннюю акцию» means «Весенняя акция». Pure.

Words are compared by their dictionary forms, so a name may be declined. A name of nothing but words like «обзвон» is
meant only when it stands in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rasa_twin24.text.dictionary import load_dictionary
from rasa_twin24.text.normalise import normalise
from rasa_twin24.text.quotes import QUOTED

MOST_CHARACTERS = 300  # looked at
LONGEST_WORD = 40

_WORD = re.compile(r"[^\W_]+")
# Said of any task, so they name none.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """
        обзвон звонок звонить задание задача кампания компания дозвон прозвон рассылка робот пауза статус список номер
        последний новый мой этот тот весь на по с в и или не это как там идти что дела дело состояние остановить
        приостановить поставить продолжить возобновить снять запустить стоп сейчас сегодня пожалуйста
        call calls calling campaign task dialing pause resume status stop start continue the a my this that on of for
        it how is going please now all last new
        """,
    )
)
_SHORTEST_STEM = 4


def mentioned(text: str, names: Sequence[str]) -> list[int]:
    """The places of the names that a message mentions; of those that overlap, the ones with the most words.

    >>> mentioned("приостанови Весеннюю акцию", ["Курьеры", "Весенняя акция", "Акция"])
    [1]
    """
    text = text[:MOST_CHARACTERS]
    quoted = {" ".join(_words(found)) for found in QUOTED.findall(text)} - {""}
    exact = [place for place, name in enumerate(names) if " ".join(_words(name)) in quoted]
    if exact or quoted:
        return exact
    said = _words(text)
    matched: list[tuple[int, frozenset[int]]] = []
    for place, name in enumerate(names):
        where = _places(_words(name), said)
        if where:
            matched.append((place, where))
    return [place for place, where in matched if not any(where < other for _, other in matched)]


def names_another(text: str) -> bool:
    """Whether a message quotes a name: if it is none of the known ones, no other task is meant."""
    return QUOTED.search(text[:MOST_CHARACTERS]) is not None


def _places(name: list[str], said: list[str]) -> frozenset[int]:
    """Where in the message the words of the name stand; empty unless all do, one of them a word of its own."""
    if not name or all(_forms(word) & _COMMON for word in name):
        return frozenset()
    places = [next((at for at, other in enumerate(said) if _is_same(word, other)), None) for word in name]
    return frozenset() if None in places else frozenset(place for place in places if place is not None)


def _is_same(word: str, other: str) -> bool:
    if word == other or _forms(word) & _forms(other):
        return True
    if word.isdigit() or other.isdigit():
        return False
    # Names that no dictionary knows are declined too: «Ромашкино», «Ромашкину».
    stem = word[: max(_SHORTEST_STEM, len(word) - 2)]
    unknown = not any(load_dictionary().word_is_known(one) for one in (word, other))
    return unknown and len(word) > _SHORTEST_STEM and other.startswith(stem) and abs(len(word) - len(other)) <= 2


@lru_cache(maxsize=4096)
def _forms(word: str) -> frozenset[str]:
    """The dictionary forms that a word may be of, and itself."""
    if word.isascii():
        return frozenset({word})
    return frozenset({word, *(parse.normal_form.replace("ё", "е") for parse in load_dictionary().parse(word))})


def _words(text: str) -> list[str]:
    return [word[:LONGEST_WORD] for word in _WORD.findall(normalise(text).text)]
