"""Lines that are edited in place: at a messenger's pace, past Rasa, with buttons of their own, never unfinished."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import structlog

from rasa_twin24.channels import progress_lines
from rasa_twin24.channels.base import MessengerInput
from tests.channels.bot import OWNER, RESPONSES, TelegramBot
from tests.channels.test_web import MESSAGES, Page, words
from tests.channels.web_bot import WebBot
from tests.loopback import client
from tests.standins.telegram import Telegram, User
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.rasa

ME = f"telegram:{OWNER}"
ENGLISH = [{"type": "slot", "name": "language", "value": "en"}]
PHRASES: dict[str, list[dict[str, Any]]] = {
    "utter_filling": [
        {"text": "Передано {done} из {of}", "buttons": [{"title": "Отменить", "payload": "/cancel"}]},
        {"text": "Sent {done} of {of}", "buttons": [{"title": "Stop", "payload": "/cancel"}], "condition": ENGLISH},
    ],
    "utter_checking": [{"text": "Проверяю", "buttons": [{"title": "Хватит", "payload": "/deny"}]}],
    "utter_filled": [{"text": "Передано: {of}."}, {"text": "All {of} sent.", "condition": ENGLISH}],
    "utter_long": [{"text": "слово " * 1000}],
}


@pytest.fixture
async def bot(tg: Telegram, tmp_path: Path, owner: User) -> AsyncIterator[TelegramBot]:
    async with TelegramBot(tg, tmp_path) as bot:
        bot.agent.domain = SimpleNamespace(responses={**RESPONSES, **PHRASES})
        await owner.says("привет")
        await owner.expect("Понял")
        yield bot


def edits(tg: Telegram) -> list[dict[str, Any]]:
    return [call.params for call in tg.calls if call.method == "editMessageText"]


async def all_told(bot: TelegramBot) -> bool:
    return await bot.ledger.progress.changed() == []


async def test_one_message_from_the_first_version_to_the_last(bot: TelegramBot, owner: User) -> None:
    await bot.ledger.progress.show("fill:7", ME, "filling", done="0", of="300")
    line = await owner.expect("Передано 0 из 300")
    assert line.buttons == [["Отменить"]]
    token = line.button("Отменить").data  # type: ignore[union-attr]

    await bot.ledger.progress.show("fill:7", ME, "filling", done="100", of="300")
    assert await owner.expect("Передано 100 из 300") is line
    assert line.button("Отменить").data == token  # type: ignore[union-attr]

    await bot.ledger.progress.over("fill:7", "filled", of="300")
    assert await owner.expect("Передано: 300.") is line
    assert line.buttons == []
    await until(lambda: all_told(bot))
    assert bot.agent.texts == ["привет"]  # none of it went through Rasa

    await owner.presses_stale(line.message_id, "Отменить")
    await owner.expect("Понял: /stale_button")


async def test_its_buttons_stand_beside_those_of_the_talk(bot: TelegramBot, owner: User) -> None:
    await owner.says("спроси")
    await owner.expect("Запускать?")
    await bot.ledger.progress.show("fill:7", ME, "filling", done="0", of="300")
    line = await owner.expect("Передано 0")

    await owner.presses("Отменить")
    await owner.expect("Понял: /cancel")
    pressed = bot.agent.heard[-1]
    assert pressed.parse_data["entities"][0] == {"entity": "progress", "value": "fill:7"}
    await owner.presses("Да")
    await owner.expect("Понял: /affirm")

    # Once pressed it is not shown again: it would only be stale.
    await bot.ledger.progress.show("fill:7", ME, "filling", done="100", of="300")
    await owner.expect("Передано 100")
    assert line.buttons == []
    await bot.ledger.progress.show("fill:7", ME, "checking")  # another question, other buttons
    await owner.expect("Проверяю")
    assert line.buttons == [["Хватит"]]


async def test_another_kind_closes_the_buttons_of_the_one_before(bot: TelegramBot, owner: User) -> None:
    await bot.ledger.progress.show("fill:7", ME, "filling", done="0", of="300")
    line = await owner.expect("Передано 0")
    await bot.ledger.progress.show("fill:7", ME, "checking")
    await owner.expect("Проверяю")

    await owner.presses_stale(line.message_id, "Отменить")
    await owner.expect("Понял: /stale_button")
    assert bot.agent.texts[-1] == "/stale_button"


async def test_at_most_one_a_second_and_the_last_one_arrives(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    for done in range(100):
        await bot.ledger.progress.show("fill:7", ME, "filling", done=str(done), of="100")
        await asyncio.sleep(0.02)
    await bot.ledger.progress.over("fill:7", "filled", of="100")
    await owner.expect("Передано: 100.")

    times = [call.at for call in tg.calls if call.method in ("sendMessage", "editMessageText")][1:]
    assert len(times) >= 2
    assert all(later - earlier > 0.9 for earlier, later in itertools.pairwise(times))


async def test_two_lines_of_one_conversation_share_its_pace(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    for key in ("a", "b"):
        await bot.ledger.progress.show(key, ME, "filling", done=key, of="1")
    for key in ("a", "b"):
        await owner.expect(f"Передано {key}")
    first, second = [call.at for call in tg.calls if call.method == "sendMessage"][-2:]
    assert second - first > 0.9


async def test_a_slow_chat_holds_up_no_other(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    anna = tg.user(500200, "Анна")
    await anna.says("привет")
    await anna.expect("Понял")
    tg.fail_next("sendMessage", chat=OWNER, delay=10 * PATIENCE)
    await bot.ledger.progress.show("a", ME, "filling", done="0", of="1")
    await tg.called("sendMessage", times=3)
    await bot.ledger.progress.show("b", "telegram:500200", "filling", done="0", of="1")
    await anna.expect("Передано 0")


async def test_a_pause_is_kept_and_the_newest_version_follows(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    await bot.ledger.progress.show("a", ME, "filling", done="0", of="9")
    await owner.expect("Передано 0")
    tg.fail_next("editMessageText", status=429, retry_after=2)
    await bot.ledger.progress.show("a", ME, "filling", done="1", of="9")
    await tg.called("editMessageText")
    await bot.ledger.progress.over("a", "filled", of="9")
    await owner.expect("Передано: 9.")
    assert tg.impatient_calls == 0


@pytest.mark.parametrize("last", [False, True])
async def test_a_line_that_was_deleted_is_said_anew(bot: TelegramBot, tg: Telegram, owner: User, last: bool) -> None:
    await bot.ledger.progress.show("a", ME, "filling", done="0", of="9")
    line = await owner.expect("Передано 0")
    owner.deletes(line.message_id)
    if last:
        await bot.ledger.progress.over("a", "filled", of="9")
        anew = await owner.expect("Передано: 9.")
    else:
        await bot.ledger.progress.show("a", ME, "filling", done="1", of="9")
        anew = await owner.expect("Передано 1")
        assert anew.buttons == [["Отменить"]]
        await bot.ledger.progress.show("a", ME, "filling", done="2", of="9")
        assert await owner.expect("Передано 2") is anew
    assert anew.message_id != line.message_id


async def test_a_line_that_cannot_be_edited_is_said_anew(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    await bot.ledger.progress.show("a", ME, "filling", done="0", of="9")
    await owner.expect("Передано 0")
    tg.fail_next("editMessageText", status=400, description="Bad Request: message can't be edited")
    await bot.ledger.progress.over("a", "filled", of="9")
    await owner.expect("Передано: 9.")
    await until(lambda: all_told(bot))
    assert len(owner.messages) == 3


async def test_an_edit_whose_answer_got_lost_is_done(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    await bot.ledger.progress.show("a", ME, "filling", done="0", of="9")
    await owner.expect("Передано 0")
    tg.fail_next("editMessageText", drop="after_work")
    await bot.ledger.progress.over("a", "filled", of="9")
    await owner.expect("Передано: 9.")
    await until(lambda: all_told(bot))

    assert len(owner.messages) == 2
    (slip,) = tg.violations  # the only way to find out that the first try had worked
    assert slip.description.startswith("Bad Request: message is not modified")
    tg.violations.clear()


async def test_the_last_version_is_tried_until_it_arrives(
    bot: TelegramBot, tg: Telegram, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_lines, "PAUSE_AFTER_FAILURE", 0.1)
    await bot.ledger.progress.show("a", ME, "filling", done="0", of="9")
    await owner.expect("Передано 0")
    tg.fail_next("editMessageText", status=401, times=3)
    with structlog.testing.capture_logs() as logs:
        await bot.ledger.progress.over("a", "filled", of="9")
        await owner.expect("Передано: 9.")
    assert [line["event"] for line in logs].count("progress_not_told") == 3
    assert tg.token not in repr(logs)


async def test_a_phrase_that_does_not_exist_holds_up_nothing(
    bot: TelegramBot, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_lines, "PAUSE_AFTER_FAILURE", 0.01)
    monkeypatch.setattr(progress_lines, "MOST_TRIES", 3)
    await bot.ledger.progress.show("a", ME, "nonsense")
    await until(lambda: all_told(bot))
    await bot.ledger.progress.show("b", ME, "filling", done="0", of="9")
    await owner.expect("Передано 0")


async def test_who_blocked_the_bot_gets_the_last_version_when_they_are_back(bot: TelegramBot, owner: User) -> None:
    await bot.ledger.progress.show("a", ME, "filling", done="0", of="9")
    line = await owner.expect("Передано 0")
    await bot.tg.taken(await owner.blocks_bot())
    await bot.ledger.progress.show("a", ME, "filling", done="1", of="9")
    await bot.ledger.progress.over("a", "filled", of="9")
    await asyncio.sleep(1.5)
    assert edits(bot.tg) == []
    await owner.unblocks_bot()
    assert await owner.expect("Передано: 9.") is line


async def test_a_line_goes_on_after_a_restart(tg: Telegram, tmp_path: Path, owner: User) -> None:
    async with TelegramBot(tg, tmp_path) as bot:
        bot.agent.domain = SimpleNamespace(responses={**RESPONSES, **PHRASES})
        await owner.says("привет")
        await owner.expect("Понял")
        await bot.ledger.progress.show("a", ME, "filling", done="0", of="9")
        line = await owner.expect("Передано 0")
        await until(lambda: all_told(bot))
    again = TelegramBot(tg, tmp_path)
    again.agent.domain = SimpleNamespace(responses={**RESPONSES, **PHRASES})
    async with again as bot:
        await bot.ledger.progress.show("a", ME, "filling", done="1", of="9")
        assert await owner.expect("Передано 1") is line
        assert line.buttons == [["Отменить"]]


async def test_two_processes_tell_it_once(bot: TelegramBot, tg: Telegram, owner: User, tmp_path: Path) -> None:
    second = progress_lines.ProgressLines(bot.ledger, {"telegram": bot.channel}, lambda: bot.agent)
    beside = asyncio.create_task(second.tell())
    for done in range(4):
        await bot.ledger.progress.show("a", ME, "filling", done=str(done), of="9")
        await owner.expect(f"Передано {done}")
    beside.cancel()
    second.close()

    assert len(owner.messages) == 2
    texts = [params["text"] for params in edits(tg)]
    assert len(texts) == len(set(texts)) == 3


@pytest.mark.parametrize(
    ("spoken", "told", "text"),
    [
        ("en", "ru", "Sent 0 of 9"),
        (None, "en-GB", "Sent 0 of 9"),
        ("ru", "en", "Передано 0 из 9"),
        (None, None, "Передано 0 из 9"),
    ],
)
async def test_language(bot: TelegramBot, owner: User, spoken: str | None, told: str | None, text: str) -> None:
    async def language(_person: str) -> str | None:
        return told

    await bot.ledger.conversations.speak(ME, spoken)
    bot.ledger.people.language = language  # type: ignore[method-assign]
    await bot.ledger.progress.show("a", ME, "filling", done="0", of="9")
    await owner.expect(text)


async def test_what_is_longer_than_a_message_is_said_whole(bot: TelegramBot, owner: User) -> None:
    await bot.ledger.progress.show("a", ME, "filling", done="0", of="9")
    await owner.expect("Передано 0")
    await bot.ledger.progress.over("a", "long")
    first, second = await owner.expect("слово"), await owner.expect("слово")
    assert (first.text + " " + second.text).split() == ["слово"] * 1000


async def test_a_messenger_that_cannot_edit_says_the_first_and_the_last_version() -> None:
    said: list[str] = []

    class Plain:
        async def deliver(self, _person: str, text: str, _keyboard: Any, *, standing: bool = False) -> None:
            said.append(text)

    plain: Any = Plain()
    assert await MessengerInput.edit(plain, "1", "m", "второе", (), last=False) == "m"
    await MessengerInput.edit(plain, "1", "m", "третье", (), last=True)
    assert said == ["третье"]


# --- the web chat -----------------------------------------------------------------------------------------------


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[WebBot]:
    async with WebBot(tmp_path) as bot:
        bot.agent.responses = {**bot.agent.responses, **PHRASES}
        yield bot


@pytest.fixture
async def page(web: WebBot) -> AsyncIterator[Page]:
    async with client(web.url) as http:
        yield Page(http)


async def test_a_line_of_the_transcript_changes(web: WebBot, page: Page) -> None:
    await web.ledger.progress.show("a", "web:owner", "filling", done="0", of="9")
    (line,) = await page.read(1)
    assert (line["text"], line["standing"], line["changes"]) == ("Передано 0 из 9", True, None)

    waiting = asyncio.create_task(page.look(wait=25))
    await asyncio.sleep(0.3)
    await web.ledger.progress.show("a", "web:owner", "filling", done="1", of="9")
    answer = await waiting
    page.after = answer["latest"]
    (change,) = answer["lines"]
    assert (change["text"], change["changes"], change["buttons"]) == ("Передано 1 из 9", line["seq"], line["buttons"])

    # A page that missed some gets the newest only; one that is opened now gets the line as it is.
    await web.ledger.progress.over("a", "filled", of="9")
    (last,) = await page.read(1)
    assert (last["text"], last["changes"], last["standing"], last["buttons"]) == ("Передано: 9.", 1, False, [])
    fresh = (await page.http.get(MESSAGES)).json()["lines"]
    assert [(each["seq"], each["text"], each["changes"]) for each in fresh] == [
        (1, "Передано: 9.", None),
        (last["seq"], "Передано: 9.", 1),
    ]


async def test_a_pressed_button_is_gone_from_the_line(web: WebBot, page: Page) -> None:
    await page.send("k1", text="спроси")
    question = (await page.read(2))[1]
    await web.ledger.progress.show("a", "web:owner", "filling", done="0", of="9")
    (line,) = await page.read(1)
    (button,) = line["buttons"]

    await page.send("k2", button=button["token"])
    change, *rest = await page.read(3)
    assert (change["changes"], change["buttons"], change["text"]) == (line["seq"], [], "Передано 0 из 9")
    assert words(rest) == [("person", "Отменить"), ("bot", "Понял: /cancel")]
    await page.send("k3", button=question["buttons"][0]["token"])
    assert words(await page.read(2)) == [("person", "Да, запускай"), ("bot", "Понял: /affirm")]
    assert json.dumps(await page.look()).count("Передано") == 0


async def test_a_talk_that_was_deleted_gets_the_line_anew(web: WebBot, page: Page) -> None:
    await web.ledger.progress.show("a", "web:owner", "filling", done="0", of="9")
    await page.read(1)
    await web.ledger._store.run(lambda connection: connection.exec_driver_sql("DELETE FROM transcript"))
    await web.ledger.progress.over("a", "filled", of="9")
    (line,) = await page.read(1)
    assert (line["text"], line["changes"]) == ("Передано: 9.", None)
