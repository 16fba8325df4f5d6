"""The components on Rasa's own messages, and a small model trained with the project's pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.rasa

ROOT = Path(__file__).resolve().parents[2]
ANNA, BORIS = "+79161234567", "+79267654321"

EXAMPLES = {
    "affirm": ["да", "ага", "конечно", "yes"],
    "deny": ["нет", "не надо", "no"],
    "hesitate": ["не знаю", "подумаю", "позже"],
    "provide_phone": ["89161230000", "вот номер 89161230001", "номера 89161230002 и 89161230003"],
    "create_task": ["создай обзвон", "новый обзвон Весна", "create a call task", "создай задание Лето"],
    "add_to_existing_task": ["добавь в задание 4512", "добавь номера в обзвон"],
    "start_calls": ["запусти обзвон", "начинай звонить", "start the calls"],
    "greet": ["привет", "здравствуйте", "hello"],
    "help": ["помощь", "что ты умеешь", "как запустить обзвон", "help"],
    "out_of_scope": ["какая погода", "расскажи анекдот"],
}


def message(text: str | None, **data: Any) -> Any:
    from rasa.shared.nlu.training_data.message import Message

    return Message(data={"text": text, **data})


@pytest.fixture(scope="session")
def parse(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A function that parses a text with a model trained on a few phrases by the project's own pipeline."""
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    folder = tmp_path_factory.mktemp("small_model")
    config = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))
    nlu = [
        {"intent": intent, "examples": "".join(f"- {example}\n" for example in examples)}
        for intent, examples in EXAMPLES.items()
    ]
    (folder / "config.yml").write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False), "utf-8")
    (folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True), "utf-8")
    model = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder), persist_nlu_training_data=False)
    agent = Agent.load(model)
    return agent.parse_message


def entities(parsed: dict[str, Any], name: str) -> list[Any]:
    return [entity["value"] for entity in parsed["entities"] if entity["entity"] == name]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("да", "affirm"),
        ("Да, конечно!", "affirm"),
        ("👍", "affirm"),
        ("+", "affirm"),
        ("lf", "affirm"),
        ("нет", "deny"),
        ("да?", "hesitate"),
        ("да, но позже", "hesitate"),
        ("запускай", "start_calls"),
        ("отмена", "cancel"),
        ("привет", "greet"),
        ("89161234567", "provide_phone"),
        ("да, вот ещё 89161234567", "provide_phone"),
        ("создай обзвон «Весна», номера 89161234567", "create_task"),
    ],
)
async def test_intents_of_a_trained_model(parse: Any, text: str, intent: str) -> None:
    parsed = await parse(text)
    assert parsed["intent"]["name"] == intent
    assert parsed["intent_ranking"][0] == parsed["intent"]
    names = [entry["name"] for entry in parsed["intent_ranking"]]
    assert len(names) == len(set(names))


async def test_entities_of_a_trained_model(parse: Any) -> None:
    text = "Создай обзвон «Весна», номера 8 916 123-45-67, +7 926 765 43 21 и 89161234567"
    parsed = await parse(text)
    assert entities(parsed, "phone_number") == [ANNA, BORIS, ANNA]
    assert entities(parsed, "task_name") == ["Весна"]
    assert entities(parsed, "language") == ["ru"]
    places = [(e["start"], e["end"]) for e in parsed["entities"] if e["entity"] == "phone_number"]
    assert [text[start:end] for start, end in places] == ["8 916 123-45-67", "+7 926 765 43 21", "89161234567"]


async def test_a_task_id_and_no_name(parse: Any) -> None:
    parsed = await parse("добавь в задание 4512 номер 89161234567")
    assert entities(parsed, "task_id") == ["4512"]
    assert entities(parsed, "task_name") == []
    assert parsed["intent"]["name"] == "add_to_existing_task"


@pytest.mark.parametrize(
    "text", ["", " ", "...", "«»", "\x00", "\ud800", "?" * 30_000, "8 " * 20_000, "да " * 10_000, "\u0301" * 5_000]
)
async def test_nothing_breaks_a_turn(parse: Any, text: str) -> None:
    parsed = await parse(text)
    assert parsed["intent"]["name"] != "affirm"


def test_the_region_comes_from_the_configuration_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa_twin24.nlu.phone_extractor import PhoneExtractor

    monkeypatch.delenv("BOT_DEFAULT_REGION", raising=False)
    american = "(212) 555-0123"

    def found(config: dict[str, Any]) -> list[str]:
        (read,) = PhoneExtractor({**PhoneExtractor.get_default_config(), **config}).process([message(american)])
        return [entity["value"] for entity in read.get("entities")]

    assert found({}) == []
    assert found({"region": "US"}) == ["+12125550123"]
    monkeypatch.setenv("BOT_DEFAULT_REGION", "us")
    assert found({}) == ["+12125550123"]
    assert found({"region": "RU"}) == []


def test_entities_of_others_are_kept() -> None:
    from rasa_twin24.nlu.language_detector import LanguageDetector
    from rasa_twin24.nlu.phone_extractor import PhoneExtractor
    from rasa_twin24.nlu.task_extractor import TaskExtractor

    theirs = {"entity": "city", "start": 0, "end": 6, "value": "Москва"}
    read = [message("Москва 89161234567, задание 4512", entities=[theirs], intent={"name": "provide_phone"})]
    for component in (PhoneExtractor({}), TaskExtractor({}), LanguageDetector()):
        component.process(read)
    assert read[0].get("entities")[0] == theirs
    assert [entity["entity"] for entity in read[0].get("entities")] == ["city", "phone_number", "task_id", "language"]


def test_a_name_is_looked_for_in_a_request_to_create_only() -> None:
    from rasa_twin24.nlu.task_extractor import TaskExtractor

    text = "создай обзвон «Весна»"
    named, other = TaskExtractor({}).process(
        [message(text, intent={"name": "create_task"}), message(text, intent={"name": "help"})]
    )
    assert [entity["value"] for entity in named.get("entities")] == ["Весна"]
    assert other.get("entities") == []


def test_a_failing_rule_leaves_no_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa_twin24.nlu import guard

    def fail(*_: object) -> None:
        raise ValueError("89161234567")

    monkeypatch.setattr(guard, "decide", fail)
    (read,) = guard.ConsentGuard({"threshold": 0.3}).process(
        [
            message(
                "да",
                intent={"name": "affirm", "confidence": 0.99},
                intent_ranking=[{"name": "affirm", "confidence": 0.99}],
            )
        ]
    )
    assert read.get("intent")["name"] == "nlu_fallback"
    assert [entry["name"] for entry in read.get("intent_ranking")] == ["nlu_fallback", "affirm"]


def test_the_tokenizer_spells_signs_as_words_for_the_featurizer() -> None:
    from rasa_twin24.nlu.tokenizer import MessengerTokenizer

    tokens = MessengerTokenizer(MessengerTokenizer.get_default_config()).tokenize(message("Да + 👍🏻 cтоп"), "text")
    assert [(token.text, token.lemma) for token in tokens] == [
        ("да", "да"),
        ("+", "plus_sign"),
        ("👍", "thumbs_up_sign"),
        ("стоп", "стоп"),
    ]
    assert [(token.start, token.end) for token in tokens] == [(0, 2), (3, 4), (5, 6), (8, 12)]


def test_a_change_of_a_rule_retrains() -> None:
    from rasa_twin24.nlu import source_fingerprint as fingerprint
    from rasa_twin24.nlu.tokenizer import MessengerTokenizer

    assert MessengerTokenizer.fingerprint_addon({}) == fingerprint.source_fingerprint()


def test_the_fingerprint_reads_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa_twin24.nlu import source_fingerprint as fingerprint

    for folder in ("nlu", "text"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "rule.py").write_text("a", "utf-8")
    monkeypatch.setattr(fingerprint, "_PACKAGE", tmp_path)
    seen = set()
    for path, code in (("text/rule.py", "b"), ("nlu/rule.py", "c"), ("text/new.py", "d"), ("other.txt", "e")):
        (tmp_path / path).write_text(code, "utf-8")
        fingerprint.source_fingerprint.cache_clear()
        seen.add(fingerprint.source_fingerprint())
    fingerprint.source_fingerprint.cache_clear()
    assert len(seen) == 3  # the last file is no code of ours
