from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.people import Change, Role, is_person_id, owners_from_env
from rasa_twin24.ledger.tasks import TaskState
from tests.ledger.conftest import Clock

ANNA, OWNER = "telegram:5", "telegram:1"


@pytest.mark.parametrize(
    ("owners", "inside", "outside"),
    [
        ("telegram:100200300,vk:77", ["telegram:100200300", "vk:77", "web:owner"], ["vk:7", "telegram:77"]),
        (" telegram:1 , ,slack:U02AB,", ["telegram:1", "slack:U02AB"], ["telegram:", "slack:u02ab", ""]),
        ("", ["web:owner"], ["telegram:1", "web:1", "web:owner2"]),
    ],
)
async def test_only_those_who_are_named_own_the_bot(
    url: str, owners: str, inside: list[str], outside: list[str]
) -> None:
    ledger = Ledger(url, owners=owners_from_env({"BOT_OWNERS": owners}))
    await ledger.open()
    assert [await ledger.people.role(person) for person in inside] == [Role.OWNER] * len(inside)
    assert [await ledger.people.role(person) for person in outside] == [None] * len(outside)
    await ledger.close()


def test_without_the_variable_nobody_owns_the_bot_in_a_messenger() -> None:
    assert owners_from_env({}) == frozenset()


@pytest.mark.parametrize(
    "entry",
    [
        "100200300",
        "telegram:",
        ":77",
        "telegram 77",
        "Telegram:77",
        "теlegram:77",
        "telegram:7 7",
        "telegram:1;vk:2 x",
        "*",
    ],
)
def test_a_typing_slip_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="BOT_OWNERS") as error:
        owners_from_env({"BOT_OWNERS": f"vk:1,{entry}"})
    assert f"'{entry}'" in str(error.value)


@pytest.fixture
async def owned(url: str, clock: Clock) -> AsyncIterator[Ledger]:
    """A ledger with an owner in Telegram besides that of the web chat."""
    opened = Ledger(url, owners=frozenset({OWNER}), clock=clock)
    await opened.open()
    yield opened
    await opened.close()


async def acts(ledger: Ledger) -> list[tuple[str, str, str]]:
    return [(entry.person, entry.act, entry.outcome) for entry in await ledger.audit.since(0)]


async def news(ledger: Ledger) -> list[tuple[str, str]]:
    return [(notice.conversation, notice.kind) for notice in await ledger.notices.waiting()]


async def test_a_person_is_let_in_changed_and_removed(owned: Ledger) -> None:
    people = owned.people
    assert await people.give(ANNA, Role.OPERATOR, OWNER, "Анна") is Change.LET_IN
    assert await people.give(ANNA, Role.OPERATOR, OWNER) is Change.SAME
    assert await people.role(ANNA) is Role.OPERATOR
    assert await people.give(ANNA, Role.VIEWER, OWNER) is Change.CHANGED
    assert [(person.label, person.role) for person in await people.all()] == [
        (OWNER, Role.OWNER),
        ("web:owner", Role.OWNER),
        ("Анна (telegram:5)", Role.VIEWER),
    ]
    assert await people.remove(ANNA, OWNER) is Change.REMOVED
    assert await people.remove(ANNA, OWNER) is Change.UNKNOWN
    assert await people.role(ANNA) is None
    kinds = ["access_granted_operator", "access_granted_viewer", "access_removed"]
    assert await news(owned) == [(ANNA, kind) for kind in kinds]
    assert await acts(owned) == [(OWNER, "change_role", "done")] * 2 + [(OWNER, "remove_person", "done")]


async def test_owners_are_neither_made_nor_changed_nor_removed(owned: Ledger) -> None:
    assert await owned.people.give(OWNER, Role.VIEWER, "web:owner") is Change.OWNER
    assert await owned.people.remove("web:owner", OWNER) is Change.OWNER
    with pytest.raises(ValueError, match="OWNER"):
        await owned.people.give(ANNA, Role.OWNER, OWNER)
    assert await owned.people.role(OWNER) is Role.OWNER
    assert await owned.people.role(ANNA) is None
    assert [outcome for _, _, outcome in await acts(owned)] == ["refused", "refused"]


@pytest.mark.parametrize("loss", ["removed", "viewer"])
async def test_what_was_offered_dies_with_the_right(owned: Ledger, loss: str) -> None:
    await owned.people.give(ANNA, Role.OPERATOR, OWNER)
    task = await owned.tasks.new(ANNA, name="Весна", twin_id="t-1", state=TaskState.FILLING)
    await owned.conversations.turn_to(ANNA, task.id, Step.START)
    await owned.plans.show(ANNA, task.id, "digest", 900)
    tokens = await owned.buttons.offer(ANNA, [("Да", "/confirm_start")])
    tokens += await owned.buttons.offer(ANNA, [("Пустить", "/decide_access")], standing=True)
    if loss == "removed":
        await owned.people.remove(ANNA, OWNER)
    else:
        await owned.people.give(ANNA, Role.VIEWER, OWNER)
    assert [await owned.buttons.press(ANNA, token) for token in tokens] == [None, None]
    assert not await owned.plans.use(ANNA, task.id, lambda _added: "digest")
    assert not await owned.plans.asks(task.id)
    assert await owned.tasks.talked_about(ANNA) == (None, None)  # the next answer does not show the plan again


async def test_a_promotion_leaves_what_is_open(owned: Ledger) -> None:
    await owned.people.give(ANNA, Role.VIEWER, OWNER)
    (token,) = await owned.buttons.offer(ANNA, [("Мои задания", "/list_tasks")])
    await owned.people.give(ANNA, Role.OPERATOR, OWNER)
    assert await owned.buttons.press(ANNA, token) is not None


async def test_the_role_is_known_inside_a_transaction(owned: Ledger) -> None:
    await owned.people.give(ANNA, Role.VIEWER, OWNER)
    found = [
        await owned._store.run(lambda c, who=who: owned.people.role_in(c, who)) for who in (OWNER, ANNA, "telegram:9")
    ]
    assert found == [Role.OWNER, Role.VIEWER, None]


@pytest.mark.parametrize(
    ("text", "is_id"),
    [
        ("telegram:5", True),
        ("slack:U02AB", True),
        ("telegram:", False),
        ("5", False),
        ("a_third_party1:5", True),
        ("ICQ:5", False),
        ("telegram:5 6", False),
        ("telegram:" + "5" * 300, False),
    ],
)
def test_what_an_id_looks_like(text: str, is_id: bool) -> None:
    assert is_person_id(text) is is_id
