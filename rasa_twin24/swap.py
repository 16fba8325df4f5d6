"""Puts another model into a running agent between two turns."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.processor import MessageProcessor

# Parsed before anybody waits for it: the first message of a model loads what is loaded late.
_FIRST = "привет"


async def swap_model(agent: Agent, model: Path) -> None:
    """Load the model beside the talk, then let it answer from the next message on.

    A turn that runs ends with the model it began with. Trackers, locks and actions stay what they are. As
    `Agent.load_model`, which blocks the event loop for seconds.
    """
    processor = await asyncio.get_running_loop().run_in_executor(None, _load, agent, model)
    agent.processor = processor
    agent.domain = processor.domain
    agent.tracker_store.domain = agent.domain
    if isinstance(agent.nlg, TemplatedNaturalLanguageGenerator):
        agent.nlg.responses = agent.domain.responses


def _load(agent: Agent, model: Path) -> MessageProcessor:
    processor = MessageProcessor(
        model_path=model,
        tracker_store=agent.tracker_store,
        lock_store=agent.lock_store,
        action_endpoint=agent.action_endpoint,
        generator=agent.nlg,
        http_interpreter=agent.http_interpreter,
    )
    asyncio.run(processor.parse_message(UserMessage(_FIRST)))
    return processor
