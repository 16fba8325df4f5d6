"""Actions in the bot's process answer as the action server does, and bad results are still refused."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
import pytest
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from rasa_twin24 import inprocess
from rasa_twin24.inprocess import InProcessActions, check_results_quickly

pytestmark = pytest.mark.rasa


class Greeting(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_greet"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        dispatcher.utter_message(text=f"Привет, {tracker.get_slot('name')}")
        tracker.slots["name"] = "Пётр"
        return [{"event": "slot", "name": "seen", "value": True}]


class Refusing(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_refuse"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        raise ActionExecutionRejection("action_refuse", "не моё")


@pytest.fixture
def endpoint() -> InProcessActions:
    executor = ActionExecutor()
    executor.register_action(Greeting())
    executor.register_action(Refusing())
    return InProcessActions(executor)


def call(action: str) -> dict[str, Any]:
    slots = {"name": "Иван"}
    return {
        "next_action": action,
        "sender_id": "telegram:5",
        "tracker": {"sender_id": "telegram:5", "slots": slots, "latest_message": {}, "events": []},
    }


async def test_an_answer(endpoint: InProcessActions) -> None:
    body = call("action_greet")
    before = copy.deepcopy(body)

    result = await endpoint.request(json=body, method="post", timeout=300, compress=False)

    assert [{**event, "timestamp": None} for event in result["events"]] == [
        {"event": "slot", "name": "seen", "value": True, "timestamp": None}
    ]
    assert result["responses"][0]["text"] == "Привет, Иван"
    assert body == before, "an action reached into Rasa's own tracker"


async def test_a_rejection_is_the_servers_400(endpoint: InProcessActions) -> None:
    with pytest.raises(ClientResponseError) as caught:
        await endpoint.request(json=call("action_refuse"))

    assert caught.value.status == 400
    assert json.loads(caught.value.text) == {"action_name": "action_refuse", "error": "не моё"}


async def test_an_unknown_action_is_the_servers_404(endpoint: InProcessActions) -> None:
    with pytest.raises(ClientResponseError) as caught:
        await endpoint.request(json=call("action_nothing"))

    assert caught.value.status == 404


async def test_rasa_itself_understands_the_answers(endpoint: InProcessActions) -> None:
    domain = Domain.from_dict({"actions": ["action_greet", "action_refuse"]})
    tracker = DialogueStateTracker.from_events("telegram:5", [], slots=domain.slots)

    events = await RemoteAction("action_greet", endpoint).run(None, None, tracker, domain)

    assert [event for event in events if isinstance(event, SlotSet)] == [SlotSet("seen", True)]
    with pytest.raises(Exception, match="не моё") as caught:
        await RemoteAction("action_refuse", endpoint).run(None, None, tracker, domain)
    assert type(caught.value).__name__ == "ActionExecutionRejection"


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """The check as Rasa brings it, and ours."""
    original = RemoteAction._validate_action_result
    monkeypatch.setattr(RemoteAction, "_validate_action_result", original)
    check_results_quickly()
    quick = RemoteAction._validate_action_result
    assert quick is not original
    return original, quick


SLOT = {"event": "slot", "name": "a", "value": None}

RESULTS: dict[str, tuple[Any, bool]] = {
    "nothing": ({}, True),
    "empty": ({"events": [], "responses": []}, True),
    "a slot": ({"events": [SLOT]}, True),
    "many kinds": (
        {"events": [SLOT, {"event": "reset_slots"}, {"event": "active_loop", "name": None}, {"event": "followup"}]},
        True,
    ),
    "a response": ({"events": [], "responses": [{"text": "Привет", "buttons": [], "response": "utter_x"}]}, True),
    "with a time": ({"events": [{**SLOT, "timestamp": 1.5, "metadata": {}}]}, True),
    "unknown fields": ({"more": 1}, True),
    "not an object": ([], False),
    "null": (None, False),
    "events not a list": ({"events": {}}, False),
    "an event that is text": ({"events": ["slot"]}, False),
    "an event without a kind": ({"events": [{"name": "a", "value": 1}]}, False),
    "an unknown kind": ({"events": [{"event": "explode"}]}, False),
    "a kind that is a number": ({"events": [{"event": 5}]}, False),
    "a slot without a value": ({"events": [{"event": "slot", "name": "a"}]}, False),
    "a slot without a name": ({"events": [{"event": "slot", "value": "a"}]}, False),
    "a slot's name is a number": ({"events": [{"event": "slot", "name": 1, "value": "a"}]}, False),
    "a time that is text": ({"events": [{**SLOT, "timestamp": "now"}]}, False),
    "metadata that is a list": ({"events": [{**SLOT, "metadata": []}]}, False),
    "entities without a value": ({"events": [{"event": "entities", "entities": [{"entity": "a"}]}]}, False),
    "responses not a list": ({"events": [], "responses": {}}, False),
    "a response that is text": ({"events": [], "responses": ["Привет"]}, False),
}


@pytest.mark.parametrize("name", RESULTS)
def test_a_quick_check_is_rasas_check(both: tuple[Any, Any], name: str) -> None:
    result, good = RESULTS[name]
    for check in both:
        if good:
            assert check(RemoteAction("action_greet", None), copy.deepcopy(result)) is True
        else:
            with pytest.raises(jsonschema.ValidationError):
                check(RemoteAction("action_greet", None), copy.deepcopy(result))


def test_another_version_of_rasa_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    original = RemoteAction._validate_action_result
    monkeypatch.setattr(RemoteAction, "_validate_action_result", original)
    monkeypatch.setattr(inprocess.rasa, "__version__", "3.6.22")

    check_results_quickly()

    assert RemoteAction._validate_action_result is original
