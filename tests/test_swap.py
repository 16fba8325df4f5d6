"""Another model is put in between two turns: nothing that is said meanwhile is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from rasa_twin24 import model

pytestmark = pytest.mark.rasa
PROJECT = Path(__file__).parent.parent


async def test_everything_but_the_model_stays() -> None:
    from rasa.core.agent import Agent

    from rasa_twin24.swap import swap_model

    trained = model.ensure(PROJECT)
    agent = Agent.load(trained)
    before, store, locks = agent.processor, agent.tracker_store, agent.lock_store
    said = 0

    async def talk() -> int:
        heard = 0
        while agent.processor is before:
            heard += (await agent.parse_message("спасибо"))["intent"]["name"] == "thanks"
            nonlocal said
            said += 1
            await asyncio.sleep(0)
        return heard + ((await agent.parse_message("спасибо"))["intent"]["name"] == "thanks")

    talking = asyncio.create_task(talk())
    await swap_model(agent, trained)
    assert await talking == said + 1
    assert said > 1
    assert agent.processor is not before
    assert (agent.tracker_store, agent.lock_store) == (store, locks)
    assert (agent.processor.tracker_store, agent.processor.lock_store) == (store, locks)
    assert agent.domain is agent.processor.domain is agent.tracker_store.domain
    assert agent.nlg.responses is agent.domain.responses
