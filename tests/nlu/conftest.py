"""The model of the present data, loaded once for all tests that judge it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from rasa_twin24 import model

PROJECT = Path(__file__).parents[2]
Parse = Callable[[str], Awaitable[dict[str, Any]]]


@pytest.fixture(scope="session")
def trained() -> Parse:
    """What the trained model makes of a text."""
    from rasa.core.agent import Agent

    parsed: Parse = Agent.load(model.ensure(PROJECT)).parse_message
    return parsed
