"""The trained model on what no list of phrases can hold: any id, any number."""

from __future__ import annotations

import random
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from rasa_twin24 import model

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="module")]

PROJECT = Path(__file__).parents[2]
Parse = Callable[[str], Awaitable[dict[str, Any]]]


@pytest.fixture(scope="module")
def parse() -> Parse:
    from rasa.core.agent import Agent

    parsed: Parse = Agent.load(model.ensure(PROJECT)).parse_message
    return parsed


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
async def test_the_letters_of_an_id_mean_nothing(parse: Parse, phrase: str, intent: str) -> None:
    chance = random.Random(24)
    for _ in range(40):
        task_id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        parsed = await parse(phrase.format(task_id))
        assert parsed["intent"]["name"] == intent, task_id
        assert [found["value"] for found in parsed["entities"] if found["entity"] == "task_id"] == [task_id]


async def test_every_number_is_an_entity_in_order(parse: Parse) -> None:
    parsed = await parse("вот 8 916 123-45-67, +49 30 901820 и снова 8(916)1234567")
    found = [entity["value"] for entity in parsed["entities"] if entity["entity"] == "phone_number"]
    assert found == ["+79161234567", "+4930901820", "+79161234567"]
    assert parsed["intent"]["name"] == "provide_phone"
