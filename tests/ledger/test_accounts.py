"""One person in several messengers: who may join whose conversation, by which code, and where news go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.accounts import LIFE, Link
from rasa_twin24.ledger.invites import TRIES_OF_ONE, Try
from rasa_twin24.ledger.message_id import message_id, update_of
from rasa_twin24.ledger.people import WEB_OWNER, Change, Role
from rasa_twin24.ledger.plans import SHOWN, _came_in
from rasa_twin24.ledger.schema import accounts, link_codes, plans
from tests.ledger.conftest import Clock

BOSS, ME, MINE, THIRD, STRANGER = "telegram:1", "telegram:5", "vk:77", "max:9", "viber:x"
EVERYWHERE = ("web", "telegram", "vk", "max", "viber")


@pytest.fixture
async def book(url: str, clock: Clock) -> AsyncIterator[Ledger]:
    """BOSS is an owner, ME an operator; the others are strangers."""
    opened = Ledger(url, clock=clock, owners=frozenset({BOSS}))
    await opened.open()
    await opened.people.give(ME, Role.OPERATOR, WEB_OWNER)
    yield opened
    await opened.close()


async def linked(book: Ledger, clock: Clock, account: str, conversation: str) -> Link:
    code = await book.accounts.make_code(conversation)
    clock.now += 1
    return (await book.accounts.link(account, code))[0]


async def refusals(book: Ledger) -> list[str]:
    return [entry.detail["reason"] for entry in await book.audit.since(0) if entry.outcome == "refused"]


async def rows(book: Ledger, table: sa.Table) -> int:
    return await book._store.run(lambda c: int(c.scalar(sa.select(sa.func.count()).select_from(table))))


async def test_a_linked_account_speaks_in_the_conversation_with_its_role(book: Ledger, clock: Clock) -> None:
    assert await book.accounts.home(MINE) == MINE
    assert await book.accounts.role(MINE) is None
    code = await book.accounts.make_code(ME)
    assert await book.accounts.link(MINE, code.upper()) == (Link.LINKED, ME)
    assert (await book.accounts.home(MINE), await book.accounts.home(ME)) == (ME, ME)
    assert await book.accounts.begin(MINE) == (ME, Role.OPERATOR)
    assert await book.accounts.all_of(ME) == [ME, MINE]
    assert [(entry.person, entry.act, entry.conversation) for entry in (await book.audit.since(0))[-1:]] == [
        (MINE, "link_account", ME)
    ]


async def test_a_code_works_once_and_for_a_quarter_of_an_hour(book: Ledger, clock: Clock) -> None:
    code = await book.accounts.make_code(ME)
    assert (await book.accounts.link(MINE, code))[0] is Link.LINKED
    assert (await book.accounts.link(MINE, code))[0] is Link.LINKED  # said again after a crash
    assert (await book.accounts.link(THIRD, code))[0] is Link.WRONG
    old = await book.accounts.make_code(ME)
    clock.now += LIFE
    assert (await book.accounts.link(THIRD, old))[0] is Link.WRONG
    earlier, newer = await book.accounts.make_code(ME), await book.accounts.make_code(ME)
    assert (await book.accounts.link(THIRD, earlier))[0] is Link.WRONG
    assert (await book.accounts.link(THIRD, newer))[0] is Link.LINKED
    assert await refusals(book) == ["wrong"] * 3
    assert await book.accounts.knows(old)
    assert not await book.accounts.knows("a" * 24)


async def test_a_code_is_not_kept_itself(book: Ledger) -> None:
    code = await book.accounts.make_code(ME)
    kept = await book._store.run(lambda c: str(c.execute(sa.select(link_codes)).all()))
    assert code not in kept


async def test_wrong_codes_count_with_wrong_invitations(book: Ledger, clock: Clock) -> None:
    used = await book.accounts.make_code(ME)
    await book.accounts.link(THIRD, used)
    for _ in range(TRIES_OF_ONE - 1):
        assert (await book.accounts.link(MINE, used))[0] is Link.WRONG
    assert await book.invites.use(MINE, "a" * 24) is Try.WRONG
    assert await linked(book, clock, MINE, ME) is Link.TOO_MANY
    assert await book.accounts.home(MINE) == MINE
    clock.now += 24 * 3600
    assert await linked(book, clock, MINE, ME) is Link.LINKED


@pytest.mark.parametrize(
    ("account", "conversation", "obstacle"),
    [
        (ME, ME, Link.SAME),
        (BOSS, ME, Link.HIGHER),
        (WEB_OWNER, BOSS, Link.WEB),
        (ME, STRANGER, Link.NO_ROLE),
        (MINE, STRANGER, Link.NO_ROLE),
    ],
)
async def test_what_is_refused(book: Ledger, clock: Clock, account: str, conversation: str, obstacle: Link) -> None:
    code = await book.accounts.make_code(conversation)
    assert await book.accounts.link(account, code) == (obstacle, "")
    assert await book.accounts.home(account) == account
    assert await refusals(book) == [obstacle.value]
    assert await rows(book, accounts) == 0
    if obstacle is Link.SAME:  # the code is still good
        assert (await book.accounts.link(MINE, code))[0] is Link.LINKED
        assert (await book.accounts.link(MINE, await book.accounts.make_code(ME)))[0] is Link.SAME


async def test_of_two_accounts_at_once_one_uses_the_code(book: Ledger, clock: Clock, url: str) -> None:
    other = Ledger(url, clock=clock, owners=frozenset({BOSS}))
    await other.open()
    code = await book.accounts.make_code(ME)
    tried = await asyncio.gather(*(each.accounts.link(f"vk:{n}", code) for n in range(3) for each in (book, other)))
    assert len({who for n, (result, _) in enumerate(tried) if result is Link.LINKED for who in [n // 2]}) == 1
    assert len(await book.accounts.all_of(ME)) == 2
    await other.close()


async def test_who_has_linked_accounts_brings_them_along(book: Ledger, clock: Clock) -> None:
    await linked(book, clock, MINE, ME)
    assert await linked(book, clock, ME, BOSS) is Link.LINKED
    assert await book.accounts.begin(MINE) == (BOSS, Role.OWNER)
    assert sorted(await book.accounts.all_of(BOSS)) == sorted([BOSS, ME, MINE])
    # One that joins another conversation leaves this one.
    await book.people.give(THIRD, Role.VIEWER, BOSS)
    assert await linked(book, clock, MINE, THIRD) is Link.LINKED
    assert await book.accounts.home(MINE) == THIRD


async def test_unlinking(book: Ledger, clock: Clock) -> None:
    assert await book.accounts.unlink(ME) == []
    await linked(book, clock, MINE, ME)
    assert await book.accounts.unlink(MINE) == [MINE]
    assert await book.accounts.begin(MINE) == (MINE, None)
    assert await rows(book, accounts) == 0
    await linked(book, clock, MINE, ME)
    await linked(book, clock, THIRD, ME)
    assert await book.accounts.linked() == {ME: [MINE, THIRD]}
    assert await book.accounts.unlink(ME) == [MINE, THIRD]
    assert await rows(book, accounts) == 0


async def test_who_is_removed_loses_the_links(book: Ledger, clock: Clock) -> None:
    await linked(book, clock, MINE, ME)
    assert await book.people.remove(ME, BOSS) is Change.REMOVED
    assert await book.accounts.begin(MINE) == (MINE, None)
    await book.people.give(ME, Role.OPERATOR, BOSS)
    assert await book.accounts.role(MINE) is None
    told = [(notice.conversation, notice.kind) for notice in await book.notices.waiting()]
    assert (ME, "access_removed") in told
    assert (MINE, "access_removed") in told


async def test_a_linked_account_alone_can_be_removed(book: Ledger, clock: Clock) -> None:
    await linked(book, clock, MINE, ME)
    assert await book.people.remove(MINE, BOSS) is Change.REMOVED
    assert await book.accounts.begin(MINE) == (MINE, None)
    assert await book.people.role(ME) is Role.OPERATOR
    assert await book.people.remove(MINE, BOSS) is Change.UNKNOWN


async def test_a_conversation_of_a_lower_role_than_the_accounts_own_is_none(book: Ledger, clock: Clock) -> None:
    await book.people.give(MINE, Role.OPERATOR, BOSS)
    await linked(book, clock, MINE, ME)
    assert await book.accounts.home(MINE) == ME
    await book.people.give(ME, Role.VIEWER, BOSS)
    assert await book.accounts.begin(MINE) == (MINE, Role.OPERATOR)
    assert await book.accounts.reach(ME, EVERYWHERE) == (ME, ME)


async def test_a_plan_shown_before_joining_cannot_be_said_yes_to_afterwards(book: Ledger, clock: Clock) -> None:
    await book.people.give(MINE, Role.OPERATOR, BOSS)
    for conversation in (ME, MINE):
        task = await book.tasks.new(conversation, name="Акция")
        await book.plans.show(conversation, task.id, "digest", 900)
    await linked(book, clock, MINE, ME)
    shown = sa.select(plans.c.conversation).where(plans.c.state == SHOWN)
    assert await book._store.run(lambda c: [row.conversation for row in c.execute(shown)]) == [ME]


async def test_news_go_to_the_account_used_last_that_can_be_reached(book: Ledger, clock: Clock) -> None:
    assert await book.accounts.reach(ME, EVERYWHERE) == (ME, ME)
    assert await book.accounts.reach(ME, ["vk"]) is None
    await linked(book, clock, MINE, ME)
    assert await book.accounts.reach(ME, EVERYWHERE) == (ME, MINE)
    clock.now += 1
    await book.accounts.begin(ME)
    assert await book.accounts.reach(ME, EVERYWHERE) == (ME, ME)
    assert await book.accounts.reach(MINE, EVERYWHERE) == (ME, ME)  # what the account had under way itself
    assert await book.accounts.reach(ME, ["vk"]) == (ME, MINE)
    await book.conversations.gone(ME)
    assert await book.accounts.reach(ME, EVERYWHERE) == (ME, MINE)
    await book.conversations.gone(MINE)
    assert await book.accounts.reach(ME, EVERYWHERE) is None
    await book.accounts.begin(MINE)
    assert await book.accounts.reach(ME, EVERYWHERE) == (ME, MINE)


async def test_who_writes_is_back_and_a_stranger_is_not(book: Ledger) -> None:
    await book.conversations.gone(ME)
    await book.conversations.gone(STRANGER)
    assert await book.accounts.begin(ME) == (ME, Role.OPERATOR)
    assert (await book.conversations.get(ME)).gone_at is None
    assert await book.accounts.begin(STRANGER) == (STRANGER, None)
    assert (await book.conversations.get(STRANGER)).gone_at is not None


@pytest.mark.parametrize("whose", [ME, MINE])
async def test_forgetting_a_person_forgets_links_and_codes(book: Ledger, clock: Clock, whose: str) -> None:
    await linked(book, clock, MINE, ME)
    await book.forgetting.ask(whose, whose)
    (request,) = await book.forgetting.waiting()
    await book.forgetting.clear(request.id)
    assert (await rows(book, accounts), await rows(book, link_codes)) == (0, 0)


async def test_old_codes_are_swept_out_and_links_are_not(book: Ledger, clock: Clock) -> None:
    await linked(book, clock, MINE, ME)
    clock.now += LIFE + 101
    await book.forgetting.drop_older(100)
    assert (await rows(book, accounts), await rows(book, link_codes)) == (2, 0)


@pytest.mark.parametrize(
    ("conversation", "channel", "key", "called"),
    [
        ("telegram:5", "telegram", "7", "7"),
        ("telegram:5", "vk", "7", "@vk:7"),
        ("telegram:5", "telegram", "vk:7", "vk:7"),
        ("telegram:5", "telegram", "@vk:7", "@telegram:@vk:7"),
        ("web:owner", "telegram", "7", "@telegram:7"),
        ("web:owner", "web", "a-b:c", "a-b:c"),
    ],
)
def test_messages_of_several_messengers_are_told_apart(conversation: str, channel: str, key: str, called: str) -> None:
    assert message_id(conversation, channel, key) == called
    assert update_of(conversation, called) == (channel, key)


async def test_a_yes_from_another_messenger_is_one_to_a_plan_shown_before(book: Ledger, clock: Clock) -> None:
    """And none to one that was shown only after it had come in."""
    await linked(book, clock, MINE, ME)
    task = await book.tasks.new(ME, name="Акция")
    await book.inbox.claim("vk", "1", ME, "да")
    clock.now += 1
    await book.plans.show(ME, task.id, "digest", 900)
    clock.now += 1
    await book.inbox.claim("vk", "2", ME, "да")

    async def is_answer(message: str) -> bool:
        wanted = sa.select(plans.c.id).where(plans.c.created_at <= _came_in(ME, message))
        return await book._store.run(lambda c: c.execute(wanted).first() is not None)

    assert not await is_answer(message_id(ME, "vk", "1"))
    assert await is_answer(message_id(ME, "vk", "2"))
    assert not await is_answer("2")
