"""When a model is trained anew."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from rasa_twin24 import model


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "models").mkdir()
    for name in ("config.yml", "domain.yml", "data/a.yml"):
        (tmp_path / name).write_text("version: '3.1'\n")
    return tmp_path


@pytest.mark.parametrize("changed", ["config.yml", "domain.yml", "data/a.yml", "data/new.yml"])
def test_changes_with_its_sources(project: Path, changed: str) -> None:
    before = model.fingerprint(project)
    (project / changed).write_text("version: '3.1' # changed\n")
    assert model.fingerprint(project) != before


def test_changes_with_the_rules_it_was_made_with(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "elsewhere" / "rasa_twin24"
    (package / "text").mkdir(parents=True)
    (package / "text" / "rule.py").write_text("A = 1\n")
    monkeypatch.setattr(model, "__file__", str(package / "model.py"))
    before = model.fingerprint(project)
    (package / "text" / "rule.py").write_text("A = 2\n")
    assert model.fingerprint(project) != before


@pytest.mark.parametrize("other", ["data/notes.md", "README.md", "data/.a.yml.swp"])
def test_does_not_change_with_other_files(project: Path, other: str) -> None:
    before = model.fingerprint(project)
    (project / other).write_text("x")
    assert model.fingerprint(project) == before


def test_the_model_of_earlier_data_is_found_again_and_made_the_newest(project: Path) -> None:
    first = project / "models" / f"20260101-000000-{model.fingerprint(project)}.tar.gz"
    first.write_bytes(b"")
    time.sleep(0.02)
    (project / "models" / "20260202-000000-ffffffffffff.tar.gz").write_bytes(b"")
    time.sleep(0.02)
    assert model.ensure(project) == first
    assert max((project / "models").iterdir(), key=lambda file: file.stat().st_mtime) == first


def test_none_for_new_data(project: Path) -> None:
    (project / "models" / "20260202-000000-ffffffffffff.tar.gz").write_bytes(b"")
    assert model.find(project) is None
