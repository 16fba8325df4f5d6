"""Trains the language model when what it is made of has changed, and finds it again when it has not."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from importlib.metadata import version
from pathlib import Path

MODELS = Path("models")
# Everything a model depends on besides what was taught. Rasa notices changes of data and configuration by itself, but
# not of the code its components import.
SOURCES = ("config.yml", "domain.yml", "data", "rasa_twin24/nlu", "rasa_twin24/text")
SUFFIXES = (".yml", ".yaml", ".py")
# Models that nobody has asked for lately go when there are more.
MOST_MODELS = 12
SECONDS = 1800  # that a training may take
_NAME = re.compile(r"\d{8}-\d{6}-[0-9a-f]{12}\.tar\.gz")


class TrainingFailed(RuntimeError):
    """Rasa could not train; the text is the end of what it printed."""


def fingerprint(project: Path, taught: bytes = b"") -> str:
    """12 hexadecimal digits that change with the training data, what is taught, the configuration, the rules, Rasa.

    `taught` holds the owners' phrases, as `teaching.phrase.canonical` gives them; none are the project's own model.
    """
    digest = hashlib.sha256(version("rasa").encode())
    package = Path(__file__).parent
    for source in SOURCES:
        path = package.parent / source if source.startswith("rasa_twin24/") else project / source
        for file in _files(path):
            digest.update(f"{source}/{file.relative_to(path) if file != path else ''}".encode())
            digest.update(file.read_bytes())
    digest.update(taught)
    return digest.hexdigest()[:12]


def find(project: Path, taught: bytes = b"") -> Path | None:
    """The model of the present data, if it was trained already."""
    return find_named(project, fingerprint(project, taught))


def find_named(project: Path, of: str) -> Path | None:
    """The model of this fingerprint, if there is one."""
    found = sorted((project / MODELS).glob(f"*-{of}.tar.gz"))
    return found[-1] if found else None


def ensure(project: Path) -> Path:
    """The model of the project's own data, trained now if need be, and the newest file in `models/`.

    Raises `TrainingFailed`.
    """
    model = find(project)
    if model is None:
        return train(project)
    use(model)
    return model


def use(model: Path) -> None:
    """Make it the newest file: whoever takes that gets the right one after data was changed back."""
    os.utime(model)


def train(project: Path) -> Path:
    """Train in a process of its own: TensorFlow's memory goes with it."""
    name = new_name(project)
    # Rasa's validation reads all data six times more, a third of the whole time; `make check` does it.
    command = [sys.executable, "-m", "rasa", "train", "--skip-validation", "--fixed-model-name", name]
    command += ["--out", str(MODELS)]
    process = subprocess.Popen(  # noqa: S603 — nothing of it comes from outside
        command,
        cwd=project,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONPATH": os.getcwd()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        output, _ = process.communicate(timeout=SECONDS)
    except BaseException:
        process.kill()
        process.wait()
        raise
    model = project / MODELS / name
    if process.returncode or not model.exists():
        raise TrainingFailed(output[-3000:])
    return model


def new_name(project: Path, taught: bytes = b"") -> str:
    """The file name of a model that is trained now."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{fingerprint(project, taught)}.tar.gz"


def take(project: Path, trained: Path) -> Path:
    """Put a model that was judged among the others, whole or not at all."""
    folder = project / MODELS
    folder.mkdir(exist_ok=True)
    making = folder / f".{trained.name}"
    shutil.copyfile(trained, making)  # it may come from another disk
    making.replace(folder / trained.name)
    return folder / trained.name


def clean(project: Path, dropped: Collection[str], kept: Collection[str]) -> None:
    """Delete the models of the fingerprints `dropped`, and the oldest beyond `MOST_MODELS`; never one of `kept`."""
    models = sorted((project / MODELS).glob("*.tar.gz"), key=lambda file: file.stat().st_mtime, reverse=True)
    ours = [model for model in models if _NAME.fullmatch(model.name)]
    for number, model in enumerate(ours):
        of = model.name[-19:-7]
        if of not in kept and (of in dropped or number >= MOST_MODELS):
            model.unlink(missing_ok=True)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
