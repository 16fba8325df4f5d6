"""Which model the bot starts with: that of what is taught, or the last good one. Training beside it comes later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rasa_twin24 import model
from rasa_twin24.teaching.folder import PhraseFolder
from rasa_twin24.teaching.job import Training
from rasa_twin24.teaching.judge import Verdict
from rasa_twin24.teaching.known import known_of
from rasa_twin24.teaching.phrase import Taught, canonical


def find_model(project: Path, folder: PhraseFolder, tell: Callable[[str], None]) -> Path | None:
    """A model to start with now; None when the project's own data must be trained first. `tell` gets a line in English.

    A file of phrases that cannot be read keeps nobody from starting: the phrases of the last model count.
    """
    phrases = taught_in(project, folder, tell)
    found = (
        model.find(project, canonical(phrases))
        or model.find(project, canonical(folder.last_good()))
        or model.find(project)
    )
    if found is not None:
        model.use(found)
    return found


def taught_in(project: Path, folder: PhraseFolder, tell: Callable[[str], None]) -> list[Taught]:
    """The phrases that count; of a broken file those that it had with the last model."""
    usable = folder.usable(known_of(project))
    for error in usable.wrong:
        tell(f"Taught phrases: {error}. The file counts as it was with the last model.")
    return usable.phrases


def train_taught(project: Path, folder: PhraseFolder, phrases: list[Taught]) -> Verdict | None:
    """Train and judge the model of these phrases now; None when it was in use already. Raises `TrainingFailed`."""
    found = model.find(project, canonical(phrases))
    if found is not None:
        model.use(found)
        return None
    files = folder.contents()
    training = Training(project, model.new_name(project, canonical(phrases)), phrases, model.find(project), None)
    try:
        verdict = training.finish()
        if verdict.objection is None:
            if not folder.versions():
                folder.keep(model.fingerprint(project), {}, None)
            model.take(project, training.model)
            folder.keep(model.fingerprint(project, canonical(phrases)), files, verdict.score.to_json())
    finally:
        training.clear()
    return verdict
