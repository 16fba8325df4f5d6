"""Which outcomes reach the audit, and that they do however they are told."""

from __future__ import annotations

import pytest

from rasa_twin24.campaign.outcome import Outcome
from rasa_twin24.campaign.record import recorded
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.candidates import people_of
from tests.campaign.conftest import ANNA, BAD, BORIS, ME, Scene


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("create_task_done", (Act.CREATE_TASK, Result.DONE)),
        ("create_task_left", (Act.CREATE_TASK, Result.DONE)),
        ("create_task_failed_unclear", (Act.CREATE_TASK, Result.UNCLEAR)),
        ("create_task_failed_no_money", (Act.CREATE_TASK, Result.FAILED)),
        ("add_candidates_done", (Act.ADD_CANDIDATES, Result.DONE)),
        ("add_candidates_refused", (Act.ADD_CANDIDATES, Result.FAILED)),
        ("add_candidates_failed_busy", (Act.ADD_CANDIDATES, Result.FAILED)),
        ("add_candidates_unclear", (Act.ADD_CANDIDATES, Result.UNCLEAR)),
        ("add_candidates_again", None),
        ("start_calls_failed_busy", None),
        ("twin_failed_busy", None),
        ("internal_error", None),
    ],
)
def test_acts_and_results(kind: str, expected: tuple[str, str] | None) -> None:
    assert recorded(Outcome(kind)) == expected


async def rows(scene: Scene) -> list[tuple[str, str, dict[str, str]]]:
    return [(entry.act, entry.outcome, entry.detail) for entry in await scene.ledger.audit.since(0)]


async def test_what_a_turn_brought_about_is_written_down(scene: Scene) -> None:
    task = await scene.filled(ANNA, BORIS)
    about = {"name": "Акция", "task_id": task.twin_id}
    assert await rows(scene) == [
        (Act.CREATE_TASK, Result.DONE, about),
        (Act.ADD_CANDIDATES, Result.DONE, {**about, "count": "2"}),
    ]
    assert [entry.person for entry in await scene.ledger.audit.since(0)] == [ME, ME]


async def test_what_is_told_as_news_is_written_down_too(scene: Scene) -> None:
    slow = scene.with_settings(patience=0)
    await slow.campaign.begin(ME)
    await slow.campaign.order(ME, "Акция")
    assert await slow.campaign.carry_out(ME) is None
    await slow.campaign.close()
    assert await slow.notices() == ["create_task_done"]
    assert [(act, result) for act, result, _ in await rows(scene)] == [(Act.CREATE_TASK, Result.DONE)]


async def test_failures_are_written_down_without_numbers(scene: Scene) -> None:
    await scene.created("Позвонить 8 916 123-45-67")
    scene.clock.now += 1
    await scene.campaign.collect(ME, people_of([BAD, ANNA]))
    await scene.work()
    acts = [(act, result) for act, result, _ in await rows(scene)]
    assert acts == [
        (Act.CREATE_TASK, Result.DONE),
        (Act.ADD_CANDIDATES, Result.FAILED),
        (Act.ADD_CANDIDATES, Result.DONE),
    ]
    assert "123-45-67" not in str(await rows(scene))
    assert "0000000" not in str(await rows(scene))


async def test_an_audit_that_cannot_be_written_loses_no_news(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_args: object, **_detail: object) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(scene.ledger.audit, "add", away)
    await scene.created()
