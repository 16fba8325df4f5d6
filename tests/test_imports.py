"""Who may import whom. The client of TWIN can leave home one day, and the action server needs no TensorFlow."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
OURS = ("text", "twin24", "ledger", "campaign", "nlu", "channels", "sandbox", "lists", "teaching")
# Our packages that a package may import besides itself, and the foreign ones that it may not.
ALLOWED = {
    "text": set(),
    "twin24": set(),
    "ledger": set(),
    "campaign": {"twin24", "ledger", "lists", "text"},
    "nlu": {"text"},
    "channels": {"ledger", "text"},
    "sandbox": set(),
    "lists": {"text"},
    "teaching": {"ledger", "nlu", "text"},
}
FORBIDDEN = {
    "text": {"rasa", "rasa_sdk", "httpx", "sqlalchemy", "sanic", "aiohttp"},
    "twin24": {"rasa", "rasa_sdk", "sqlalchemy", "sanic", "aiohttp"},
    "ledger": {"rasa", "rasa_sdk", "httpx", "sanic", "aiohttp"},
    "campaign": {"rasa", "rasa_sdk", "httpx", "sanic", "aiohttp", "sqlalchemy"},
    "nlu": {"httpx", "sqlalchemy", "sanic", "aiohttp", "rasa_sdk"},
    "channels": {"rasa_sdk", "aiohttp", "actions"},
    "sandbox": {"rasa", "rasa_sdk", "sqlalchemy", "sanic", "httpx"},
    "lists": {"rasa", "rasa_sdk", "sqlalchemy", "sanic", "httpx", "aiohttp"},
    "teaching": {"rasa_sdk", "sqlalchemy", "sanic", "httpx", "aiohttp"},
}


def imported(file: Path) -> set[str]:
    """Full names of the modules a file imports."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def ours(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if parts[0] == "rasa_twin24" and len(parts) > 1 and parts[1] in OURS else None


@pytest.mark.parametrize("package", OURS)
def test_package_keeps_to_its_neighbours(package: str) -> None:
    files = list((PROJECT / "rasa_twin24" / package).rglob("*.py"))
    assert files
    for file in files:
        for name in imported(file):
            assert ours(name) in {None, package} | ALLOWED[package], f"{file.name} imports {name}"
            assert name.split(".")[0] not in FORBIDDEN[package], f"{file.name} imports {name}"


def test_actions_know_neither_rasa_nor_messengers() -> None:
    for file in (PROJECT / "actions").rglob("*.py"):
        for name in imported(file):
            assert name.split(".")[0] not in {"rasa", "sanic", "httpx", "sqlalchemy"}, f"{file.name} imports {name}"
            assert ours(name) in {None, "campaign", "ledger", "lists", "teaching", "text", "twin24"}, (
                f"{file.name} imports {name}"
            )


def test_the_tests_stand_ins_share_no_code_with_the_bot() -> None:
    for file in (PROJECT / "tests" / "standins").glob("*/*.py"):
        assert not [name for name in imported(file) if name.startswith(("rasa_twin24", "actions"))], file.name


def test_others_libraries_read_every_messengers_payloads_without_the_bot() -> None:
    """Where they are installed nothing of ours is."""
    readers = {file.stem.removeprefix("test_"): file for file in (PROJECT / "payloads").glob("test_*.py")}
    assert set(readers) == {folder.name for folder in (PROJECT / "tests" / "fixtures").iterdir()} - {"twin24"}
    for file in (*readers.values(), PROJECT / "payloads" / "reading.py"):
        assert not [name for name in imported(file) if name.startswith(("rasa_twin24", "tests"))], file.name


def test_an_action_server_loads_no_tensorflow() -> None:
    code = "import sys, actions.answers, actions.task_status, actions.teach;"
    code += "print({'rasa', 'tensorflow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_worker_that_reads_lists_starts_light() -> None:
    """Each list starts one; and what a hostile file could reach there, it must not find."""
    code = "import sys, rasa_twin24.lists.worker; print({'rasa', 'sqlalchemy', 'httpx', 'vobject'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, env={})
    assert done.stdout.strip() == "set()"


def modules() -> dict[str, Path]:
    """The package's modules, and the actions, by their full names; a folder's is that of its `__init__.py`."""
    found = {}
    for file in (*(PROJECT / "rasa_twin24").rglob("*.py"), *(PROJECT / "actions").rglob("*.py")):
        parts = file.relative_to(PROJECT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def neighbours(file: Path, known: Mapping[str, Path]) -> set[str]:
    """Modules of ours that a file imports, wherever in it, and be it for their types alone."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= inner & known.keys() or {node.module}
    return names & known.keys()


def circle(imports: Mapping[str, set[str]]) -> list[str]:
    """Modules each of which imports the next, the last one the first; empty when there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_circle() -> None:
    known = modules()
    assert circle({name: neighbours(file, known) for name, file in known.items()}) == []


def test_a_circle_is_seen_even_of_types_alone(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.b import B\n")
    (tmp_path / "b.py").write_text("def late():\n    from p import a\n")
    known = {"p": tmp_path / "p", "p.a": tmp_path / "a.py", "p.b": tmp_path / "b.py"}
    assert {*circle({name: neighbours(known[name], known) for name in ("p.a", "p.b")})} == {"p.a", "p.b"}
