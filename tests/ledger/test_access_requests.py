"""A stranger asks once a day, and an owner decides once."""

from __future__ import annotations

import asyncio

import pytest

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.access_requests import MOST_AN_HOUR, PAUSE, Asked
from rasa_twin24.ledger.people import Role
from tests.ledger.conftest import Clock

ANNA = "telegram:5"
OWNERS = ["telegram:1", "web:owner"]


async def test_every_owner_hears_of_a_request(ledger: Ledger) -> None:
    assert await ledger.access_requests.ask(ANNA, "Анна", "ru", OWNERS) is Asked.ASKED
    notices = await ledger.notices.waiting()
    assert [(notice.conversation, notice.kind) for notice in notices] == [(owner, "people_request") for owner in OWNERS]
    assert notices[0].params == {"request": "1", "who": "Анна (telegram:5)"}


async def test_a_stranger_asks_once_a_day_whatever_the_answer(ledger: Ledger, clock: Clock) -> None:
    assert not await ledger.access_requests.has_asked(ANNA)
    await ledger.access_requests.ask(ANNA)
    await ledger.access_requests.decide(1, None, OWNERS[0])
    clock.now += PAUSE - 1
    assert await ledger.access_requests.has_asked(ANNA)
    assert await ledger.access_requests.ask(ANNA) is Asked.ALREADY
    clock.now += 1
    assert await ledger.access_requests.ask(ANNA) is Asked.ASKED


async def test_asking_at_once_is_asking_once(ledger: Ledger, other: Ledger) -> None:
    asked = await asyncio.gather(*(box.access_requests.ask(ANNA, tell=OWNERS) for box in [ledger, other] * 5))
    assert sorted(one.value for one in asked) == ["already"] * 9 + ["asked"]
    assert len(await ledger.notices.waiting()) == len(OWNERS)


async def test_the_owners_are_not_flooded(ledger: Ledger, clock: Clock) -> None:
    for number in range(MOST_AN_HOUR):
        assert await ledger.access_requests.ask(f"telegram:{number}") is Asked.ASKED
    assert await ledger.access_requests.ask("telegram:999", tell=OWNERS) is Asked.TOO_MANY
    assert await ledger.notices.waiting() == []
    clock.now += 3600
    assert await ledger.access_requests.ask("telegram:999") is Asked.ASKED


@pytest.mark.parametrize(
    ("role", "decision", "news"),
    [
        (Role.OPERATOR, "operator", "access_granted_operator"),
        (Role.VIEWER, "viewer", "access_granted_viewer"),
        (None, "refused", "access_refused"),
    ],
)
async def test_a_decision_is_taken_once_and_told(ledger: Ledger, role: Role | None, decision: str, news: str) -> None:
    await ledger.access_requests.ask(ANNA, "Анна", "en")
    request, now = await ledger.access_requests.decide(1, role, OWNERS[0])
    assert request is not None
    assert (request.label, request.decision, now) == ("Анна (telegram:5)", decision, True)
    assert await ledger.people.role(ANNA) is role
    request, now = await ledger.access_requests.decide(1, Role.OPERATOR, OWNERS[1])
    assert request is not None
    assert (request.decision, request.decided_by, now) == (decision, OWNERS[0], False)
    assert await ledger.people.role(ANNA) is role
    told = [(notice.conversation, notice.kind, notice.params) for notice in await ledger.notices.waiting()]
    assert told == [(ANNA, news, {"language": "en"})]


async def test_of_two_owners_at_once_one_decides(ledger: Ledger, other: Ledger) -> None:
    for number in range(1, 11):
        await ledger.access_requests.ask(f"telegram:{number}")
        decided = await asyncio.gather(
            ledger.access_requests.decide(number, Role.VIEWER, OWNERS[0]),
            other.access_requests.decide(number, None, OWNERS[1]),
        )
        assert sorted(now for _, now in decided) == [False, True]
        assert len({request.decided_by for request, _ in decided if request}) == 1


async def test_what_was_never_asked_cannot_be_decided(ledger: Ledger) -> None:
    assert await ledger.access_requests.decide(7, Role.VIEWER, OWNERS[0]) == (None, False)
    with pytest.raises(ValueError, match="BOT_OWNERS"):
        await ledger.access_requests.decide(7, Role.OWNER, OWNERS[0])
