"""Judges a model by what it makes of the evaluation set and of the taught phrases. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

AFFIRM, DENY = "affirm", "deny"
# By so much a new model may be worse than the running one: some six phrases of the evaluation set in all, one or two
# of its yes and its no. A yes that is none is never tolerated.
MOST_ACCURACY_LOST = 0.005
MOST_RECALL_LOST = 0.02
# Why a model is not taken; each has its phrase in domain.yml.
OBJECTIONS = ("false_yes", "not_learnt", "worse", "hears_less_yes", "hears_less_no")
# Phrases named where a model is refused.
MOST_NAMED = 5


@dataclass(frozen=True)
class Heard:
    """One phrase: what it means and what the model takes it for."""

    text: str
    wanted: str
    got: str


@dataclass(frozen=True)
class Score:
    """Shares of the evaluation set, 0 to 1; `false_yes` and `wrong` are texts of it."""

    accuracy: float
    affirm_recall: float
    deny_recall: float
    false_yes: tuple[str, ...]
    wrong: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Score:
        """Raises `TypeError` or `KeyError` on what another version has written."""
        return cls(**{**kept, "false_yes": tuple(kept["false_yes"]), "wrong": tuple(kept["wrong"])})


@dataclass(frozen=True)
class Verdict:
    """`objection` names why the model is not taken, None: it is taken; `phrases` are those that broke."""

    score: Score
    objection: str | None = None
    phrases: tuple[str, ...] = ()


def score(heard: Sequence[Heard]) -> Score:
    """Of a whole evaluation set."""
    right = sum(phrase.got == phrase.wanted for phrase in heard)
    return Score(
        right / len(heard) if heard else 0.0,
        _recall(heard, AFFIRM),
        _recall(heard, DENY),
        tuple(phrase.text for phrase in heard if phrase.got == AFFIRM != phrase.wanted),
        tuple(phrase.text for phrase in heard if phrase.got != phrase.wanted),
    )


def judge(new: Score, running: Score | None, taught: Sequence[Heard]) -> Verdict:
    """Whether the new model may take over from the running one; `taught` is what it makes of the taught phrases."""
    if new.false_yes:
        return Verdict(new, "false_yes", new.false_yes[:MOST_NAMED])
    if missed := tuple(phrase.text for phrase in taught if phrase.got != phrase.wanted):
        return Verdict(new, "not_learnt", missed[:MOST_NAMED])
    if running is None:
        return Verdict(new)
    was_wrong = set(running.wrong)
    broken = tuple(text for text in new.wrong if text not in was_wrong)[:MOST_NAMED]
    if new.accuracy < running.accuracy - MOST_ACCURACY_LOST:
        return Verdict(new, "worse", broken)
    if new.affirm_recall < running.affirm_recall - MOST_RECALL_LOST:
        return Verdict(new, "hears_less_yes", broken)
    if new.deny_recall < running.deny_recall - MOST_RECALL_LOST:
        return Verdict(new, "hears_less_no", broken)
    return Verdict(new)


def _recall(heard: Sequence[Heard], intent: str) -> float:
    asked = [phrase for phrase in heard if phrase.wanted == intent]
    return sum(phrase.got == intent for phrase in asked) / len(asked) if asked else 1.0
