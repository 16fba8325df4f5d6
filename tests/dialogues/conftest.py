from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.dialogues.stage import Stage, staged


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "dialogues" in str(item.path):
            item.add_marker(pytest.mark.rasa)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One bot for all conversations; each has a person of its own."""
    async with staged(tmp_path_factory.mktemp("bot")) as opened:
        yield opened
