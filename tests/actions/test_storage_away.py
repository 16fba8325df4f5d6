"""What an action says when the ledger cannot be reached: its own phrase, once, and never an exception."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import IntegrityError, OperationalError

from actions._boundary import Events, TopicAction
from actions._form import TopicForm
from actions._office import Office
from actions._turn import Turn
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.people import WEB_OWNER

AWAY = OperationalError("INSERT", {"phone": "+79991234567"}, Exception("server closed the connection"))
OURS = IntegrityError("INSERT", {"phone": "+79991234567"}, Exception("duplicate key"))


class Failing(TopicAction):
    def __init__(self, office: Any, error: Exception) -> None:
        super().__init__(office)
        self._error = error

    def name(self) -> str:
        return "action_failing"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        raise self._error


class FailingForm(TopicForm):
    def __init__(self, office: Any, error: Exception) -> None:
        super().__init__(office)
        self._error = error

    def name(self) -> str:
        return "validate_failing_form"

    async def required_slots(self, *_arguments: Any) -> list[str]:
        raise self._error


def tracker(kind: str) -> Tracker:
    message = {"text": "да", "metadata": {"kind": kind}}
    return Tracker(WEB_OWNER, {}, message, [], False, None, {}, "action_listen")


@pytest.mark.parametrize("topic", [Failing, FailingForm])
@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (AWAY, "text", ["utter_storage_away"]),
        (AWAY, "button", ["utter_storage_away"]),
        (AWAY, "notice", []),  # silence is the sign to tell the news again later
        (OURS, "text", ["utter_internal_error"]),
        (OURS, "notice", ["utter_internal_error"]),
        (LookupError("no task"), "text", ["utter_internal_error"]),
    ],
)
async def test_the_phrase_of_an_error(
    topic: type[Failing | FailingForm], tmp_path: Path, error: Exception, kind: str, said: list[str]
) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    await ledger.open()
    dispatcher = CollectingDispatcher()
    with structlog.testing.capture_logs() as logs:
        await topic(SimpleNamespace(ledger=ledger), error).run(dispatcher, tracker(kind), {"forms": {}})
    assert [message["response"] for message in dispatcher.messages] == said
    assert "79991234567" not in repr(logs)
    await ledger.close()
