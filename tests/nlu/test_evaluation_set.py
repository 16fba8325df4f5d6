"""The evaluation set stays apart from the training data and wide enough to judge by."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import yaml
from rapidfuzz import fuzz, process

ROOT = Path(__file__).parents[2]
# In the package: the running bot judges each newly taught model by it.
EVALUATION = ROOT / "rasa_twin24" / "teaching" / "evaluation.yml"

TOPICS = {
    "create_task": {"create_task"},
    "add_candidates": {"provide_phone", "add_to_existing_task"},
    "start_calls": {"start_calls"},
    "resume_calls": {"resume_calls"},
    "task_status": {"task_status", "list_tasks", "pause_calls"},
    "answers": {"affirm", "deny", "hesitate"},
    "smalltalk": {"greet", "thanks", "goodbye"},
    "control": {"cancel", "help", "retry"},
    "people": {"manage_people"},
    "out_of_scope": {"out_of_scope"},
    "emergency_stop": {"emergency_stop", "lift_stop"},
    "limits": {"show_limits"},
    "audit": {"audit"},
    "forget": {"forget"},
    "edit_list": {"edit_list", "show_list"},
    "do_not_call": {"do_not_call"},
    "switch_language": {"switch_language"},
}
# What owners and operators ask for seldom and in few words, with closed commands and rules beside the model. Fewer
# examples teach them: more would be the same words over again, and take «кто», «стоп», «данные» away from everybody
# else. They are judged by as many phrases as the rest.
NARROW = frozenset(
    {"emergency_stop", "lift_stop", "show_limits", "audit", "forget", "manage_people"}
    | {"edit_list", "show_list", "do_not_call", "switch_language"}
)
INTENTS = frozenset().union(*TOPICS.values())
MIN_EXAMPLES = 60
MIN_OUT_OF_SCOPE_EXAMPLES = 120
MIN_NARROW_EXAMPLES = 40
MIN_PHRASES = 1500
MIN_PHRASES_OF_AN_INTENT = 25
FRESH_PHRASES = 100
MIN_TRAPS = 60
ENGLISH_SHARE = (0.15, 0.35)
# A shorter text is within a letter of many honest others: «пока», «пока нет».
NEAR_DUPLICATE_MIN_LENGTH = 13
NEAR_DUPLICATE_RATIO = 92.0

SEEMS_CONSENT = re.compile(
    r"\b(да|ага|угу|ок|окей|давай|хорошо|конечно|согласен|верно|можно|запус\w+|запускай|стартуем|начн\w+|начинай|"
    r"отлично|супер|yes|ok|sure|start|right)\b"
)
LATIN = re.compile(r"[a-z]")
CYRILLIC = re.compile(r"[а-яё]")


def normalised(text: str) -> str:
    """The text without case, ё, punctuation and repeated letters; emoji and «+» stay.

    >>> normalised("Приве-е-ет, Ёж!!"), normalised("+")
    ('приве е ет еж', '+')
    """
    plain = unicodedata.normalize("NFKC", text).lower().replace("ё", "е")
    words = re.sub(r"[^\w\s+]", lambda sign: sign[0] if unicodedata.category(sign[0]) == "So" else " ", plain)
    return " ".join(re.sub(r"([^\W\d])\1+", r"\1", words).split())


@cache
def training() -> list[tuple[str, str, str]]:
    """Topic, intent and text of every training example."""
    return [
        (path.stem, block["intent"], line.removeprefix("- "))
        for path in sorted((ROOT / "data").glob("*.yml"))
        for block in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", [])
        if "intent" in block
        for line in block["examples"].splitlines()
    ]


@cache
def evaluation() -> list[dict[str, str]]:
    """Every held-out phrase: `text`, `intent` and, in the second slice, `slice: fresh`."""
    phrases: list[dict[str, str]] = yaml.safe_load(EVALUATION.read_text(encoding="utf-8"))
    return phrases


def shared_texts(held_out: list[str], trained: list[str]) -> list[str]:
    """Held-out texts that are training examples once both are normalised."""
    known = {normalised(text) for text in trained}
    return [text for text in held_out if normalised(text) in known]


def near_duplicates(held_out: list[str], trained: list[str]) -> list[tuple[str, str]]:
    """Held-out texts, long enough to compare, that differ from a training example by a few letters."""
    known = [normalised(text) for text in trained]
    found = []
    for text in held_out:
        plain = normalised(text)
        if len(plain) < NEAR_DUPLICATE_MIN_LENGTH:
            continue
        nearest = process.extractOne(plain, known, scorer=fuzz.ratio, score_cutoff=NEAR_DUPLICATE_RATIO)
        if nearest:
            found.append((text, nearest[0]))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Привееет!!!", "привет"),
        ("Всё — верно.", "все верно"),
        ("ＯＫ", "ok"),
        ("👍👍", "👍👍"),
        ("+", "+"),
        ("8 800 555", "8 800 555"),
    ],
)
def test_normalisation_drops_what_does_not_tell_phrases_apart(text: str, expected: str) -> None:
    assert normalised(text) == expected


def test_overlap_is_found_when_there_is_one() -> None:
    assert shared_texts(["Привееет!", "Салют"], ["привет"]) == ["Привееет!"]
    assert near_duplicates(["Покажи мои задания!!"], ["покажы мои задания"]) == [
        ("Покажи мои задания!!", "покажы мои задания")
    ]
    assert not near_duplicates(["покажи погоду в Омске"], ["покажи мои задания"])


def test_no_held_out_phrase_is_trained_on() -> None:
    assert shared_texts([row["text"] for row in evaluation()], [text for _, _, text in training()]) == []


def test_no_held_out_phrase_is_nearly_trained_on() -> None:
    assert near_duplicates([row["text"] for row in evaluation()], [text for _, _, text in training()]) == []


def test_no_held_out_phrase_comes_twice() -> None:
    counts = Counter(normalised(row["text"]) for row in evaluation())
    assert [text for text, times in counts.items() if times > 1] == []


def test_no_example_teaches_two_intents() -> None:
    intents: dict[str, set[str]] = {}
    for _, intent, text in training():
        intents.setdefault(normalised(text) or text, set()).add(intent)
    assert {text: found for text, found in intents.items() if len(found) > 1} == {}


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_each_topic_file_teaches_its_intents(topic: str) -> None:
    assert {intent for file, intent, _ in training() if file == topic} == TOPICS[topic]


@pytest.mark.parametrize("intent", sorted(INTENTS))
def test_each_intent_has_enough_examples_and_phrases(intent: str) -> None:
    examples = sum(taught == intent for _, taught, _ in training())
    phrases = sum(row["intent"] == intent for row in evaluation())
    few = MIN_NARROW_EXAMPLES if intent in NARROW else MIN_EXAMPLES
    assert examples >= (MIN_OUT_OF_SCOPE_EXAMPLES if intent == "out_of_scope" else few)
    assert phrases >= MIN_PHRASES_OF_AN_INTENT


def test_evaluation_knows_exactly_the_intents() -> None:
    assert {row["intent"] for row in evaluation()} == INTENTS
    assert len(evaluation()) >= MIN_PHRASES
    assert sum(row.get("slice") == "fresh" for row in evaluation()) == FRESH_PHRASES


def test_training_data_holds_no_annotations() -> None:
    """Entities come from rules; a bracket in an example would start an entity."""
    assert [text for _, _, text in training() if re.search(r"[\[\]{}]", text)] == []


def test_traps_that_only_look_like_consent_are_many() -> None:
    traps = [
        row["text"]
        for row in evaluation()
        if row["intent"] not in {"affirm", "start_calls"}
        and SEEMS_CONSENT.search(unicodedata.normalize("NFKC", row["text"]).lower())
    ]
    assert len(traps) >= MIN_TRAPS


@pytest.mark.parametrize("source", ["training", "evaluation"])
def test_english_has_its_share(source: str) -> None:
    texts = [text for _, _, text in training()] if source == "training" else [row["text"] for row in evaluation()]
    latin = sum(bool(LATIN.search(text.lower())) and not CYRILLIC.search(text.lower()) for text in texts)
    least, most = ENGLISH_SHARE
    assert least <= latin / len(texts) <= most
