"""What the project teaches already: its training data, its domain, and the evaluation set, never trained on."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from rasa_twin24.teaching.check import Known
from rasa_twin24.text.taught import loose_key

EVALUATION = Path(__file__).with_name("evaluation.yml")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def known_of(project: Path) -> Known:
    """All that a phrase is checked against but what was taught; read again when a file has changed."""
    files = (project / "domain.yml", EVALUATION, *sorted((project / "data").rglob("*.yml")))
    return _read(files, tuple(file.stat().st_mtime_ns for file in files))


def evaluation() -> list[tuple[str, str]]:
    """Every phrase of the evaluation set with its intent."""
    return [(str(row["text"]), str(row["intent"])) for row in _load(EVALUATION)]


@lru_cache(maxsize=2)
def _read(files: tuple[Path, ...], _changed: tuple[int, ...]) -> Known:
    domain, _, *data = files
    training: dict[str, str] = {}
    for file in data:
        for block in _load(file).get("nlu") or ():
            for line in str(block.get("examples") or "").splitlines():
                training.setdefault(loose_key(line.removeprefix("- ")), str(block.get("intent")))
    return Known(
        frozenset(_name(intent) for intent in (_load(domain) or {}).get("intents") or ()),
        training,
        {loose_key(text): intent for text, intent in evaluation()},
    )


def _name(intent: str | dict[str, Any]) -> str:
    return intent if isinstance(intent, str) else next(iter(intent))


def _load(file: Path) -> Any:
    with file.open(encoding="utf-8") as content:
        return yaml.load(content, Loader=_Loader)  # noqa: S506 — the safe one
