"""Telegram by webhook: the secret, odd bodies, and an answer only for what is written down."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from tests.channels.bot import PUBLIC_URL, STRANGER, TelegramBot
from tests.loopback import client
from tests.standins.telegram import Telegram, User
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.rasa

SECRET = "w3bhook_Secret-1"
TEXT = json.loads((Path(__file__).parents[1] / "fixtures" / "telegram" / "text.json").read_text())


@pytest.fixture
async def bot(tg: Telegram, tmp_path: Path) -> AsyncIterator[TelegramBot]:
    async with TelegramBot(tg, tmp_path, webhook=True, secret=SECRET) as bot:
        await tg.called("setWebhook")
        yield bot


async def hurried(bot: TelegramBot, body: bytes) -> asyncio.StreamWriter:
    """The connection of a messenger that has sent an update and does not wait for the answer."""
    _reader, writer = await asyncio.open_connection("127.0.0.1", int(bot.url.rpartition(":")[2]))
    head = f"Host: x\r\nX-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(b"POST /webhooks/telegram/webhook HTTP/1.1\r\n" + head.encode() + body)
    return writer


async def post(bot: TelegramBot, body: bytes, secret: bytes | None = SECRET.encode()) -> int:
    headers = {} if secret is None else {b"X-Telegram-Bot-Api-Secret-Token": secret}
    async with client() as http:
        answer = await http.post(f"{bot.url}/webhooks/telegram/webhook", content=body, headers=headers)
    assert answer.content == b""
    return answer.status_code


async def test_registering_and_a_talk(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    (asked,) = await tg.called("setWebhook")
    assert asked["url"] == f"{PUBLIC_URL}/webhooks/telegram/webhook"
    assert asked["secret_token"] == SECRET
    assert set(asked["allowed_updates"]) == {"message", "edited_message", "callback_query", "my_chat_member"}

    await owner.says("спроси")
    await owner.expect("Запускать?")
    await owner.presses("Да")
    await owner.expect("Понял: /affirm")

    assert [delivery.status for delivery in tg.deliveries] == [200, 200]
    assert not [call for call in tg.calls if call.method == "getUpdates"]


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param(None, id="missing"),
        pytest.param(b"", id="empty"),
        pytest.param(SECRET[:-1].encode(), id="truncated"),
        pytest.param(SECRET.encode() + b"1", id="longer"),
        pytest.param(SECRET.lower().encode(), id="another case"),
        pytest.param(b"None", id="the word None"),
        pytest.param(b"\xff\xfe", id="not text"),
        pytest.param("сĸ".encode(), id="not ASCII"),
    ],
)
async def test_a_forged_update_is_refused_and_leaves_nothing(bot: TelegramBot, secret: bytes | None) -> None:
    for _ in range(3):
        assert await post(bot, json.dumps(TEXT).encode(), secret) == 403

    assert await bot.updates_kept() == []
    assert bot.agent.heard == []
    await until(lambda: is_audited(bot))
    (entry,) = await bot.ledger.audit.since(0)  # once a minute: anybody can send such a thing
    assert (entry.person, entry.act, entry.outcome) == ("telegram:?", "come_in", "refused")
    assert entry.detail == {"reason": "forged_webhook"}


async def is_audited(bot: TelegramBot) -> bool:
    return bool(await bot.ledger.audit.since(0))


async def test_a_forged_body_is_not_even_read(bot: TelegramBot) -> None:
    port = int(bot.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /webhooks/telegram/webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n{")

    answer = await asyncio.wait_for(reader.readline(), PATIENCE)
    writer.close()

    assert answer == b"HTTP/1.1 403 Forbidden\r\n"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"update"',
        b"\xff\xfe",
        b"{}",
        b'{"update_id": null}',
        b'{"update_id": true}',
        b'{"update_id": "700000001"}',
        b"[" * 100_000,
    ],
)
async def test_a_body_that_is_no_update(bot: TelegramBot, body: bytes) -> None:
    assert await post(bot, body) == 400


async def test_a_body_that_is_too_long(bot: TelegramBot, owner: User) -> None:
    owner.chat.has_started = True

    assert await post(bot, b" " * 1_000_001) == 413
    assert await post(bot, json.dumps(TEXT).encode()) == 200
    await owner.expect("Понял")


async def test_an_unknown_kind_is_accepted_and_ignored(bot: TelegramBot) -> None:
    assert await post(bot, b'{"update_id": 5, "holographic_message": {}}') == 200
    assert await post(bot, b'{"update_id": 6, "message": {"chat": 5}}') == 200

    assert (await bot.updates_kept(), bot.agent.heard) == ([], [])


async def test_the_same_update_fifty_times_at_once(bot: TelegramBot, owner: User) -> None:
    owner.chat.has_started = True

    statuses = await asyncio.gather(*(post(bot, json.dumps(TEXT).encode()) for _ in range(50)))

    assert set(statuses) == {200}
    await owner.expect("Понял")
    await owner.expect_silence()
    assert len(bot.agent.heard) == 1


async def test_what_cannot_be_written_down_is_brought_again(
    bot: TelegramBot, tg: Telegram, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = bot.ledger.inbox.claim

    async def failing(*_arguments: Any) -> Any:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(bot.ledger.inbox, "claim", failing)
    await owner.says("привет")
    await until(lambda: len(tg.deliveries) >= 2)
    assert {delivery.status for delivery in tg.deliveries} == {503}

    monkeypatch.setattr(bot.ledger.inbox, "claim", claim)
    await owner.expect("Понял: привет")
    await owner.expect_silence()
    assert bot.agent.texts == ["привет"]


async def test_a_messenger_that_hangs_up_does_not_lose_the_update(
    bot: TelegramBot, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, go_on, claiming = bot.ledger.inbox.claim, asyncio.Event(), asyncio.Event()

    async def slow(*arguments: Any) -> Any:
        result = await claim(*arguments)
        claiming.set()
        await go_on.wait()
        return result

    monkeypatch.setattr(bot.ledger.inbox, "claim", slow)
    owner.chat.has_started = True
    body = json.dumps(TEXT).encode()
    writer = await hurried(bot, body)
    await asyncio.wait_for(claiming.wait(), PATIENCE)
    writer.close()
    await asyncio.sleep(0.2)
    go_on.set()

    await owner.expect("Понял")
    # It is brought again, as it was not answered.
    assert await post(bot, body) == 200
    await owner.expect_silence()


async def test_a_loss_that_no_messenger_waits_for_is_in_the_log_without_its_text(
    bot: TelegramBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    go_on, claiming = asyncio.Event(), asyncio.Event()

    async def failing(*_arguments: Any) -> Any:
        claiming.set()
        await go_on.wait()
        raise OperationalError("INSERT", {"text": "89161234567"}, Exception("disk full"))

    monkeypatch.setattr(bot.ledger.inbox, "claim", failing)
    writer = await hurried(bot, json.dumps(TEXT).encode())
    await asyncio.wait_for(claiming.wait(), PATIENCE)
    writer.close()
    await asyncio.sleep(0.2)
    with structlog.testing.capture_logs() as logs:
        go_on.set()
        await until(lambda: bool(logs))
    gc.collect()  # then asyncio tells of errors that nobody has looked at

    assert [(entry["event"], entry["channel"], entry["error"]) for entry in logs] == [
        ("update_not_stored", "telegram", "OperationalError")
    ]
    assert "disk full" not in caplog.text


async def test_before_the_bot_is_ready_and_while_it_stops_the_messenger_keeps_updates(
    tg: Telegram, owner: User, tmp_path: Path
) -> None:
    bot = TelegramBot(tg, tmp_path, webhook=True, secret=SECRET)
    async with bot:
        await tg.called("setWebhook")
        await owner.says("жди")
        await until(lambda: bot.agent.texts == ["жди"])
        closing = asyncio.create_task(bot.reception.close())
        await asyncio.sleep(0.05)

        assert await post(bot, json.dumps({**TEXT, "update_id": 700000999}).encode()) == 503
        bot.agent.go_on.set()
        await closing

        assert (await bot.updates_kept())[-1][0] != "700000999"
        assert bot.agent.texts == ["жди"]


async def test_an_update_that_comes_while_the_inbox_is_taken_up_is_not_worked_off_twice(
    tg: Telegram, owner: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = TelegramBot(tg, tmp_path, webhook=True, secret=SECRET)
    waiting, looking, go_on = bot.ledger.inbox.waiting, asyncio.Event(), asyncio.Event()

    async def slow() -> Any:
        looking.set()
        await go_on.wait()
        return await waiting()

    monkeypatch.setattr(bot.ledger.inbox, "waiting", slow)
    owner.chat.has_started = True
    starting = asyncio.create_task(bot.start())
    await asyncio.wait_for(looking.wait(), PATIENCE)
    early = await post(bot, json.dumps(TEXT).encode())
    go_on.set()
    await starting
    try:
        assert early == 503
        assert await post(bot, json.dumps(TEXT).encode()) == 200
        await owner.expect("Понял")
        await owner.expect_silence()
        assert len(bot.agent.heard) == 1
    finally:
        await bot.stop()


async def test_a_secret_is_made_and_kept_when_none_is_given(tg: Telegram, tmp_path: Path) -> None:
    for _ in range(2):
        async with TelegramBot(tg, tmp_path, webhook=True):
            await tg.called("setWebhook", times=len([c for c in tg.calls if c.method == "setWebhook"]) + 1)

    first, second = [params["secret_token"] for method, params in tg.calls if method == "setWebhook"]
    assert first == second
    assert len(first) >= 32


async def test_registering_goes_on_until_it_works(
    tg: Telegram, tmp_path: Path, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rasa_twin24.channels.registration.PAUSE_AFTER_ERROR", (0.05, 0.1))
    tg.fail_next("setWebhook", status=502, times=2)
    tg.fail_next("setWebhook", drop="before_work")
    async with TelegramBot(tg, tmp_path, webhook=True):
        await tg.called("setWebhook", times=4)
        await owner.says("привет")
        await owner.expect("Понял: привет")


async def test_polling_takes_no_webhook(tg: Telegram, tmp_path: Path) -> None:
    async with TelegramBot(tg, tmp_path) as bot:
        kept = await bot.ledger.kept.get_or_make("telegram_webhook_secret", lambda: "made")

        assert await post(bot, json.dumps(TEXT).encode(), kept.encode()) == 403
        assert await bot.updates_kept() == []


async def test_a_stranger_through_the_webhook(bot: TelegramBot, tg: Telegram) -> None:
    await tg.user(STRANGER).says("привет")

    await tg.user(STRANGER).expect("telegram:700700")
    await until(lambda: len(tg.deliveries) == 1)
    assert tg.deliveries[0].status == 200
