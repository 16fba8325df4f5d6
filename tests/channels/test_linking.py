"""One person with two accounts: one conversation, answers where the person writes, news where they wrote last."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from rasa_twin24.channels.incoming import Incoming
from rasa_twin24.ledger.invites import TRIES_OF_ONE
from rasa_twin24.ledger.notices import Notice
from rasa_twin24.ledger.people import WEB_OWNER, Role
from tests.channels.bot import OWNER, RESPONSES, STRANGER, TelegramBot
from tests.channels.test_progress_lines import PHRASES
from tests.standins.telegram import Telegram, User
from tests.waiting import until

pytestmark = pytest.mark.rasa

HOME, OTHER = f"telegram:{OWNER}", f"telegram:{STRANGER}"


@pytest.fixture
async def bot(tg: Telegram, tmp_path: Path, owner: User) -> AsyncIterator[TelegramBot]:
    tg.user(500200).chat.has_started = True  # the other owner, who hears of who joins
    async with TelegramBot(tg, tmp_path) as bot:
        bot.agent.domain = SimpleNamespace(responses={**RESPONSES, **PHRASES})
        await owner.says("привет")
        await owner.expect("Понял: привет")
        yield bot


@pytest.fixture
def second(tg: Telegram) -> User:
    """The owner's other account, a stranger until it is linked."""
    return tg.user(STRANGER, "Иван", language_code="ru")


@pytest.fixture
async def linked(bot: TelegramBot, owner: User, second: User) -> User:
    """Linked, and its owner has been told so where the code was made, in the words of the scripted agent."""
    await second.says(await bot.ledger.accounts.make_code(HOME))
    await second.expect(f"привязан к {HOME}")
    await owner.expect("Обзвон закончен.")
    return second


def where(bot: TelegramBot) -> list[tuple[str, str]]:
    """What was heard in which conversation, without the bot's own news."""
    return [(message.sender_id, message.text) for message in bot.agent.heard if message.text != "/notice"]


async def test_both_accounts_speak_in_one_conversation_and_are_answered_where_they_write(
    bot: TelegramBot, owner: User, linked: User
) -> None:
    await linked.says("отсюда")
    await linked.expect("Понял: отсюда")
    await owner.says("и отсюда")
    await owner.expect("Понял: и отсюда")
    await linked.expect_silence()
    assert where(bot) == [(HOME, "привет"), (HOME, "отсюда"), (HOME, "и отсюда")]
    said = [message for message in bot.agent.heard if message.text != "/notice"]
    assert [message.metadata.get("account") for message in said] == [None, OTHER, None]


async def test_buttons_shown_in_one_account_work_in_the_conversation(
    bot: TelegramBot, owner: User, linked: User
) -> None:
    await owner.says("спроси")
    question = await owner.expect("Запускать?")
    await linked.says("спроси")
    await linked.expect("Запускать?")
    await linked.presses("Да")
    await linked.expect("Понял: /affirm")
    await owner.presses_stale(question.message_id, "Да")  # only the newest question of the conversation is alive
    await owner.expect("Понял: /stale_button")


async def test_who_has_just_joined_goes_on_by_a_button(bot: TelegramBot, owner: User, linked: User) -> None:
    await owner.says("спроси")
    await owner.expect("Запускать?")
    await linked.presses("Продолжить здесь")
    await linked.expect("Понял: /continue_talk")
    await owner.presses("Да")  # what is asked in the conversation is alive beside it
    await owner.expect("Понял: /affirm")


async def test_a_known_person_goes_on_by_a_button(bot: TelegramBot, owner: User, second: User) -> None:
    await bot.ledger.people.give(OTHER, Role.VIEWER, WEB_OWNER)
    await second.says(await bot.ledger.accounts.make_code(HOME))
    await second.expect(f"привязан к {HOME}")
    await second.presses("Продолжить здесь")
    await second.expect("Понял: /continue_talk")
    assert where(bot)[-1] == (HOME, "/continue_talk")


async def test_the_maker_of_the_code_is_told_in_their_own_chat_whoever_wrote_last(
    bot: TelegramBot, owner: User, linked: User, tg: Telegram
) -> None:
    third = tg.user(STRANGER + 2, "Вор", language_code="ru")
    code = await bot.ledger.accounts.make_code(HOME)
    await linked.says("отсюда")
    await linked.expect("Понял: отсюда")
    await third.says(code)
    await third.expect(f"привязан к {HOME}")
    await owner.expect("Обзвон закончен.")
    await linked.expect("Обзвон закончен.")
    assert [n.params["who"] for n in await told_news(bot)][-2:] == [f"Вор (telegram:{STRANGER + 2})"] * 2


async def test_an_account_that_was_unlinked_hears_of_it(bot: TelegramBot, linked: User) -> None:
    await bot.ledger.accounts.unlink(HOME, OTHER)
    await linked.expect(f"отвязали от {HOME}")
    await linked.says("привет")
    await linked.expect("Ваш id")


async def test_a_stranger_without_a_code_stays_outside(bot: TelegramBot, second: User) -> None:
    await second.says("привет")
    await second.expect(f"Ваш id: {OTHER}")
    assert where(bot) == [(HOME, "привет")]


async def test_used_codes_are_told_apart_and_counted(bot: TelegramBot, tg: Telegram, linked: User) -> None:
    code = await bot.ledger.accounts.make_code(HOME)
    await bot.ledger.accounts.link("vk:1", code)
    third = tg.user(STRANGER + 1, "Пётр", language_code="en")
    for _ in range(TRIES_OF_ONE):
        await third.says(code)
        await third.expect("I linked nothing")
    await third.says(await bot.ledger.accounts.make_code(HOME))
    await third.expect("Too many wrong codes")
    assert await bot.ledger.accounts.home(f"telegram:{STRANGER + 1}") == f"telegram:{STRANGER + 1}"


async def test_a_known_person_joins_by_a_code_or_hears_why_not(bot: TelegramBot, owner: User, second: User) -> None:
    await bot.ledger.people.give(OTHER, Role.VIEWER, WEB_OWNER)
    await second.says("привет")
    await second.expect("Понял: привет")
    code = await bot.ledger.accounts.make_code(OTHER)
    await owner.says(code)
    await owner.expect("прав больше, чем в том разговоре")
    await owner.says(await bot.ledger.accounts.make_code(HOME))
    await owner.expect("уже в этом разговоре")
    await second.says(f"/start {await bot.ledger.accounts.make_code(HOME)}")
    await second.expect(f"привязан к {HOME}")
    await second.says("отсюда")
    await second.expect("Понял: отсюда")
    assert where(bot)[-1] == (HOME, "отсюда")
    assert "code" not in " ".join(text for _, text in where(bot))  # no code was shown to Rasa


async def test_an_invitation_is_still_one(bot: TelegramBot, owner: User, second: User) -> None:
    code = await bot.ledger.invites.make(Role.VIEWER, HOME)
    await owner.says(code)
    await owner.expect("Понял: /invite_code")
    await second.says(code)
    await second.expect("права наблюдателя")


async def test_news_reach_the_account_used_last(bot: TelegramBot, owner: User, linked: User) -> None:
    await linked.says("отсюда")
    await linked.expect("Понял: отсюда")
    await bot.ledger.notices.add(HOME, "task_status_done")
    await linked.expect("Обзвон закончен.")
    await owner.says("теперь здесь")
    await owner.expect("Понял: теперь здесь")
    await bot.ledger.notices.add(HOME, "task_status_done")
    await owner.expect("Обзвон закончен.")
    await linked.expect_silence()
    assert {conversation for conversation, _ in where(bot)} == {HOME}


async def test_who_blocked_the_bot_in_one_account_is_reached_in_the_other(
    bot: TelegramBot, owner: User, linked: User
) -> None:
    await linked.says("отсюда")
    await linked.expect("Понял: отсюда")
    await linked.blocks_bot()
    await until(lambda: _is_gone(bot, OTHER))
    await bot.ledger.notices.add(HOME, "task_status_done")
    await owner.expect("Обзвон закончен.")
    assert not await _is_gone(bot, HOME)


async def test_an_answer_that_meets_a_block_is_made_up_for_in_the_other_account(
    bot: TelegramBot, owner: User, linked: User
) -> None:
    await linked.says("жди")
    await until(lambda: where(bot)[-1] == (HOME, "жди"))
    linked.chat.has_blocked = True
    bot.agent.go_on.set()
    await owner.expect("Обзвон закончен.")  # the notice that an answer was lost, in the words of the scripted agent
    assert await _is_gone(bot, OTHER)


async def test_a_progress_line_follows_the_person(bot: TelegramBot, owner: User, linked: User) -> None:
    await owner.says("здесь")
    await owner.expect("Понял: здесь")
    await bot.ledger.progress.show("fill:7", HOME, "filling", done="1", of="9")
    first = await owner.expect("Передано 1 из 9")
    await linked.says("отсюда")
    await linked.expect("Понял: отсюда")
    await bot.ledger.progress.show("fill:7", HOME, "filling", done="2", of="9")
    second = await linked.expect("Передано 2 из 9")
    await bot.ledger.progress.show("fill:7", HOME, "filling", done="3", of="9")
    assert await linked.expect("Передано 3 из 9") is second
    assert first.text == "Передано 1 из 9"
    await linked.presses("Отменить")
    await linked.expect("Понял: /cancel")


async def test_what_waits_of_an_unlinked_account_is_refused(bot: TelegramBot, owner: User, linked: User) -> None:
    await linked.says("жди")
    await until(lambda: where(bot)[-1] == (HOME, "жди"))
    update = await linked.says("удали всё")
    await until(lambda: _is_claimed(bot, str(update)))
    await bot.ledger.accounts.unlink(OTHER)
    bot.agent.go_on.set()
    await linked.expect(f"Ваш id: {OTHER}")
    assert where(bot)[-1] == (HOME, "жди")


async def test_what_waits_of_an_account_that_leaves_is_heard_in_its_own_conversation(
    bot: TelegramBot, linked: User
) -> None:
    await bot.ledger.people.give(OTHER, Role.OPERATOR, WEB_OWNER)
    await linked.expect("права оператора")
    await linked.says("жди")
    await until(lambda: where(bot)[-1] == (HOME, "жди"))
    update = await linked.says("потом")
    await until(lambda: _is_claimed(bot, str(update)))
    await bot.ledger.accounts.unlink(OTHER)
    bot.agent.go_on.set()
    await linked.expect("Понял: потом")
    assert where(bot)[-1] == (OTHER, "потом")


async def test_cards_of_two_accounts_are_two_turns(bot: TelegramBot, owner: User, linked: User) -> None:
    await owner.shares_contact("+79161234501", "Анна", own=False)
    await linked.shares_contact("+79161234502", "Борис", own=False)
    await owner.expect("Анна")
    await linked.expect("Борис")
    assert all(not waiting for _, waiting in await bot.updates_kept())


async def test_owners_requests_go_once_to_who_owns_twice(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    other = tg.user(500200, "Иван")
    await other.says(await bot.ledger.accounts.make_code(HOME))
    await other.expect(f"привязан к {HOME}")
    assert await bot.reception._owners() == [HOME]


async def test_what_a_killed_process_left_is_taken_up_in_its_conversation(
    bot: TelegramBot, owner: User, linked: User, tg: Telegram, tmp_path: Path
) -> None:
    incoming = Incoming("telegram", "9001", str(STRANGER), "text", "после").at(HOME)
    assert Incoming.from_json(incoming.to_json()) == incoming
    await bot.ledger.inbox.claim("telegram", "9001", HOME, incoming.to_json())
    taken_up = await bot.reception._still_due((await bot.ledger.inbox.waiting())[0])
    assert taken_up is not None
    assert (taken_up.conversation, taken_up.account) == (HOME, OTHER)


async def told_news(bot: TelegramBot) -> list[Notice]:
    """All news of this conversation, told or not, oldest first."""
    found = [await bot.ledger.notices.get(number) for number in range(1, 30)]
    return [notice for notice in found if notice is not None and notice.conversation == HOME]


async def _is_gone(bot: TelegramBot, account: str) -> bool:
    return (await bot.ledger.conversations.get(account)).gone_at is not None


async def _is_claimed(bot: TelegramBot, key: str) -> bool:
    return key in [key for key, _ in await bot.updates_kept()]
