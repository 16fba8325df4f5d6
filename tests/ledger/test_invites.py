"""Invitations: one use, two days, few wrong tries, and nothing in the ledger that lets anybody in."""

from __future__ import annotations

import asyncio

import pytest

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.invites import CODE, LIFE, TRIES_OF_ALL, TRIES_OF_ONE, Try
from rasa_twin24.ledger.people import Role
from tests.ledger.conftest import Clock

OWNER, ANNA, IVAN = "web:owner", "telegram:5", "telegram:6"
WRONG = "a" * 24


async def reasons(ledger: Ledger) -> list[str]:
    return [str(entry.detail["reason"]) for entry in await ledger.audit.since(0) if entry.outcome == "refused"]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.VIEWER])
async def test_a_code_lets_one_person_in_with_its_role(ledger: Ledger, role: Role) -> None:
    code = await ledger.invites.make(role, OWNER)
    assert await ledger.invites.use(ANNA, code.upper(), "Анна", "en", [OWNER]) is Try.JOINED
    assert await ledger.people.role(ANNA) is role
    assert await ledger.invites.use(IVAN, code) is Try.WRONG
    assert await ledger.people.role(IVAN) is None
    assert await reasons(ledger) == ["used_code"]
    told = [(notice.conversation, notice.kind, notice.params) for notice in await ledger.notices.waiting()]
    assert told == [
        (ANNA, f"access_granted_{role.key}", {"language": "en"}),
        (OWNER, f"people_joined_{role.key}", {"who": "Анна (telegram:5)"}),
    ]


async def test_nobody_is_invited_to_own_the_bot(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="BOT_OWNERS"):
        await ledger.invites.make(Role.OWNER, OWNER)


async def test_of_two_who_send_a_code_at_once_one_gets_in(ledger: Ledger, other: Ledger) -> None:
    for number in range(10):
        code = await ledger.invites.make(Role.VIEWER, OWNER)
        people = [f"telegram:{100 * number + one}" for one in range(4)]
        uses = [box.invites.use(who, code) for who, box in zip(people, [ledger, other] * 2, strict=True)]
        assert sorted(tried.value for tried in await asyncio.gather(*uses)) == ["joined", "wrong", "wrong", "wrong"]
        assert len([who for who in people if await ledger.people.role(who)]) == 1


async def test_a_code_expires(ledger: Ledger, clock: Clock) -> None:
    code = await ledger.invites.make(Role.VIEWER, OWNER)
    clock.now += LIFE
    assert await ledger.invites.use(ANNA, code) is Try.WRONG
    assert await reasons(ledger) == ["expired_code"]


async def test_revoked_codes_let_nobody_in(ledger: Ledger) -> None:
    codes = [await ledger.invites.make(Role.VIEWER, OWNER) for _ in range(3)]
    await ledger.invites.use(ANNA, codes[0])
    assert await ledger.invites.open_count() == 2
    assert await ledger.invites.revoke(OWNER) == 2
    assert await ledger.invites.open_count() == 0
    assert await ledger.invites.use(IVAN, codes[1]) is Try.WRONG
    assert await ledger.people.role(ANNA) is Role.VIEWER


async def test_after_few_wrong_codes_not_even_the_right_one_is_looked_at(ledger: Ledger, clock: Clock) -> None:
    code = await ledger.invites.make(Role.VIEWER, OWNER)
    for _ in range(TRIES_OF_ONE):
        assert await ledger.invites.use(ANNA, WRONG) is Try.WRONG
    assert await ledger.invites.use(ANNA, code) is Try.TOO_MANY
    assert await ledger.people.role(ANNA) is None
    clock.now += 24 * 3600
    assert await ledger.invites.use(ANNA, code) is Try.JOINED


async def test_strangers_together_have_few_tries_as_well(ledger: Ledger, clock: Clock) -> None:
    code = await ledger.invites.make(Role.VIEWER, OWNER)
    for number in range(TRIES_OF_ALL):
        assert await ledger.invites.use(f"telegram:{number}", WRONG) is Try.WRONG
    assert await ledger.invites.use("telegram:777", code) is Try.TOO_MANY
    clock.now += 3600
    assert await ledger.invites.use("telegram:777", code) is Try.JOINED


async def test_the_ledger_holds_no_code(ledger: Ledger) -> None:
    code = await ledger.invites.make(Role.OPERATOR, OWNER)
    await ledger.invites.use(ANNA, code)
    assert CODE.fullmatch(code)
    for table in ("invites", "invite_tries", "audit", "notices", "people"):
        rows = await ledger._store.run(lambda c, table=table: c.exec_driver_sql(f"SELECT * FROM {table}").all())
        assert code not in str(rows).lower()


async def test_codes_are_long_and_differ(ledger: Ledger) -> None:
    codes = {await ledger.invites.make(Role.VIEWER, OWNER) for _ in range(50)}
    assert len(codes) == 50
    assert {5 * len(code) for code in codes} == {120}  # bits: five in each letter
    assert len({letter for code in codes for letter in code}) == 32


async def test_an_invitation_answers_what_its_person_had_asked(ledger: Ledger) -> None:
    await ledger.access_requests.ask(ANNA, "Анна")
    await ledger.invites.use(ANNA, await ledger.invites.make(Role.VIEWER, OWNER))
    request, now = await ledger.access_requests.decide(1, None, "telegram:1")
    assert request is not None
    assert (request.decision, request.decided_by, now) == ("viewer", OWNER, False)
    assert await ledger.people.role(ANNA) is Role.VIEWER
