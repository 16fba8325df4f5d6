"""Reading takes linear time on whatever is sent: hostile texts are compared to an ordinary one of the same length."""

from __future__ import annotations

import time

import pytest

from rasa_twin24.text.consent import read_answer
from rasa_twin24.text.language import language_of
from rasa_twin24.text.phones import read_numbers
from rasa_twin24.text.task_id import find_task_id
from rasa_twin24.text.task_name import find_task_name
from rasa_twin24.text.tokens import tokenize

LENGTH = 20_000  # characters
# Quadratic behaviour would show as hundreds.
MOST_TIMES_ORDINARY = 12.0
ORDINARY = "позвони Ивану 8 (916) 123-45-67, потом Анне +7 926 765 43 21; "

HOSTILE = {
    "one long number": "1",
    "glued numbers": "89161234567",
    "single digits": "8 ",
    "single nines": "9 ",
    "plus signs": "+",
    "brackets": "(",
    "digit and dot": "1.",
    "digit and dash": "1-",
    "half an address": "1.1.1.",
    "half a date": "12.12.",
    "half a time": "12:",
    "half an e-mail": "a@",
    "half a domain": "a.",
    "one long word": "a",
    "half a uuid": "abcd-",
    "hex": "abcdef01",
    "identifier words": "заказ ",
    "amounts": "1 000 ",
    "extensions": "1 доб ",
    "numerals": "семь ",
    "numerals and words": "один слово ",
    "misspelt numerals": "восмь ",
    "list indexes": "1) ",
    "line breaks": "\n",
    "blanks": " ",
    "quotes": '"',
    "opening quotes": "«а ",
    "accents": "\u0301",
    "invisible": "\u200b",
    "keycaps": "8️⃣",
    "underscores": "id_0_",
    "almost a number": "8 916 123 45 6 ",
    "requests": "создай обзвон ",
    "task words": "задание ",
}


def seconds(text: str) -> float:
    started = time.process_time()
    read_numbers(text)
    find_task_name(text)
    find_task_id(text)
    tokenize(text)
    read_answer(text)
    language_of(text)
    return time.process_time() - started


@pytest.fixture(scope="module")
def ordinary_seconds() -> float:
    text = (ORDINARY * LENGTH)[:LENGTH]
    seconds(text)  # the first reading loads tables
    return min(seconds(text) for _ in range(3))


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_cost_no_more_than_a_few_ordinary_ones(piece: str, ordinary_seconds: float) -> None:
    text = (piece * LENGTH)[:LENGTH]
    assert min(seconds(text) for _ in range(2)) < MOST_TIMES_ORDINARY * ordinary_seconds
