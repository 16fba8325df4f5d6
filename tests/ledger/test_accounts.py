"""One person in several messengers: who may join whose conversation, by which code, and where news go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from rasa_twin24.ledger import Ledger, reservations
from rasa_twin24.ledger.accounts import LIFE, Link
from rasa_twin24.ledger.candidates import people_of
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.imports import ImportState, Purpose
from rasa_twin24.ledger.inbox import came_in
from rasa_twin24.ledger.invites import TRIES_OF_ONE, Try
from rasa_twin24.ledger.message_id import message_id, update_of
from rasa_twin24.ledger.people import WEB_OWNER, Change, Role
from rasa_twin24.ledger.plans import SHOWN
from rasa_twin24.ledger.schema import accounts, link_codes, metadata, plans
from rasa_twin24.ledger.tasks import TaskState
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


async def leftovers(book: Ledger, who: str) -> dict[str, int]:
    """How many rows hold this id, in any column of any table."""

    def work(connection: sa.engine.Connection) -> dict[str, int]:
        found: dict[str, int] = {}
        for table in metadata.sorted_tables:
            held = sum(who in str(tuple(row)) for row in connection.execute(sa.select(table)))
            if held:
                found[table.name] = held
        return found

    return await book._store.run(work)


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
    assert await book.accounts.together(ME) == [ME, MINE]
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
    assert len(await book.accounts.together(ME)) == 2
    await other.close()


async def test_who_has_linked_accounts_brings_them_along(book: Ledger, clock: Clock) -> None:
    await linked(book, clock, MINE, ME)
    assert await linked(book, clock, ME, BOSS) is Link.LINKED
    assert await book.accounts.begin(MINE) == (BOSS, Role.OWNER)
    assert sorted(await book.accounts.together(BOSS)) == sorted([BOSS, ME, MINE])
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


async def test_a_plan_takes_its_yes_only_in_the_account_that_saw_it(book: Ledger, clock: Clock) -> None:
    await linked(book, clock, MINE, ME)
    task = await book.tasks.new(ME, name="Акция", twin_id="t-1", state=TaskState.FILLING)

    async def yes(account: str | None) -> bool:
        return await book.plans.use(ME, task.id, lambda people: "digest", account=account)

    await book.plans.show(ME, task.id, "digest", 900, 7)  # in the conversation's own account
    assert (await book.plans.shown(ME), await book.plans.shown(ME, account=MINE)) == (7, None)
    assert (await book.plans.shown_elsewhere(ME), await book.plans.shown_elsewhere(ME, MINE)) == (False, True)
    assert not await yes(MINE)
    await book.plans.show(ME, task.id, "digest", 900, 7, account=MINE)
    assert (await book.plans.shown(ME, account=ME), await book.plans.shown(ME, account=MINE)) == (None, 7)
    assert not await yes(None)
    assert not await yes(ME)
    assert await yes(MINE)


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
    await book.conversations.gone(MINE)
    await book.notices.add(THIRD, "task_status_done")
    await book.forgetting.ask(whose, whose)
    assert await rows(book, accounts) == 0  # at once
    requests = await book.forgetting.waiting()
    assert sorted(request.conversation for request in requests) == sorted([ME, MINE])
    for request in requests:
        await book.forgetting.clear(request.id)
    assert await rows(book, link_codes) == 0
    assert [notice.conversation for notice in await book.notices.waiting()] == [THIRD]
    for who in (ME, MINE):  # the audit stays, and the request itself until it is old
        assert set(await leftovers(book, who)) - {"people"} == {"audit", "forgettings"}


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
        wanted = sa.select(plans.c.id).where(plans.c.created_at <= came_in(ME, message))
        return await book._store.run(lambda c: c.execute(wanted).first() is not None)

    assert not await is_answer(message_id(ME, "vk", "1"))
    assert await is_answer(message_id(ME, "vk", "2"))
    assert not await is_answer("2")


async def told(book: Ledger) -> list[tuple[str, str | None, str]]:
    news = [notice for notice in await book.notices.waiting() if not notice.kind.startswith("access_granted")]
    return [(notice.conversation, notice.account, notice.kind) for notice in news]


async def test_all_accounts_of_the_conversation_hear_at_once_who_has_joined(book: Ledger, clock: Clock) -> None:
    await linked(book, clock, MINE, ME)
    await linked(book, clock, THIRD, ME)
    assert await told(book) == [
        (ME, ME, "accounts_joined"),
        (ME, ME, "accounts_joined"),
        (ME, MINE, "accounts_joined"),
    ]
    news = [notice.params for notice in await book.notices.waiting() if notice.account]
    assert [params["account"] for params in news] == [MINE, THIRD, THIRD]
    code = await book.accounts.make_code(ME)
    await book.accounts.link(STRANGER, code, "Анна")
    assert (await book.notices.waiting())[-1].params == {"who": "Анна (viber:x)", "account": STRANGER}
    await book.accounts.link(STRANGER, code, "Анна")  # said again after a crash: told once
    assert len(await told(book)) == 6


async def test_the_audit_tells_who_made_the_code_and_who_used_it(book: Ledger, clock: Clock) -> None:
    await linked(book, clock, MINE, ME)
    code = await book.accounts.make_code(ME, MINE)
    await book.accounts.link(THIRD, code)
    await book.accounts.unlink(ME, THIRD)
    acts = [(entry.person, entry.act, entry.conversation, entry.detail) for entry in (await book.audit.since(0))[-3:]]
    assert acts == [
        (MINE, "make_link_code", ME, {}),
        (THIRD, "link_account", ME, {"whom": ME}),
        (ME, "unlink_account", ME, {"whom": THIRD}),
    ]


async def test_news_for_one_account_wait_for_it(book: Ledger, clock: Clock) -> None:
    await linked(book, clock, MINE, ME)
    assert await book.accounts.reach(ME, EVERYWHERE, ME) == (ME, ME)  # though it was not used last
    assert await book.accounts.reach(ME, ["vk"], ME) is None
    await book.conversations.gone(ME)
    assert await book.accounts.reach(ME, EVERYWHERE, ME) is None
    assert await book.accounts.reach(ME, EVERYWHERE, MINE) == (ME, MINE)
    await book.accounts.begin(ME)
    await book.accounts.unlink(MINE)
    assert await book.accounts.reach(ME, EVERYWHERE, MINE) == (ME, ME)  # it has left


async def test_one_account_is_unlinked_from_any_other_of_the_person(book: Ledger, clock: Clock) -> None:
    await linked(book, clock, MINE, ME)
    await linked(book, clock, THIRD, ME)
    assert await book.accounts.unlink(MINE, ME) == []  # the conversation's own cannot be
    assert await book.accounts.unlink(BOSS, THIRD) == []
    assert await book.accounts.unlink(MINE, THIRD) == [THIRD]
    assert await book.accounts.unlink(MINE, THIRD) == []
    assert await book.accounts.begin(THIRD) == (THIRD, None)
    assert (THIRD, None, "access_unlinked") in await told(book)
    assert await book.accounts.home(MINE) == ME


async def test_who_leaves_takes_no_code_along(book: Ledger, clock: Clock) -> None:
    await linked(book, clock, MINE, ME)
    stolen = await book.accounts.make_code(ME, MINE)
    await book.accounts.unlink(ME, MINE)
    assert (await book.accounts.link(MINE, stolen))[0] is Link.WRONG
    kept_back = await book.accounts.make_code(ME)
    await book.people.remove(ME, BOSS)
    await book.people.give(ME, Role.OPERATOR, BOSS)
    assert (await book.accounts.link(MINE, kept_back))[0] is Link.WRONG


async def test_a_code_of_a_conversation_that_has_joined_another_is_good_no_more(book: Ledger, clock: Clock) -> None:
    code = await book.accounts.make_code(ME)
    assert await linked(book, clock, ME, BOSS) is Link.LINKED
    assert (await book.accounts.link(MINE, code))[0] is Link.WRONG


async def test_whom_an_owner_has_removed_only_an_owner_brings_back(book: Ledger, clock: Clock) -> None:
    await linked(book, clock, MINE, ME)
    await book.people.remove(MINE, BOSS)
    assert await linked(book, clock, MINE, ME) is Link.REMOVED
    assert await linked(book, clock, MINE, BOSS) is Link.LINKED
    await book.people.remove(MINE, BOSS)
    await book.people.give(MINE, Role.VIEWER, BOSS)
    assert await linked(book, clock, MINE, ME) is Link.LINKED
    assert await linked(book, clock, THIRD, ME) is Link.LINKED  # nobody has removed this one


async def test_limits_are_counted_together(book: Ledger, clock: Clock) -> None:
    await book.people.give(MINE, Role.OPERATOR, BOSS)

    def take(connection: sa.engine.Connection) -> None:
        for task, (person, numbers) in enumerate(((ME, 3), (MINE, 4), (THIRD, 5)), start=1):
            reservations.reserve(connection, task, person, numbers, "2026-07-10", clock.now)

    await book._store.run(take)

    async def own(person: str) -> tuple[int, int]:
        used = await book.reservations.used(person, "2026-07-10")
        return used.person_numbers, used.person_tasks

    assert (await own(ME), await own(MINE)) == ((3, 1), (4, 1))
    await linked(book, clock, MINE, ME)
    assert await own(ME) == (7, 2)
    await book.accounts.unlink(MINE)
    assert (await own(ME), await own(MINE)) == ((3, 1), (4, 1))


# --- what was under way in the account ----------------------------------------------------------------------------


async def brought(book: Ledger) -> dict[str, str]:
    return next((n.params for n in await book.notices.waiting() if n.kind == "accounts_brought"), {})


@pytest.fixture
async def busy(book: Ledger) -> Ledger:
    """MINE is an operator who has made a task, taken numbers for it, and opened one that ME has opened too."""
    await book.people.give(MINE, Role.OPERATOR, BOSS)
    await book.tasks.new(MINE, name="Прошлая", twin_id="t-1", state=TaskState.ENDED)
    for conversation in (MINE, ME):
        await book.tasks.new(conversation, name="Общая", twin_id="t-2", state=TaskState.DROPPED)
    task = await book.tasks.new(MINE, name="Весна", twin_id="t-3", state=TaskState.FILLING)
    await book.candidates.collect(task.id, people_of(["+79161234567", "+79161234568"]))
    await book.conversations.turn_to(MINE, task.id, Step.START)
    await book.plans.show(MINE, task.id, "digest", 900)
    return book


async def test_what_was_under_way_goes_along_and_nothing_goes_on_by_itself(busy: Ledger, clock: Clock) -> None:
    mine = await busy.tasks.new(ME, name="Своё", twin_id="t-4", state=TaskState.FILLING)
    await busy.conversations.turn_to(ME, mine.id, Step.START)
    await busy.plans.show(ME, mine.id, "digest", 900)
    assert await linked(busy, clock, MINE, ME) is Link.LINKED
    assert [task.name for task in await busy.tasks.latest(ME, 9)] == ["Своё", "Весна", "Общая", "Прошлая"]
    assert [task.name for task in await busy.tasks.latest(MINE, 9)] == ["Общая"]
    assert await busy.tasks.talked_about(MINE) == (None, None)
    current, step = await busy.tasks.talked_about(ME)
    assert current is not None
    assert (current.name, step) == ("Своё", Step.START)
    assert await busy.plans.shown(ME) is not None
    draft = next(task for task in await busy.tasks.latest(ME, 9) if task.name == "Весна")
    assert await brought(busy) == {
        "who": MINE,
        "draft": str(draft.id),
        "name": "Весна",
        "count": "2",
        "tasks": "1",
    }
    assert (ME, MINE, "accounts_brought") in await told(busy)


async def test_buttons_that_were_shown_before_stay_dead_after_leaving(busy: Ledger, clock: Clock) -> None:
    (token,) = await busy.buttons.offer(MINE, [("Да, запустить", "/confirm_start")])
    await linked(busy, clock, MINE, ME)
    await busy.accounts.unlink(MINE)
    assert await busy.buttons.press(MINE, token) is None
    assert await busy.plans.shown(MINE) is None


async def test_an_unnamed_task_goes_along_with_its_numbers_only(book: Ledger, clock: Clock) -> None:
    await book.people.give(MINE, Role.OPERATOR, BOSS)
    empty = await book.tasks.new(MINE)
    await book.conversations.turn_to(MINE, empty.id, None)
    await linked(book, clock, MINE, ME)
    assert await brought(book) == {}
    assert (await book.tasks.get(empty.id)).state == TaskState.DROPPED
    await book.accounts.unlink(MINE)
    waiting = await book.tasks.new(MINE)
    await book.candidates.collect(waiting.id, people_of(["+79161234567"]))
    await book.conversations.turn_to(MINE, waiting.id, None)
    await linked(book, clock, MINE, ME)
    assert await brought(book) == {"who": MINE, "draft": str(waiting.id), "name": "", "count": "1"}
    assert (await book.tasks.get(waiting.id)).conversation == ME


async def test_undecided_lists_stay_behind_and_are_named(book: Ledger, clock: Clock) -> None:
    found = await book.imports.begin(MINE, "file", "клиенты.csv", Purpose.CANDIDATES)
    await book.imports.move(found.id, [ImportState.READING], ImportState.READY)
    other = await book.imports.begin(ME, "file", "мои.csv", Purpose.CANDIDATES)
    await linked(book, clock, MINE, ME)
    assert await brought(book) == {"who": MINE, "lists": "«клиенты.csv»"}
    assert (await book.imports.get(found.id)).state == ImportState.CANCELLED
    assert (await book.imports.get(other.id)).state == ImportState.READING


async def test_a_stranger_brings_nothing(book: Ledger, clock: Clock) -> None:
    await linked(book, clock, MINE, ME)
    assert await told(book) == [(ME, ME, "accounts_joined")]
