"""`make nlu-report`: how well the model understands, on the evaluation set and by cross-validation.

Rasa's own evaluation does the work and leaves its files in `results/nlu`: every error with the model's certainty,
precision and recall as JSON, confusions as a picture.
"""

from __future__ import annotations

import asyncio
import os
import re
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from rasa_twin24 import model
from rasa_twin24.teaching.known import EVALUATION

PROJECT = Path(__file__).parents[1]
RESULTS = PROJECT / "results/nlu"
FOLDS = 5
# Rows of the table of confusions.
MOST_CONFUSED = 15
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


@dataclass(frozen=True)
class Phrase:
    """A held-out phrase, the intent it has and the one that was heard."""

    text: str
    intent: str
    heard: str

    @property
    def right(self) -> bool:
        return self.intent == self.heard


async def main() -> None:
    """Print both tables. Some three minutes, nearly all of it for the trainings of the cross-validation."""
    from rasa.core.agent import Agent

    agent = Agent.load(model.ensure(PROJECT))
    held_out = yaml.safe_load(EVALUATION.read_text(encoding="utf-8"))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "evaluation.yml"
        file.write_text(_as_nlu_data(held_out), encoding="utf-8")
        await _draw(agent, file)
    phrases = [
        Phrase(row["text"], row["intent"], (await agent.parse_message(row["text"]))["intent"]["name"])
        for row in held_out
    ]
    print_evaluation(phrases)
    print(f"\nBy cross-validation of the training data, {FOLDS} folds; what was unclear counts as its best guess:\n")
    print_intents(await _cross_validate())
    print(f"\nErrors and pictures of the confusions: {RESULTS.relative_to(PROJECT)}/")


def print_evaluation(phrases: Sequence[Phrase]) -> None:
    """What was heard of the evaluation set, per intent and in all, and what was taken for what."""
    from sklearn.metrics import classification_report

    meant, heard = [phrase.intent for phrase in phrases], [phrase.heard for phrase in phrases]
    print_intents(classification_report(meant, heard, labels=sorted(set(meant)), output_dict=True, zero_division=0))
    russian = [phrase for phrase in phrases if _CYRILLIC.search(phrase.text)]
    english = [phrase for phrase in phrases if not _CYRILLIC.search(phrase.text)]
    print(f"\nAccuracy: {share(phrases)} of {len(phrases)} phrases; ", end="")
    print(f"with Russian letters {share(russian)} of {len(russian)}, without {share(english)} of {len(english)}")
    false_yes = [phrase.text for phrase in phrases if phrase.heard == "affirm" != phrase.intent]
    print(f"Taken for a yes and none: {false_yes or 'none'}\n")
    print_confusions(phrases)


def print_intents(report: dict[str, Any]) -> None:
    """Precision, recall and support per intent, the worst recall first."""
    rows = {name: row for name, row in report.items() if isinstance(row, dict) and "support" in row}
    intents = sorted((name for name in rows if " " not in name), key=lambda name: (rows[name]["recall"], name))
    print(f"{'intent':24}{'precision':>10}{'recall':>8}{'phrases':>9}")
    for name in (*intents, *(name for name in rows if " " in name and rows[name]["support"])):
        row = rows[name]
        print(f"{name:24}{row['precision']:10.3f}{row['recall']:8.3f}{int(row['support']):9}")
    if "accuracy" in report:
        print(f"{'accuracy':24}{report['accuracy']:18.3f}")


def print_confusions(phrases: Sequence[Phrase]) -> None:
    """What was most often taken for what, with an example each."""
    wrong = Counter((phrase.intent, phrase.heard) for phrase in phrases if not phrase.right)
    print(f"{'meant':24}{'heard':24}{'times':>6}  for example")
    for (intent, heard), times in wrong.most_common(MOST_CONFUSED):
        example = next(phrase.text for phrase in phrases if (phrase.intent, phrase.heard) == (intent, heard))
        print(f"{intent:24}{heard:24}{times:6}  {example}")


def share(phrases: Sequence[Phrase]) -> str:
    """The part of them that was heard right, as ".931"; "–" of none."""
    if not phrases:
        return "–"
    return f"{sum(phrase.right for phrase in phrases) / len(phrases):.3f}".lstrip("0")


def _as_nlu_data(held_out: Sequence[dict[str, str]]) -> str:
    """The held-out phrases as Rasa's YAML; one example to an entry, so that no sign in it is read as markup."""
    intents: dict[str, list[dict[str, str]]] = {}
    for row in held_out:
        intents.setdefault(row["intent"], []).append({"text": row["text"]})
    blocks = [{"intent": intent, "examples": examples} for intent, examples in intents.items()]
    return yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True)


async def _draw(agent: Any, file: Path) -> None:
    from rasa.nlu.test import run_evaluation

    await run_evaluation(
        str(file), agent.processor, str(RESULTS / "evaluation"), errors=True, domain_path=str(PROJECT / "domain.yml")
    )


async def _cross_validate() -> dict[str, Any]:
    from rasa.nlu.test import cross_validate
    from rasa.shared.nlu.training_data.loading import load_data

    intents, _, _ = await cross_validate(
        load_data(str(PROJECT / "data")),
        FOLDS,
        str(PROJECT / "config.yml"),
        str(RESULTS / "cross-validation"),
        errors=True,
    )
    report: dict[str, Any] = intents.evaluation["report"]
    return report


if __name__ == "__main__":
    os.environ |= {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    warnings.simplefilter("ignore")
    from rasa_twin24.app import quieten

    os.chdir(PROJECT)
    quieten()
    asyncio.run(main())
