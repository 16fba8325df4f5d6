"""The folder of taught phrases: written whole or not at all, broken files named, the last phrases brought back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rasa_twin24.teaching.check import TEACHABLE, Known, Reason
from rasa_twin24.teaching.folder import PhraseFolder
from rasa_twin24.teaching.phrase import Taught, WrongPhrases, canonical, parse, render

KNOWN = Known(frozenset(TEACHABLE))
GOOD = 'version: "3.1"\nnlu:\n  - intent: cancel\n    examples: |\n      - шабаш\n      - баста\n'
YES = "      - понеслась\n"


@pytest.fixture
def folder(tmp_path: Path) -> PhraseFolder:
    return PhraseFolder(tmp_path / "phrases")


def test_what_is_added_is_there_for_everybody(folder: PhraseFolder) -> None:
    assert folder.read() == []
    assert folder.add("понеслась", "affirm", KNOWN) is None
    assert folder.add("  чё   там ", "task_status", KNOWN) is None
    again = PhraseFolder(folder.path)
    assert again.read(KNOWN) == [Taught("понеслась", "affirm"), Taught("чё там", "task_status")]
    assert again.consents() == {"понеслась": "affirm"}


def test_no_phrase_twice_and_none_with_two_meanings(folder: PhraseFolder) -> None:
    folder.add("понеслась", "affirm", KNOWN)
    for text, intent, reason in (("Понеслась!", "affirm", Reason.KNOWN), ("понеслась", "deny", Reason.CONTRADICTS)):
        refused = folder.add(text, intent, KNOWN)
        assert refused is not None
        assert refused.reason is reason
    assert len(folder.read()) == 1


def test_forgotten(folder: PhraseFolder) -> None:
    folder.add("понеслась", "affirm", KNOWN)
    assert folder.forget("ПОНЕСЛАСЬ") == Taught("понеслась", "affirm")
    assert folder.forget("понеслась") is None
    assert folder.read() == []
    assert folder.consents() == {}


def test_files_of_a_person_count_and_are_left_alone(folder: PhraseFolder) -> None:
    folder.path.mkdir()
    (folder.path / "own.yml").write_text(GOOD)
    folder.add("понеслась", "affirm", KNOWN)
    assert {phrase.text for phrase in folder.read(KNOWN)} == {"шабаш", "баста", "понеслась"}
    assert folder.forget("шабаш") is None
    assert (folder.path / "own.yml").read_text() == GOOD


@pytest.mark.parametrize(
    ("content", "line", "why"),
    [
        ('version: "3.1"\nnlu:\n  - intent: [cancel\n', 4, "YAML"),
        ('version: "3.1"\nrules:\n  - rule: a\n', 2, "'rules' has no place"),
        ("nlu: 5\n", 1, "must be a list"),
        ("- a\n", 1, "name: value"),
        ("nlu:\n  - intent: cancel\n", 2, "'examples'"),
        ("nlu:\n  - intent: cancel\n    examples:\n      - шабаш\n", 4, "examples: |"),
        ("nlu:\n  - intent: cancel\n    examples: |\n      - шабаш\n      баста\n", 5, "begins with '- '"),
        ("nlu:\n  - intent: kancel\n    examples: |\n      - шабаш\n", 4, "no such intent"),
        ("nlu:\n  - intent: affirm\n    examples: |\n      - лети\n\n      - не надо\n", 6, "never a yes"),
        (GOOD + "  - intent: deny\n    examples: |\n      - Шабаш!\n", 9, "is 'cancel' in own.yml, line 5"),
        ("nlu:\n  - intent: help\n    examples: |\n      - 8 916 123-45-67\n", 4, "phone number"),
    ],
)
def test_a_broken_file_is_named_with_its_line(folder: PhraseFolder, content: str, line: int, why: str) -> None:
    folder.path.mkdir()
    (folder.path / "own.yml").write_text(content, encoding="utf-8")
    with pytest.raises(WrongPhrases, match=r"own\.yml") as caught:
        folder.read(KNOWN)
    assert (caught.value.line, why in caught.value.why) == (line, True), str(caught.value)
    assert "8 916" not in str(caught.value)


def test_a_file_in_another_encoding_is_named(folder: PhraseFolder) -> None:
    folder.path.mkdir()
    (folder.path / "own.yml").write_bytes(GOOD.encode("cp1251"))
    with pytest.raises(WrongPhrases, match="line 5: save the file as UTF-8"):
        folder.read()
    assert folder.consents() == {}


def test_a_phrase_is_a_consent_as_long_as_it_is_in_the_folder(folder: PhraseFolder) -> None:
    folder.path.mkdir()
    (folder.path / "own.yml").write_text(f"nlu:\n  - intent: affirm\n    examples: |\n{YES}")
    assert folder.consents() == {"понеслась": "affirm"}
    folder.add("поехали родимые", "start_calls", KNOWN)
    (folder.path / "own.yml").write_text("nlu: [")
    assert folder.consents() == {"поехали родимые": "start_calls"}
    folder.forget("поехали родимые")
    (folder.path / "own.yml").unlink()
    assert folder.consents() == {}


def test_a_broken_file_counts_as_it_was_with_the_last_model(folder: PhraseFolder) -> None:
    folder.add("понеслась", "affirm", KNOWN)
    (folder.path / "own.yml").write_text(GOOD)
    (folder.path / "new.yml").write_text("nlu: 5")
    folder.keep("one", folder.contents(), None)
    (folder.path / "own.yml").write_text(GOOD + "      - не надо\n      ой\n")
    usable = folder.usable(KNOWN)
    assert {phrase.text for phrase in usable.phrases} == {"понеслась", "шабаш", "баста"}
    assert usable.files["own.yml"].decode() == GOOD
    assert sorted((Path(error.file).name, error.line) for error in usable.wrong) == [("new.yml", 1), ("own.yml", 8)]


def test_a_phrase_that_cannot_be_taught_any_more_takes_no_other_with_it(folder: PhraseFolder) -> None:
    """The project may have learnt another meaning of it since."""
    folder.add("понеслась", "affirm", KNOWN)
    folder.add("шабаш", "cancel", KNOWN)
    usable = folder.usable(Known(KNOWN.intents, training={"шабаш": "goodbye"}))
    assert [phrase.text for phrase in usable.phrases] == ["понеслась"]
    assert [error.line for error in usable.wrong] == [11]
    assert "'goodbye' already" in usable.wrong[0].why


def test_the_last_phrases_come_back(folder: PhraseFolder) -> None:
    assert not folder.back()
    folder.keep("base", {}, None)
    assert not folder.back()
    folder.add("шабаш", "cancel", KNOWN)
    folder.keep("one", folder.contents(), {"accuracy": 0.9})
    folder.add("баста", "cancel", KNOWN)
    assert folder.back()  # what was not in use yet goes first
    assert [phrase.text for phrase in folder.read()] == ["шабаш"]
    assert folder.versions()[-1].fingerprint == "one"
    assert folder.back()
    assert folder.read() == []
    assert not folder.back()
    folder.add("харе уже", "cancel", KNOWN)
    folder.keep("two", folder.contents(), None)
    assert [version.fingerprint for version in folder.versions()] == ["base", "two"]


def test_old_versions_are_dropped(folder: PhraseFolder) -> None:
    dropped = [folder.keep(f"v{number}", {}, None) for number in range(8)]
    assert [names for names in dropped if names] == [["v0"], ["v1"], ["v2"]]
    assert [version.fingerprint for version in folder.versions()] == [f"v{number}" for number in range(3, 8)]


def test_the_fingerprint_of_the_phrases_knows_neither_files_nor_order() -> None:
    one, other = Taught("a", "deny", "x.yml", 1), Taught("b", "deny", "y.yml", 7)
    assert canonical([one, other]) == canonical([other, Taught("a", "deny")])
    assert canonical([one]) != canonical([Taught("a", "affirm")])
    assert canonical([]) == b""


def test_what_is_rendered_is_read_again() -> None:
    phrases = [
        Taught("да: ну!", "deny"),
        Taught('"в кавычках"', "greet"),
        Taught("# нет", "deny"),
        Taught("👍🏽", "greet"),
    ]
    assert sorted(parse(render(phrases, head="Две\nстроки", marked=True), "x"), key=str) == sorted(phrases, key=str)


def test_two_processes_lose_no_phrase_of_each_other(folder: PhraseFolder) -> None:
    code = (
        "import sys; from pathlib import Path; from rasa_twin24.teaching.folder import PhraseFolder; "
        "from rasa_twin24.teaching.check import TEACHABLE, Known\n"
        "for n in 'абвгдежзик': PhraseFolder(Path(sys.argv[1])).add(f'слово {n} {sys.argv[2]}', 'greet', "
        "Known(frozenset(TEACHABLE)))"
    )
    command = [sys.executable, "-c", code, str(folder.path)]
    running = [subprocess.Popen([*command, name]) for name in ("раз", "два", "три")]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert len(folder.read()) == 30


def test_killed_in_the_middle_of_writing_it_has_the_old_file_or_the_new_one(folder: PhraseFolder) -> None:
    folder.add("слово первое", "greet", KNOWN)
    code = (
        "import sys; from pathlib import Path; from rasa_twin24.teaching.folder import PhraseFolder; "
        "from rasa_twin24.teaching.check import TEACHABLE, Known\n"
        "folder = PhraseFolder(Path(sys.argv[1])); known = Known(frozenset(TEACHABLE)); print('go', flush=True)\n"
        "for n in range(10**6): folder.add('слово ' + 'абвгдежзик'[n % 10] * (n // 10 % 40 + 1), 'greet', known)"
    )
    for pause in (0.01, 0.05, 0.1):
        with subprocess.Popen(
            [sys.executable, "-c", code, str(folder.path)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            before = len(folder.read())
            time.sleep(pause)
            os.kill(process.pid, signal.SIGKILL)
        phrases = folder.read(KNOWN)
        assert len(phrases) >= before
        assert phrases[0].text == "слово первое"
    assert folder.add("слово последнее", "greet", KNOWN) is None  # no lock is left behind
