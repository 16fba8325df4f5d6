"""The trained model: on the evaluation set, and on what no list of phrases can hold, any id and any number."""

from __future__ import annotations

import random
import uuid
from collections import Counter

import pytest

from tests.nlu.conftest import Parse
from tests.nlu.test_evaluation_set import INTENTS, NARROW, evaluation

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session")]

# Shares of the evaluation set. Asking once more is cheap; a yes that was none is not.
LEAST_RIGHT = 0.90
LEAST_ANSWERS_HEARD = 0.95
# The guard asks again rather than starts on a verb it does not know.
LEAST_HEARD = dict.fromkeys(INTENTS, 0.80) | {"start_calls": 0.65}


@pytest.mark.parametrize(
    ("phrase", "intent"),
    [
        ("запусти задание {}", "start_calls"),
        ("запускай обзвон {}", "start_calls"),
        ("добавь номера в задание {}", "add_to_existing_task"),
        ("хочу докинуть людей в задание {}", "add_to_existing_task"),
        ("какой статус у задания {}", "task_status"),
        ("add numbers to task {}", "add_to_existing_task"),
    ],
)
async def test_the_letters_of_an_id_mean_nothing(trained: Parse, phrase: str, intent: str) -> None:
    chance = random.Random(24)
    for _ in range(40):
        task_id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        parsed = await trained(phrase.format(task_id))
        assert parsed["intent"]["name"] == intent, task_id
        assert [found["value"] for found in parsed["entities"] if found["entity"] == "task_id"] == [task_id]


async def test_every_number_is_an_entity_in_order(trained: Parse) -> None:
    parsed = await trained("вот 8 916 123-45-67, +49 30 901820 и снова 8(916)1234567")
    found = [entity["value"] for entity in parsed["entities"] if entity["entity"] == "phone_number"]
    assert found == ["+79161234567", "+4930901820", "+79161234567"]
    assert parsed["intent"]["name"] == "provide_phone"


async def test_the_evaluation_set(trained: Parse) -> None:
    asked, heard, said = Counter[str](), Counter[str](), Counter[str]()
    false_yes = []
    for row in evaluation():
        intent = (await trained(row["text"]))["intent"]["name"]
        asked[row["intent"]] += 1
        # To the question whether to start, an order to start is the yes.
        heard[row["intent"]] += intent == row["intent"] or (row["intent"], intent) == ("affirm", "start_calls")
        said[intent] += 1
        if intent == "affirm" != row["intent"]:
            false_yes.append(row["text"])
    recall = {intent: heard[intent] / asked[intent] for intent in asked}
    assert false_yes == []
    assert {intent: recall[intent] for intent in ("affirm", "deny") if recall[intent] < LEAST_ANSWERS_HEARD} == {}
    assert {intent: share for intent, share in recall.items() if share < LEAST_HEARD[intent]} == {}
    assert heard.total() / asked.total() >= LEAST_RIGHT
    # Nobody's words are taken by what is asked seldom.
    taken = {intent: said[intent] - heard[intent] for intent in NARROW}
    assert sum(taken.values()) <= asked.total() * 0.01, taken
