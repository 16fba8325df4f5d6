"""Beside the bot: what is taught counts at once, a judged model takes over, a worse one does not. Without Rasa."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from rasa_twin24 import model
from rasa_twin24.ledger import Ledger
from rasa_twin24.nlu.taught_now import taught_now, teach_now
from rasa_twin24.teaching import teacher as beside
from rasa_twin24.teaching.check import TEACHABLE, Known
from rasa_twin24.teaching.folder import PhraseFolder
from rasa_twin24.teaching.judge import Score, Verdict
from rasa_twin24.teaching.lines import line_key
from rasa_twin24.teaching.phrase import canonical
from rasa_twin24.teaching.teacher import Teacher
from rasa_twin24.text.taught import phrase_key
from tests.waiting import until

OWNER = "telegram:1"
GOOD = Score(0.95, 0.97, 0.98, (), ())
KNOWN = Known(frozenset(TEACHABLE))


class FakeTraining:
    """Ends when the test says so, with the verdict of the test."""

    made: list[FakeTraining] = []

    def __init__(self, project: Path, name: str, taught: Any, running: Path, score: Score | None) -> None:
        self.model = project / f"{name}.made"
        self.taught = {phrase.text for phrase in taught}
        self.score = score
        self.verdict = Verdict(GOOD)
        self.failed = self.cleared = False
        self.over = threading.Event()
        FakeTraining.made.append(self)

    def finish(self) -> Verdict:
        self.over.wait(20)
        if self.failed:
            raise model.TrainingFailed("rasa said no")
        return self.verdict

    def stop(self) -> None:
        self.failed = True
        self.over.set()

    def clear(self) -> None:
        self.cleared = True


class School:
    def __init__(self, root: Path, ledger: Ledger) -> None:
        self.ledger = ledger
        self.folder = PhraseFolder(root / "phrases")
        self.project = root / "project"
        self.base = self.project / "models" / f"20260101-000000-{model.fingerprint(self.project)}.tar.gz"
        self.base.write_bytes(b"base")
        self.swapped: list[str] = []
        self.teacher = Teacher(self.project, self.folder, ledger, self.base, self._swap)

    async def _swap(self, trained: Path) -> None:
        self.swapped.append(trained.name)

    async def teach(self, text: str, intent: str) -> None:
        assert self.folder.add(text, intent, KNOWN) is None
        await self.ledger.progress.show(line_key(OWNER), OWNER, "teach_training")
        await until(lambda: phrase_key(text) in (taught_now() or {}))

    async def training(self, number: int) -> FakeTraining:
        await until(lambda: len(FakeTraining.made) > number)
        return FakeTraining.made[number]

    async def line(self) -> tuple[str, bool, dict[str, str]]:
        line = await self.ledger.progress.get(line_key(OWNER))
        assert line is not None
        return line.kind, line.over, line.params

    async def told(self, kind: str) -> dict[str, str]:
        async def is_told() -> bool:
            return (await self.line())[0] == kind

        await until(is_told)
        return (await self.line())[2]


@pytest_asyncio.fixture
async def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[School]:
    (tmp_path / "project" / "data").mkdir(parents=True)
    (tmp_path / "project" / "models").mkdir()
    for name in ("config.yml", "data/a.yml"):
        (tmp_path / "project" / name).write_text("version: '3.1'\n")
    (tmp_path / "project" / "domain.yml").write_text(f"intents: [{', '.join(TEACHABLE)}]\n")
    FakeTraining.made = []
    monkeypatch.setattr(beside, "Training", FakeTraining)
    monkeypatch.setattr(model, "take", lambda project, made: made.with_name(made.name.removesuffix(".made")))
    monkeypatch.setattr(model, "use", lambda _model: None)
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    await ledger.open()
    opened = School(tmp_path, ledger)
    monkeypatch.setattr(beside, "LOOK_PAUSE", 0.01)
    working = asyncio.create_task(opened.teacher.work())
    await until(lambda: opened.teacher.is_done)
    yield opened
    working.cancel()
    for training in FakeTraining.made:
        training.stop()
    await opened.teacher.close()
    await ledger.close()


@pytest.fixture(autouse=True)
def untaught() -> Iterator[None]:
    yield
    teach_now(None)


async def test_it_counts_before_it_is_trained_and_the_model_takes_over_once_it_was_judged(school: School) -> None:
    await school.teach("понеслась", "affirm")
    assert taught_now() == {"понеслась": "affirm"}
    training = await school.training(0)
    assert training.taught == {"понеслась"}
    assert school.swapped == []
    assert await school.line() == ("teach_training", False, {})
    training.over.set()
    assert await school.told("teach_taken") == {"accuracy": "95.0%", "affirm": "97.0%"}
    [swapped] = school.swapped
    assert swapped.endswith(f"-{model.fingerprint(school.project, canonical(school.folder.read()))}.tar.gz")
    await until(lambda: training.cleared)
    assert [version.score is not None for version in school.folder.versions()] == [False, True]


@pytest.mark.parametrize("objection", ["false_yes", "worse"])
async def test_a_worse_model_is_not_taken_and_its_phrases_go(school: School, objection: str) -> None:
    await school.teach("понеслась", "affirm")
    (await school.training(0)).over.set()
    await school.told("teach_taken")
    await until(lambda: school.teacher.is_done)
    await school.teach("ёлки-палки", "deny")
    training = await school.training(1)
    assert training.score == GOOD  # what the running model was judged with is known
    training.verdict = Verdict(GOOD, objection, ("ну да 8 916 123-45-67",))
    training.over.set()
    told = await school.told(f"teach_not_taken_{objection}")
    assert told == {"phrases": "«ну да +7 916 ***-**-67»", "dropped": "«ёлки-палки»"}
    assert (await school.line())[1]
    assert len(school.swapped) == 1
    await until(lambda: taught_now() == {"понеслась": "affirm"})
    assert [phrase.text for phrase in school.folder.read()] == ["понеслась"]


async def test_what_is_taught_while_it_trains_counts_and_is_trained_next(school: School) -> None:
    await school.teach("понеслась", "affirm")
    first = await school.training(0)
    await school.teach("шабаш", "cancel")
    assert taught_now() == {"понеслась": "affirm", "шабаш": "cancel"}
    assert len(FakeTraining.made) == 1
    first.over.set()
    await until(lambda: len(school.swapped) == 1)
    assert (await school.line())[0] == "teach_training"
    second = await school.training(1)
    assert second.taught == {"понеслась", "шабаш"}
    second.over.set()
    await school.told("teach_taken")


async def test_a_training_that_fails_is_told_and_not_tried_for_ever(school: School) -> None:
    await school.teach("понеслась", "affirm")
    training = await school.training(0)
    training.failed = True
    training.over.set()
    await school.told("teach_training_failed")
    await asyncio.sleep(0.2)
    assert len(FakeTraining.made) == 1
    assert taught_now() == {"понеслась": "affirm"}
    assert school.folder.read() != []


async def test_the_last_model_comes_back_without_training(school: School) -> None:
    await school.teach("понеслась", "affirm")
    (await school.training(0)).over.set()
    await school.told("teach_taken")
    await until(lambda: school.teacher.is_done)
    assert school.folder.back()
    await school.ledger.progress.show(line_key(OWNER), OWNER, "teach_training")
    await school.told("teach_in_use")
    assert school.swapped[-1] == school.base.name
    await until(lambda: taught_now() == {})
    assert len(FakeTraining.made) == 1


async def test_a_broken_file_is_told_and_the_rest_counts(school: School) -> None:
    (school.folder.path / "own.yml").write_text("nlu:\n  - intent: affirm\n    examples: |\n      - не надо\n")
    await asyncio.sleep(0.1)
    assert taught_now() == {}
    (school.folder.path / "own.yml").unlink()
    await school.teach("шабаш", "cancel")
    assert taught_now() == {"шабаш": "cancel"}


async def test_stopping_ends_a_training_and_keeps_the_phrase(school: School) -> None:
    await school.teach("понеслась", "affirm")
    training = await school.training(0)
    await school.teacher.close()
    assert training.cleared
    assert school.swapped == []
    assert [phrase.text for phrase in school.folder.read()] == ["понеслась"]
    assert await school.line() == ("teach_training", False, {})
