"""The guard learns taught phrases by heart and keeps them in the model; what is taught now goes before that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rasa_twin24.nlu.taught_now import teach_now
from rasa_twin24.teaching.phrase import Taught, render

pytestmark = pytest.mark.rasa


@pytest.fixture(autouse=True)
def untaught() -> Iterator[None]:
    yield
    teach_now(None)


def read_by(guard: object, text: str) -> str:
    from rasa.shared.nlu.training_data.message import Message

    message = Message(data={"text": text, "intent": {"name": "thanks", "confidence": 0.9}})
    [settled] = guard.process([message])  # type: ignore[attr-defined]
    return str(settled.get("intent")["name"])


def test_taught_phrases_live_in_the_model(tmp_path: Path) -> None:
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader

    from rasa_twin24.nlu.guard import ConsentGuard

    phrases = [Taught("понеслась", "affirm"), Taught("не надо", "affirm"), Taught("шабаш", "cancel")]
    reader = RasaYAMLReader()
    data = reader.reads(render(phrases, marked=True)).merge(
        reader.reads(render([Taught("поскакали", "affirm")]))  # the project's own example: no rule makes a yes of it
    )
    given = ({"threshold": 0.3}, LocalModelStorage(tmp_path), Resource("guard"), ExecutionContext(GraphSchema({})))
    ConsentGuard.create(*given).train(data)
    guard = ConsentGuard.load(*given)
    assert [read_by(guard, text) for text in ("Понеслась!", "шабаш")] == ["affirm", "cancel"]
    assert "affirm" not in [read_by(guard, text) for text in ("не надо", "поскакали", "понеслась?")]

    teach_now({"поехали родимые": "affirm"})
    assert read_by(guard, "поехали родимые") == "affirm"
    assert read_by(guard, "понеслась") == "thanks"
    teach_now(None)
    assert read_by(guard, "понеслась") == "affirm"


def test_a_model_without_a_record_knows_nothing_taught(tmp_path: Path) -> None:
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource

    from rasa_twin24.nlu.guard import ConsentGuard

    given = ({"threshold": 0.3}, LocalModelStorage(tmp_path), Resource("guard"), ExecutionContext(GraphSchema({})))
    assert read_by(ConsentGuard.load(*given), "понеслась") == "thanks"
