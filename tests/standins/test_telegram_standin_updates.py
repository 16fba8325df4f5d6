"""The stand-in hands out updates as Telegram does: by polling and webhook, of people and of recordings."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.standins.telegram import Telegram, User
from tests.standins.telegram_caller import Caller
from tests.waiting import PATIENCE, until

CHAT = 500100
GROUP = -1001234567890
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
FIXTURES = {path.stem: path for path in Path(__file__).parents[1].glob("fixtures/telegram/*.json")}


class Receiver:
    """A webhook on loopback that answers as told and notes what came."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[tuple[int | None, str | None]] = []
        self.answers: list[int] = []
        self.refused: set[int] = set()
        self.body = ""
        self.seconds = 0.0
        self.busy = self.most_busy = self.together = 0

    async def receive(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.got.append((update.get("update_id"), request.headers.get(SECRET_HEADER)))
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        await asyncio.sleep(self.seconds)
        await until(lambda: self.most_busy >= self.together)
        self.busy -= 1
        status = 500 if update.get("update_id") in self.refused else 200
        return web.Response(status=self.answers.pop(0) if self.answers else status, text=self.body)


@pytest.fixture
async def tg(request: pytest.FixtureRequest) -> AsyncIterator[Telegram]:
    async with Telegram(webhook_pauses=(0.01,), **getattr(request, "param", {})) as stand_in:
        yield stand_in


@pytest.fixture
async def call(tg: Telegram) -> AsyncIterator[Caller]:
    async with Caller(tg) as caller:
        yield caller


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


@pytest.fixture
def ivan(tg: Telegram) -> User:
    return tg.user(CHAT, "Иван", last_name="Петров", username="ivan_p")


def ids(updates: list[dict[str, Any]]) -> list[int]:
    return [update["update_id"] for update in updates]


async def test_offset_confirms_what_is_below_it(tg: Telegram, call: Caller, ivan: User) -> None:
    said = [await ivan.says(text) for text in "абвг"]

    assert ids(await call.updates(limit=2)) == said[:2]
    assert ids(await call.updates()) == said
    assert ids(await call.updates(offset=said[1])) == said[1:]
    assert ids(await call.updates()) == said[1:]
    assert ids(await call.updates(offset=-1)) == said[3:]
    assert ids(await call.updates()) == said[3:]
    assert ids(await call.updates(offset=said[3] + 1)) == []
    await tg.taken(said[3])


async def test_long_poll_waits_as_long_as_asked_and_wakes_at_once(call: Caller, ivan: User) -> None:
    loop = asyncio.get_running_loop()
    begin = loop.time()
    assert await call.updates(timeout=1) == []
    assert 0.95 <= loop.time() - begin < 20

    begin = loop.time()
    poll = asyncio.create_task(call.updates(timeout=50))
    await asyncio.sleep(0.1)
    assert not poll.done()
    said = await ivan.says("а")
    assert ids(await poll) == [said]
    assert loop.time() - begin < 40


async def test_older_of_two_pollers_is_refused(tg: Telegram, call: Caller, ivan: User) -> None:
    older = asyncio.create_task(call("getUpdates", timeout=20))
    await tg.called("getUpdates")
    newer = asyncio.create_task(call("getUpdates", timeout=20))
    refused = await asyncio.wait_for(older, 15)
    said = await ivan.says("а")

    assert refused["error_code"] == 409
    assert refused["description"] == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    assert ids((await newer)["result"]) == [said]
    assert [violation.method for violation in tg.violations] == ["getUpdates"]


async def test_poller_that_died_is_no_second_poller(tg: Telegram, call: Caller, ivan: User) -> None:
    dead = asyncio.create_task(call("getUpdates", timeout=20))
    await tg.called("getUpdates")
    dead.cancel()
    await asyncio.wait([dead])
    await asyncio.sleep(0.1)
    poll = asyncio.create_task(call.updates(timeout=20))
    await tg.called("getUpdates", times=2)
    said = await ivan.says("а")

    assert ids(await poll) == [said]
    assert tg.violations == []


async def test_polling_and_webhook_exclude_each_other(tg: Telegram, call: Caller, receiver: Receiver) -> None:
    poll = asyncio.create_task(call("getUpdates", timeout=20))
    await tg.called("getUpdates")
    await call("setWebhook", url=receiver.url)
    assert (await poll)["description"] == "Conflict: terminated by setWebhook request"

    refused = await call("getUpdates")
    assert refused["error_code"] == 409
    assert "can't use getUpdates method while webhook is active" in refused["description"]

    await call("deleteWebhook")
    assert (await call("getUpdates"))["ok"]
    assert len(tg.violations) == 2


async def test_webhook_gets_updates_with_the_secret(tg: Telegram, call: Caller, ivan: User, receiver: Receiver) -> None:
    before = await ivan.says("до регистрации")
    await call("setWebhook", url=receiver.url, secret_token="s3cret_-", max_connections=7)
    after = await ivan.says("после")
    await tg.taken(after)

    assert receiver.got == [(before, "s3cret_-"), (after, "s3cret_-")]
    assert [(delivery.update_id, delivery.status) for delivery in tg.deliveries] == [
        (before, 200),
        (after, 200),
    ]
    info = (await call("getWebhookInfo"))["result"]
    assert (info["url"], info["pending_update_count"], info["max_connections"]) == (receiver.url, 0, 7)


async def test_webhook_without_a_secret_sends_no_header(
    tg: Telegram, call: Caller, ivan: User, receiver: Receiver
) -> None:
    await call("setWebhook", url=receiver.url)
    await tg.taken(await ivan.says("а"))

    assert [secret for _, secret in receiver.got] == [None]


async def test_webhook_repeats_until_accepted_and_keeps_order(
    tg: Telegram, call: Caller, ivan: User, receiver: Receiver
) -> None:
    receiver.answers = [500, 404, 204]
    await call("setWebhook", url=receiver.url)
    first, second = await ivan.says("а"), await ivan.says("б")
    await tg.taken(second)

    assert [update_id for update_id, _ in receiver.got] == [first, first, first, second]
    info = (await call("getWebhookInfo"))["result"]
    assert info["last_error_message"] == "Wrong response from the webhook: 404"


@pytest.mark.parametrize("tg", [{"webhook_answer_seconds": 0.5}], ids=["hurried"], indirect=True)
async def test_webhook_repeats_after_a_time_out_or_a_closed_port(
    tg: Telegram, call: Caller, ivan: User, receiver: Receiver
) -> None:
    receiver.seconds = 10 * PATIENCE
    await call("setWebhook", url=receiver.url)
    said = await ivan.says("а")
    await until(lambda: len(tg.deliveries) > 0)
    receiver.seconds = 0.0
    await tg.taken(said)
    assert [delivery.status for delivery in tg.deliveries][:: len(tg.deliveries) - 1] == [None, 200]

    await call("setWebhook", url="http://127.0.0.1:9/closed")
    said = await ivan.says("б")
    await until(lambda: tg.deliveries[-1].update_id == said)
    info = (await call("getWebhookInfo"))["result"]
    assert (info["last_error_message"], info["pending_update_count"]) == ("Connection refused", 1)
    await call("deleteWebhook", drop_pending_updates=True)
    assert await call.updates() == []


async def test_webhook_serves_chats_in_parallel_and_one_chat_in_turn(
    tg: Telegram, call: Caller, ivan: User, receiver: Receiver
) -> None:
    receiver.seconds = 0.1
    await call("setWebhook", url=receiver.url)
    for last in [await ivan.says(text) for text in "абв"]:
        await tg.taken(last)
    assert receiver.most_busy == 1

    receiver.together = 3
    for last in [await tg.user(number).says("а") for number in (1, 2, 3)]:
        await tg.taken(last)
    assert receiver.most_busy == 3


async def test_trouble_of_one_chat_does_not_hold_up_another(
    tg: Telegram, call: Caller, ivan: User, receiver: Receiver
) -> None:
    stuck = await ivan.says("а")
    receiver.refused = {stuck}
    await call("setWebhook", url=receiver.url)
    behind, other = await ivan.says("б"), await tg.user(2).says("в")
    await tg.taken(other)
    with pytest.raises(asyncio.TimeoutError):
        await tg.taken(behind, timeout=0.1)

    receiver.refused = set()
    await tg.taken(behind)


async def test_webhook_on_a_public_address_goes_by_its_route_or_waits(
    tg: Telegram, call: Caller, ivan: User, receiver: Receiver
) -> None:
    await call("setWebhook", url="https://bot.example.ru/hook")
    said = await ivan.says("а")
    await asyncio.sleep(0.05)
    assert tg.deliveries == []

    tg.route("https://bot.example.ru", receiver.url.removesuffix("/hook"))
    await tg.taken(said)
    assert [update_id for update_id, _ in receiver.got] == [said]


async def test_method_call_in_the_webhook_answer_is_a_violation(
    tg: Telegram, call: Caller, ivan: User, receiver: Receiver
) -> None:
    receiver.body = json.dumps({"method": "sendMessage", "chat_id": CHAT, "text": "а"})
    await call("setWebhook", url=receiver.url)
    await tg.taken(await ivan.says("а"))

    assert [violation.method for violation in tg.violations] == ["webhook"]


async def test_forged_request_can_be_posted(tg: Telegram, call: Caller, receiver: Receiver) -> None:
    receiver.answers = [401]
    await call("setWebhook", url=receiver.url, secret_token="right")

    assert await tg.post(b'{"update_id": 5}', secret="wrong") == 401
    assert receiver.got == [(5, "wrong")]


async def test_only_kinds_asked_for_are_handed_out(tg: Telegram, call: Caller, ivan: User) -> None:
    await call.updates(allowed_updates=["message"])
    said = await ivan.says("а")
    await ivan.edits(ivan.last_message_id, "б")
    assert ids(await call.updates()) == [said]

    await call.updates(offset=said + 1, allowed_updates=[])
    edited = await ivan.edits(ivan.last_message_id, "в")
    assert ids(await call.updates()) == [edited]


async def test_repeat_comes_again_though_confirmed(tg: Telegram, call: Caller, ivan: User) -> None:
    said = await ivan.says("а")
    assert ids(await call.updates()) == [said]
    await tg.repeat(said)

    assert ids(await call.updates(offset=said + 1)) == [said]
    assert await call.updates(offset=said + 1) == []


@pytest.mark.parametrize("name", sorted(FIXTURES))
async def test_recorded_payload_comes_as_it_is_and_can_be_answered(tg: Telegram, call: Caller, name: str) -> None:
    payload = json.loads(FIXTURES[name].read_text())
    await tg.raw_update(payload)

    assert await call.updates() == [payload]
    query = payload.get("callback_query")
    if query is not None:
        assert (await call("answerCallbackQuery", callback_query_id=query["id"]))["ok"]
    chat = (payload.get("message") or {}).get("chat")
    if chat is not None:
        assert (await call("sendMessage", chat_id=chat["id"], text="а"))["ok"]


async def test_malformed_update_comes_once(call: Caller, tg: Telegram) -> None:
    await tg.raw_update({"update_id": None, "message": "?"})
    added = await tg.raw_update({"message": {}})

    assert await call.updates() == [{"update_id": None, "message": "?"}, {"update_id": added, "message": {}}]
    assert added is not None
    assert await call.updates(offset=added + 1) == []


def shape(value: Any) -> Any:
    """Keys and types of a payload, without the values."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


OPTIONAL = {"set_name", "thumbnail", "last_name"}


def trimmed(value: Any) -> Any:
    """Without fields that Telegram leaves out as often as not."""
    if isinstance(value, dict):
        return {key: trimmed(inner) for key, inner in value.items() if key not in OPTIONAL}
    return [trimmed(inner) for inner in value] if isinstance(value, list) else value


async def test_what_people_do_has_the_shape_of_recorded_payloads(tg: Telegram, call: Caller, ivan: User) -> None:
    done = {"start_command": await ivan.says("/start k7Qd")}
    buttons = [[{"text": label, "callback_data": label} for label in ("Запустить", "Отмена")]]
    await call("sendMessage", chat_id=CHAT, text="?", reply_markup={"inline_keyboard": buttons})
    done["button"] = await ivan.presses("Запустить")
    done["button_inaccessible_message"] = await ivan.presses_data("x", is_inaccessible=True)
    done["contact_foreign"] = await ivan.shares_contact("+7 999 765-43-21", "Мария", own=False, user_id=1)
    ask = {"keyboard": [[{"text": "Номер", "request_contact": True}]]}
    await call("sendMessage", chat_id=CHAT, text="Номер?", reply_markup=ask)
    done["contact_own"] = await ivan.shares_contact("79991234567", "Иван")
    done["document"] = await ivan.sends_document("база.xlsx", b"x", "application/zip", caption="база")
    done["photo"] = await ivan.sends_photo(caption="список")
    done["voice"] = await ivan.sends_voice()
    done["sticker"] = await ivan.sends_sticker()
    await ivan.says("а")
    done["edited"] = await ivan.edits(ivan.last_message_id, "б")
    done["blocked"] = await ivan.blocks_bot()
    done["unblocked"] = await ivan.unblocks_bot()

    for name, update_id in done.items():
        recorded = json.loads(FIXTURES[name].read_text())
        assert trimmed(shape(tg.updates[update_id])) == trimmed(shape(recorded)), name


async def test_foreign_contact_has_another_id_or_none(tg: Telegram, ivan: User) -> None:
    cards = [
        tg.updates[update_id]["message"]["contact"].get("user_id")
        for update_id in (
            await ivan.shares_contact("79991234567", "Иван"),
            await ivan.shares_contact("79991234567", "Мария", own=False, user_id=500300),
            await ivan.shares_contact("79991234567", "Склад", own=False),
        )
    ]
    assert cards == [CHAT, 500300, None]


async def test_group_message_carries_the_group_and_the_person(tg: Telegram, ivan: User) -> None:
    message = tg.updates[await ivan.says_in(tg.group(GROUP), "привет")]["message"]

    assert (message["chat"]["id"], message["chat"]["type"], message["from"]["id"]) == (
        GROUP,
        "supergroup",
        CHAT,
    )


async def send_buttons(call: Caller, text: str, *labels: str) -> int:
    rows = [[{"text": label, "callback_data": f"{text}:{label}"}] for label in labels]
    body = await call("sendMessage", chat_id=CHAT, text=text, reply_markup={"inline_keyboard": rows})
    message_id: int = body["result"]["message_id"]
    return message_id


async def test_press_finds_the_newest_shown_button(tg: Telegram, call: Caller, ivan: User) -> None:
    await ivan.says("/start")
    older = await send_buttons(call, "раз", "Да", "Нет")
    await send_buttons(call, "два", "Да")

    pressed = [
        await ivan.presses("Да"),
        await ivan.presses("Нет"),
        await ivan.presses("Да", message_id=older),
    ]
    assert [tg.updates[update_id]["callback_query"]["data"] for update_id in pressed] == [
        "два:Да",
        "раз:Нет",
        "раз:Да",
    ]
    with pytest.raises(AssertionError, match="no button 'Может'"):
        await ivan.presses("Может")


async def test_removed_button_can_only_be_pressed_on_a_stale_screen(tg: Telegram, call: Caller, ivan: User) -> None:
    await ivan.says("/start")
    message_id = await send_buttons(call, "раз", "Да")
    await call("editMessageReplyMarkup", chat_id=CHAT, message_id=message_id)
    with pytest.raises(AssertionError, match="no button 'Да' is shown"):
        await ivan.presses("Да")

    stale = tg.updates[await ivan.presses_stale(message_id, "Да")]["callback_query"]
    assert (stale["data"], stale["message"]["message_id"]) == ("раз:Да", message_id)
    assert "reply_markup" not in stale["message"]

    await call("deleteMessage", chat_id=CHAT, message_id=message_id)
    gone = tg.updates[await ivan.presses_stale(message_id, "Да")]["callback_query"]
    assert gone["message"] == {"chat": ivan.chat.as_json, "message_id": message_id, "date": 0}
    with pytest.raises(AssertionError, match="never had"):
        await ivan.presses_stale(message_id, "Нет")


async def test_expect_reads_on_from_where_it_stopped(call: Caller, ivan: User) -> None:
    await ivan.says("/start")
    for text in ("Готово 1", "Прочее", "Готово 2"):
        await call("sendMessage", chat_id=CHAT, text=text)

    assert (await ivan.expect("Готово")).text == "Готово 1"
    assert (await ivan.expect("Готово")).text == "Готово 2"
    with pytest.raises(AssertionError) as caught:
        await ivan.expect("Прочее", timeout=0.05)
    assert "no new message with 'Прочее' within 0.05 s" in str(caught.value)
    assert "Иван: /start\n  bot: Готово 1\n  bot: Прочее" in str(caught.value)


async def test_expect_waits_and_sees_edits(call: Caller, ivan: User) -> None:
    await ivan.says("/start")
    waiting = asyncio.create_task(ivan.expect("Набрано 5"))
    message_id = await send_buttons(call, "Набрано 0", "Стоп")
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await call("editMessageText", chat_id=CHAT, message_id=message_id, text="Набрано 5")

    assert (await waiting).message_id == message_id
    await ivan.expect_silence(0.05)
    await call("sendMessage", chat_id=CHAT, text="Ещё")
    with pytest.raises(AssertionError, match="the bot said 'Ещё'"):
        await ivan.expect_silence(0.05)


async def test_stand_in_comes_back_on_the_same_port_with_its_memory(tg: Telegram, call: Caller, ivan: User) -> None:
    said, url = await ivan.says("а"), tg.url
    poll = asyncio.create_task(call("getUpdates", offset=said + 1, timeout=20))
    await tg.called("getUpdates")
    await asyncio.wait_for(tg.stop(), 15)
    assert (await poll) == {"ok": True, "result": []}

    await tg.start()
    later = await ivan.says("б")
    assert tg.url == url
    assert ids(await call.updates()) == [later]
    assert tg.violations == []
