"""Which model takes over from the running one."""

from __future__ import annotations

import pytest

from rasa_twin24.teaching.judge import Heard, Score, judge, score

RUNNING = [
    *(Heard(f"да {number}", "affirm", "affirm") for number in range(100)),
    *(Heard(f"нет {number}", "deny", "deny") for number in range(100)),
    *(Heard(f"привет {number}", "greet", "greet") for number in range(790)),
    *(Heard(f"хм {number}", "hesitate", "nlu_fallback") for number in range(10)),
]
GOOD = score(RUNNING)


def heard(wrong: dict[str, str]) -> Score:
    return score([Heard(phrase.text, phrase.wanted, wrong.get(phrase.text, phrase.got)) for phrase in RUNNING])


def test_the_shares() -> None:
    assert (GOOD.accuracy, GOOD.affirm_recall, GOOD.deny_recall, GOOD.false_yes) == (0.99, 1.0, 1.0, ())
    assert GOOD.wrong == tuple(f"хм {number}" for number in range(10))


@pytest.mark.parametrize(
    ("wrong", "objection", "named"),
    [
        ({}, None, ()),
        ({"привет 1": "thanks", "хм 1": "hesitate"}, None, ()),
        ({f"привет {number}": "thanks" for number in range(5)}, None, ()),
        ({"хм 3": "affirm"}, "false_yes", ("хм 3",)),
        ({"нет 3": "affirm", "хм 1": "hesitate", "хм 2": "hesitate"}, "false_yes", ("нет 3",)),
        ({f"привет {n}": "thanks" for n in range(6)}, "worse", tuple(f"привет {n}" for n in range(5))),
        ({f"да {n}": "deny" for n in range(3)}, "hears_less_yes", ("да 0", "да 1", "да 2")),
        ({f"нет {n}": "hesitate" for n in range(3)}, "hears_less_no", ("нет 0", "нет 1", "нет 2")),
    ],
)
def test_a_worse_model_is_not_taken(wrong: dict[str, str], objection: str | None, named: tuple[str, ...]) -> None:
    verdict = judge(heard(wrong), GOOD, [Heard("понеслась", "affirm", "affirm")])
    assert (verdict.objection, verdict.phrases) == (objection, named)


def test_a_model_that_has_not_learnt_is_not_taken() -> None:
    verdict = judge(GOOD, GOOD, [Heard("понеслась", "affirm", "affirm"), Heard("шабаш", "cancel", "deny")])
    assert (verdict.objection, verdict.phrases) == ("not_learnt", ("шабаш",))


def test_a_false_yes_of_the_running_model_excuses_none() -> None:
    bad = heard({"хм 3": "affirm"})
    assert judge(bad, bad, []).objection == "false_yes"


def test_without_a_running_model_there_is_nothing_to_compare_with() -> None:
    assert judge(heard({f"привет {number}": "thanks" for number in range(50)}), None, []).objection is None


def test_a_score_is_kept_as_json() -> None:
    assert Score.from_json(GOOD.to_json()) == GOOD
