"""`rasa-twin24 teach`, and with which model the bot starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rasa_twin24 import model
from rasa_twin24.cli import main
from rasa_twin24.teaching.folder import PhraseFolder
from rasa_twin24.teaching.phrase import Taught, canonical
from rasa_twin24.teaching.start import find_model

PHRASE = "понеслась родимая"


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path))
    return tmp_path


def teach(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["teach", *arguments])


def test_taught_listed_and_forgotten(data_dir: Path) -> None:
    assert teach(PHRASE, "affirm", "--yes").exit_code == 0
    assert teach("шабаш на сегодня", "cancel").exit_code == 0
    listed = teach("--list")
    assert listed.exit_code == 0
    assert f"{PHRASE}\taffirm\ttaught.yml:8" in listed.output
    assert PhraseFolder(data_dir / "phrases").consents() == {PHRASE: "affirm"}
    assert teach("--forget", PHRASE).exit_code == 0
    assert PHRASE not in teach("--list").output


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((PHRASE, "affirm"), 1, "--yes"),
        (("не сейчас", "affirm", "--yes"), 1, "never a yes"),
        (("да", "deny"), 1, "clear yes"),
        (("ёлки", "no_such"), 1, "use one of affirm"),
        (("8 916 123-45-67", "help"), 1, "phone number"),
        (("--forget", "ёлки"), 1, "nothing is forgotten"),
        (("--back",), 1, "no earlier model"),
        ((), 2, "say one thing"),
        (("ёлки",), 2, "say one thing"),
        (("--list", "--back"), 2, "say one thing"),
    ],
)
def test_refused_with_the_reason(data_dir: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = teach(*arguments)
    assert (done.exit_code, said in done.output) == (code, True), done.output
    assert not (data_dir / "phrases" / "taught.yml").exists()


def test_help_names_everything() -> None:
    told = teach("--help")
    assert told.exit_code == 0
    assert all(option in told.output for option in ("--list", "--forget", "--back", "PHRASE", "INTENT"))


def test_a_broken_file_ends_with_its_name_and_line(data_dir: Path) -> None:
    (data_dir / "phrases").mkdir()
    (data_dir / "phrases" / "own.yml").write_text("nlu: 5\n")
    for arguments in (("--list",), ("шабаш на сегодня", "cancel")):
        done = teach(*arguments)
        assert (done.exit_code, "own.yml, line 1" in done.output) == (2, True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "data").mkdir(parents=True)
    (root / "models").mkdir()
    for name in ("config.yml", "data/a.yml"):
        (root / name).write_text("version: '3.1'\n")
    (root / "domain.yml").write_text("version: '3.1'\nintents: [affirm, cancel]\n")
    return root


def trained(project: Path, *taught: Taught) -> Path:
    file = project / "models" / f"20260101-000000-{model.fingerprint(project, canonical(taught))}.tar.gz"
    file.write_bytes(b"")
    return file


def test_what_is_taught_makes_another_model(project: Path) -> None:
    assert model.fingerprint(project, canonical([])) == model.fingerprint(project)
    taught = [Taught("шабаш", "cancel")]
    assert model.fingerprint(project, canonical(taught)) != model.fingerprint(project)
    base, other = trained(project), trained(project, *taught)
    assert (model.find(project), model.find(project, canonical(taught))) == (base, other)


def test_it_starts_with_the_model_of_what_is_taught_else_with_the_last_good_one(project: Path, tmp_path: Path) -> None:
    told: list[str] = []
    folder = PhraseFolder(tmp_path / "phrases")
    folder.path.mkdir()
    assert find_model(project, folder, told.append) is None
    base = trained(project)
    assert find_model(project, folder, told.append) == base

    good = 'version: "3.1"\nnlu:\n  - intent: cancel\n    examples: |\n      - шабаш\n'
    (folder.path / "own.yml").write_text(good)
    assert find_model(project, folder, told.append) == base  # the rest is trained beside it
    taught = trained(project, Taught("шабаш", "cancel"))
    assert find_model(project, folder, told.append) == taught
    folder.keep(model.fingerprint(project, canonical([Taught("шабаш", "cancel")])), folder.contents(), None)
    assert told == []

    (folder.path / "own.yml").write_text(good + "      баста\n")
    assert find_model(project, folder, told.append) == taught
    assert len(told) == 1
    assert "own.yml, line 6" in told[0]


def test_models_that_nobody_needs_go(project: Path) -> None:
    base = trained(project)
    old = project / "models" / "20250101-000000-aaaaaaaaaaaa.tar.gz"
    old.write_bytes(b"")
    own = project / "models" / "mine.tar.gz"
    own.write_bytes(b"")
    model.clean(project, ["aaaaaaaaaaaa"], {model.fingerprint(project)})
    assert (base.exists(), old.exists(), own.exists()) == (True, False, True)
    for number in range(20):
        (project / "models" / f"20260101-0000{number:02d}-{number:012x}.tar.gz").write_bytes(b"")
    model.clean(project, [], {model.fingerprint(project)})
    assert base.exists()
    assert len(list((project / "models").iterdir())) <= model.MOST_MODELS + 2
