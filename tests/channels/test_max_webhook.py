"""MAX by webhook: subscribed and kept so, the secret, odd bodies, and an answer only for what is written down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from rasa_twin24.channels import connection, max_source
from rasa_twin24.channels.max import MaxInput
from tests.channels.bot import OWNER, PUBLIC_URL, ChannelBot
from tests.loopback import client
from tests.standins.max import Max, User
from tests.waiting import until

pytestmark = pytest.mark.rasa

SECRET = "w3bhook_Secret-1"
ADDRESS = f"{PUBLIC_URL}/webhooks/max/webhook"
TEXT = json.loads((Path(__file__).parents[1] / "fixtures" / "max" / "text.json").read_text())


@pytest.fixture
async def mx(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Max]:
    monkeypatch.setenv("BOT_OWNERS", f"max:{OWNER}")
    monkeypatch.setattr(max_source, "PAUSE_AFTER_ERROR", (0.05, 0.1))
    monkeypatch.setattr(max_source, "WATCH_SECONDS", 0.1)
    for proxy in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(proxy, raising=False)
    async with Max() as mx:
        yield mx
        assert mx.violations == []


@pytest.fixture
def person(mx: Max) -> User:
    return mx.user(OWNER)


def bot_of(mx: Max, folder: Path, secret: str = SECRET) -> ChannelBot:
    block = {"token": mx.token, "api_url": mx.url, "webhook_url": PUBLIC_URL + "/", "webhook_secret": secret}
    bot = ChannelBot(MaxInput.from_credentials(block), folder)
    mx.route(PUBLIC_URL, bot.url)
    return bot


@pytest.fixture
async def bot(mx: Max, tmp_path: Path) -> AsyncIterator[ChannelBot]:
    async with bot_of(mx, tmp_path) as bot:
        await until(lambda: ADDRESS in mx.subscribed)
        yield bot


async def post(bot: ChannelBot, body: bytes, secret: bytes | None = SECRET.encode()) -> int:
    headers = {} if secret is None else {b"X-Max-Bot-Api-Secret": secret}
    async with client() as http:
        return (await http.post(f"{bot.url}/webhooks/max/webhook", content=body, headers=headers)).status_code


async def test_registering_and_a_talk(bot: ChannelBot, mx: Max, person: User) -> None:
    assert mx.subscribed[ADDRESS]["secret"] == SECRET

    await person.says("спроси")
    await person.expect("Запускать?")
    await person.presses("Да")
    await person.expect("Понял: /affirm")

    assert mx.deliveries == [200, 200]
    assert mx.called("GET /updates") == []


async def test_a_webhook_that_is_there_is_not_registered_again(bot: ChannelBot, mx: Max) -> None:
    await until(lambda: len(mx.called("GET /subscriptions")) >= 3)

    assert len(mx.called("POST /subscriptions")) == 1


async def test_a_webhook_that_max_has_dropped_is_registered_again_with_an_alarm(bot: ChannelBot, mx: Max) -> None:
    with structlog.testing.capture_logs() as logs:
        mx.subscribed.clear()
        await until(lambda: ADDRESS in mx.subscribed)

    assert [line["log_level"] for line in logs if line["event"] == "max_webhook_lost"] == ["error"]


async def test_registering_is_repeated_until_it_works(mx: Max, tmp_path: Path) -> None:
    mx.fail_next("GET /subscriptions", 401, times=2)
    mx.fail_next("POST /subscriptions", 503)
    mx.fail_next("POST /subscriptions", 200, "not now")
    async with bot_of(mx, tmp_path):
        await until(lambda: ADDRESS in mx.subscribed)


async def test_after_a_start_with_the_same_secret_nothing_is_registered_with_another_it_is(
    mx: Max, tmp_path: Path
) -> None:
    for secret, registered in ((SECRET, 1), (SECRET, 1), ("an0ther_Secret", 2)):
        looked = len(mx.called("GET /subscriptions"))
        async with bot_of(mx, tmp_path, secret):
            await until(lambda looked=looked: len(mx.called("GET /subscriptions")) >= looked + 2)
            assert len(mx.called("POST /subscriptions")) == registered
            assert mx.subscribed[ADDRESS]["secret"] == secret


async def test_a_secret_is_made_at_random_and_kept(mx: Max, tmp_path: Path) -> None:
    secrets = []
    for _ in range(2):
        async with bot_of(mx, tmp_path, ""):
            await until(lambda: ADDRESS in mx.subscribed)
            secrets.append(mx.subscribed[ADDRESS]["secret"])

    assert secrets[0] == secrets[1]
    assert len(secrets[0]) >= 32


async def test_a_bot_that_polls_takes_its_webhook_away_and_opens_no_door(
    mx: Max, person: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(max_source, "POLL_SECONDS", 1)
    mx.subscribed[ADDRESS] = {"url": ADDRESS, "update_types": ["message_created"], "secret": SECRET}
    bot = ChannelBot(MaxInput.from_credentials({"token": mx.token, "api_url": mx.url}), tmp_path)
    async with bot:
        await person.says("привет")
        await person.expect("Понял: привет")
        assert mx.subscribed == {}
        assert [await post(bot, json.dumps(TEXT).encode(), secret) for secret in (None, b"", b"None")] == [403] * 3


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param(None, id="missing"),
        pytest.param(b"", id="empty"),
        pytest.param(SECRET[:-1].encode(), id="truncated"),
        pytest.param(SECRET.encode() + b"1", id="longer"),
        pytest.param(SECRET.replace("1", "0").encode(), id="one bit"),
        pytest.param(b"\xff\xfe", id="not text"),
    ],
)
async def test_a_forged_update_is_refused_and_leaves_nothing(bot: ChannelBot, secret: bytes | None) -> None:
    assert await post(bot, json.dumps(TEXT).encode(), secret) == 403

    assert (await bot.updates_kept(), bot.agent.heard) == ([], [])
    await until(lambda: is_audited(bot))


async def is_audited(bot: ChannelBot) -> bool:
    return [entry.detail for entry in await bot.ledger.audit.since(0)] == [{"reason": "forged_webhook"}]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        *((body, 400) for body in (b"", b"{", b"null", b"[]", b"\xff\xfe", b"{}", b'{"update_type": 5}')),
        pytest.param(b"[" * 100_000, 400, id="deep"),
        pytest.param(b" " * 1_000_001, 413, id="oversize"),
        (b'{"update_type": "hologram_created"}', 200),
        (b'{"update_type": "message_created", "message": {"body": 5}}', 200),
    ],
)
async def test_a_body_that_is_no_update(bot: ChannelBot, body: bytes, status: int) -> None:
    assert await post(bot, body) == status
    assert (await bot.updates_kept(), bot.agent.heard) == ([], [])


async def test_the_same_update_twenty_times_at_once(bot: ChannelBot, person: User) -> None:
    statuses = await asyncio.gather(*(post(bot, json.dumps(TEXT).encode()) for _ in range(20)))

    assert set(statuses) == {200}
    await person.expect("Понял")
    await person.expect_silence()
    assert len(bot.agent.heard) == 1


async def test_what_cannot_be_written_down_is_brought_again(
    bot: ChannelBot, mx: Max, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = bot.ledger.inbox.claim

    async def failing(*_arguments: Any) -> Any:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(bot.ledger.inbox, "claim", failing)
    await person.says("привет")
    await until(lambda: len(mx.deliveries) >= 2)
    assert set(mx.deliveries) == {503}

    monkeypatch.setattr(bot.ledger.inbox, "claim", claim)
    await person.expect("Понял: привет")
    assert bot.agent.texts == ["привет"]


# --- settings, and what is asked from the command line ------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "variable"),
    [
        ({"token": ""}, "MAX_BOT_TOKEN"),
        ({"token": "т"}, "MAX_BOT_TOKEN"),
        ({"token": "a\nb"}, "MAX_BOT_TOKEN"),
        ({"webhook_url": "http://bot.example.ru"}, "MAX_WEBHOOK_URL"),
        ({"webhook_url": "https://bot.example.ru:8443"}, "MAX_WEBHOOK_URL"),
        ({"webhook_url": "https://bot.example.ru:x"}, "MAX_WEBHOOK_URL"),
        ({"webhook_url": "bot.example.ru"}, "MAX_WEBHOOK_URL"),
        ({"webhook_secret": "four"}, "MAX_WEBHOOK_SECRET"),
        ({"webhook_secret": "s" * 257}, "MAX_WEBHOOK_SECRET"),
        ({"webhook_secret": "секрет"}, "MAX_WEBHOOK_SECRET"),
    ],
)
def test_a_wrong_setting_names_its_variable(more: dict[str, str], variable: str) -> None:
    with pytest.raises(ValueError, match=variable):
        MaxInput.from_credentials({"token": "max-test-token", **more})


async def test_what_the_doctor_sees(mx: Max, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_pause", lambda _error, _attempt: None)
    block = {"token": mx.token, "api_url": mx.url, "webhook_url": PUBLIC_URL}
    channel = MaxInput.from_credentials(block)

    first, second = await channel.apart(channel.examine)
    assert (first.text, second.text[:18]) == ("the bot is @calls_bot", "not registered yet")
    mx.subscribed[ADDRESS] = {"url": ADDRESS, "update_types": ["message_created"], "secret": SECRET}
    assert [found.text for found in await channel.apart(channel.examine)][1] == "registered"
    assert await channel.apart(channel.webhooks) == [ADDRESS]
    assert await channel.apart(channel.remove_webhooks) == [ADDRESS]
    assert mx.subscribed == {}

    mx.fail_next("GET /me", 401)
    (failed,) = await channel.apart(channel.examine)
    assert (failed.ok, "MAX_BOT_TOKEN" in failed.text) == (False, True)
    mx.fail_next("GET /me")
    (failed,) = await channel.apart(channel.examine)
    assert (failed.ok, "MAX_CA_BUNDLE" in failed.text) == (False, True)
