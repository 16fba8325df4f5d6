"""Adding people to a task: the exact request, and the numbers that never leave."""

from __future__ import annotations

import json
from typing import Any

import pytest
import respx

from rasa_twin24.twin24 import Candidate, NotFound, Refused, Twin24
from tests.twin24.conftest import CIS, TASK_ID

BATCH = f"{CIS}/telephony/autoCallCandidate/batch"


@pytest.mark.parametrize(
    ("candidates", "batch"),
    [
        (
            [Candidate(phones=("+79001234567",))],
            [{"autoCallId": TASK_ID, "phone": ["79001234567"], "clientExternalId": "79001234567"}],
        ),
        (
            [
                Candidate(
                    phones=("+79001234567",),
                    variables={"имя": "Иван"},
                    callback_data={"source": "chat", "user": "telegram:100200300"},
                )
            ],
            [
                {
                    "autoCallId": TASK_ID,
                    "phone": ["79001234567"],
                    "variables": {"имя": "Иван"},
                    "callbackData": {"source": "chat", "user": "telegram:100200300"},
                    "clientExternalId": "79001234567",
                }
            ],
        ),
        (
            [
                Candidate(phones=("+79001234567", "+375291234567")),
                Candidate(("+442071838750",), external_id="crm-7"),
            ],
            [
                {
                    "autoCallId": TASK_ID,
                    "phone": ["79001234567", "375291234567"],
                    "clientExternalId": "79001234567",
                },
                {"autoCallId": TASK_ID, "phone": ["442071838750"], "clientExternalId": "crm-7"},
            ],
        ),
    ],
    ids=["number alone", "everything", "two people, one with two numbers"],
)
async def test_add(
    twin: Twin24,
    router: respx.MockRouter,
    login: respx.Route,
    candidates: list[Candidate],
    batch: list[dict[str, Any]],
) -> None:
    route = router.post(BATCH).respond(200)
    await twin.candidates.add(TASK_ID, candidates)
    assert route.call_count == 1
    # Nothing besides the batch: `forceStart` would dial at once.
    assert json.loads(route.calls.last.request.content) == {"batch": batch}


@pytest.mark.parametrize("answer", [b"", b"null", b'{"id": {"identity": "x"}}', b"[]", b"ok"])
async def test_any_success_counts_as_added(
    twin: Twin24, router: respx.MockRouter, login: respx.Route, answer: bytes
) -> None:
    router.post(BATCH).respond(200, content=answer)
    await twin.candidates.add(TASK_ID, [Candidate(("+79001234567",))])


async def test_a_refusal_tells_why(twin: Twin24, router: respx.MockRouter, login: respx.Route) -> None:
    router.post(BATCH).respond(409, json={"error": "Task is running", "details": {"autoCallId": "busy"}})
    with pytest.raises(Refused) as caught:
        await twin.candidates.add(TASK_ID, [Candidate(("+79001234567",))])
    assert caught.value.reason == "Task is running (autoCallId)"
    assert caught.value.maybe_done is False


@pytest.mark.parametrize(
    "phones",
    [
        (),
        ("79001234567",),
        ("+7 900 123-45-67",),
        ("+09001234567",),
        ("+790012",),
        ("+7900123456789012",),
        ("+79001234567\n",),
        ("+７9001234567",),
        ("+79001234567", ""),
        "+79001234567",
    ],
    ids=[
        "none",
        "no plus",
        "spaced",
        "zero",
        "short",
        "long",
        "line end",
        "full-width",
        "second",
        "no tuple",
    ],
)
def test_numbers_that_are_not_e164_are_refused_unnamed(phones: Any) -> None:
    with pytest.raises(ValueError, match="phone number") as caught:
        Candidate(phones)
    assert "9001234567" not in str(caught.value)


async def test_nobody_to_add_is_an_error_of_the_caller(twin: Twin24) -> None:
    with pytest.raises(ValueError, match="nobody"):
        await twin.candidates.add(TASK_ID, [])


async def test_a_task_id_that_cannot_be_is_not_asked_for(twin: Twin24) -> None:
    with pytest.raises(NotFound):
        await twin.candidates.add("../single", [Candidate(("+79001234567",))])


def test_the_repr_shows_two_digits_and_nothing_else_of_a_person() -> None:
    candidate = Candidate(("+79001234567",), variables={"имя": "Иван"}, external_id="79001234567")
    assert repr(candidate) == "Candidate(•••67)"
