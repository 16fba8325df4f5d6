"""Trains the language model when what it is made of has changed, and finds it again when it has not."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

MODELS = Path("models")
# Everything a model depends on. Rasa notices changes of data and configuration by itself, but not of the code its
# components import.
SOURCES = ("config.yml", "domain.yml", "data", "rasa_twin24/nlu", "rasa_twin24/text")
SUFFIXES = (".yml", ".yaml", ".py")
TRAIN_SECONDS = 1800


class TrainingFailed(RuntimeError):
    """Rasa could not train; the text is the end of what it printed."""


def fingerprint(project: Path) -> str:
    """12 hexadecimal digits that change with the training data, the configuration, the rules or Rasa itself."""
    digest = hashlib.sha256(version("rasa").encode())
    package = Path(__file__).parent
    for source in SOURCES:
        path = package.parent / source if source.startswith("rasa_twin24/") else project / source
        for file in _files(path):
            digest.update(f"{source}/{file.relative_to(path) if file != path else ''}".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def find(project: Path) -> Path | None:
    """The model of the present data, if it was trained already."""
    found = sorted((project / MODELS).glob(f"*-{fingerprint(project)}.tar.gz"))
    return found[-1] if found else None


def ensure(project: Path) -> Path:
    """The model of the present data, trained now if need be, and the newest file in `models/`.

    Raises `TrainingFailed`.
    """
    model = find(project)
    if model is None:
        return train(project)
    os.utime(model)  # whoever takes the newest file gets the right one after data was changed back
    return model


def train(project: Path) -> Path:
    """Train in a process of its own: TensorFlow's memory goes with it."""
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{fingerprint(project)}.tar.gz"
    command = [sys.executable, "-m", "rasa", "train", "--fixed-model-name", name, "--out", str(MODELS)]
    process = subprocess.Popen(  # noqa: S603 — nothing of it comes from outside
        command,
        cwd=project,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONPATH": os.getcwd()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        output, _ = process.communicate(timeout=TRAIN_SECONDS)
    except BaseException:
        process.kill()
        process.wait()
        raise
    model = project / MODELS / name
    if process.returncode or not model.exists():
        raise TrainingFailed(output[-3000:])
    return model


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
