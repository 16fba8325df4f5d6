"""Viber: its webhook, its keyboards, what it refuses, and the files that it fetches from the bot."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from rasa_twin24.channels import connection, registration, viber_output
from rasa_twin24.channels.connection import MessengerError
from rasa_twin24.channels.messenger import Gone
from rasa_twin24.channels.output import MessengerOutput
from rasa_twin24.channels.viber import ViberInput
from rasa_twin24.channels.viber_updates import BUTTON_PREFIX
from rasa_twin24.ledger.files import File
from tests.channels.bot import PUBLIC_URL, ChannelBot
from tests.loopback import client
from tests.standins.viber import Subscriber, Viber
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.rasa

OWNER, STRANGER = "vbUserIvan+/AAA==", "vbUserStranger=="
ME = f"viber:{OWNER}"
ADDRESS = f"{PUBLIC_URL}/webhooks/viber/webhook"
TEXT = json.loads((Path(__file__).parents[1] / "fixtures" / "viber" / "text.json").read_text())


class ViberBot(ChannelBot):
    channel: ViberInput

    def __init__(self, viber: Viber, folder: Path, **more: str) -> None:
        block = {"token": viber.token, "api_url": viber.url, "webhook_url": PUBLIC_URL, **more}
        super().__init__(ViberInput.from_credentials(block), folder)
        viber.route(PUBLIC_URL, self.url)


@pytest.fixture
async def viber(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Viber]:
    monkeypatch.setenv("BOT_OWNERS", ME)
    monkeypatch.setenv("BOT_MAX_FILE_MB", "1")
    for proxy in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(proxy, raising=False)
    monkeypatch.setattr(connection, "_pause", lambda error, _attempt: 0.01 if error.passing else None)
    monkeypatch.setattr(registration, "PAUSE_AFTER_ERROR", (0.02, 0.05))
    async with Viber() as viber:
        yield viber
        assert viber.violations == []


@pytest.fixture
async def bot(viber: Viber, tmp_path: Path) -> AsyncIterator[ViberBot]:
    async with ViberBot(viber, tmp_path) as bot:
        await until(lambda: bool(viber.webhook))
        yield bot


@pytest.fixture
def owner(viber: Viber) -> Subscriber:
    return viber.person(OWNER)


def signed(viber: Viber, body: bytes) -> str:
    return hmac.new(viber.token.encode(), body, hashlib.sha256).hexdigest()


async def post(bot: ViberBot, body: bytes, signature: str | bytes | None) -> int:
    headers = {} if signature is None else {"X-Viber-Content-Signature": signature}
    async with client() as http:
        answer = await http.post(f"{bot.url}/webhooks/viber/webhook", content=body, headers=headers)
    assert answer.content == b""
    return answer.status_code


# --- settings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "named"),
    [
        (None, "VIBER_AUTH_TOKEN"),
        ({"webhook_url": PUBLIC_URL}, "VIBER_AUTH_TOKEN"),
        ({"token": "t"}, "VIBER_WEBHOOK_URL"),
        ({"token": "t", "webhook_url": "http://bot.example.ru"}, "VIBER_WEBHOOK_URL"),
        ({"token": "t", "webhook_url": "https://"}, "VIBER_WEBHOOK_URL"),
        ({"token": "t", "webhook_url": "https://[bot"}, "VIBER_WEBHOOK_URL"),
        ({"token": "t", "webhook_url": PUBLIC_URL, "sender_name": "о" * 29}, "VIBER_SENDER_NAME"),
    ],
)
def test_settings_that_cannot_work_are_named(block: dict[str, str] | None, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        ViberInput.from_credentials(block)


# --- a talk -----------------------------------------------------------------------------------------------------


async def test_registering_and_a_talk(bot: ViberBot, viber: Viber, owner: Subscriber) -> None:
    (asked,) = viber.asked("set_webhook")
    assert asked == {
        "url": ADDRESS,
        "event_types": ["failed", "subscribed", "unsubscribed", "conversation_started"],
        "send_name": True,
        "send_photo": False,
    }

    await owner.says("спроси")
    await owner.expect("Запускать?")
    assert owner.keyboard == ["Да", "Нет"]
    await owner.presses("Да")
    await owner.expect("Понял: /affirm")

    assert owner.keyboard == []
    assert {message.message["sender"]["name"] for message in owner.messages} == {viber.account}
    assert viber.deliveries == [200, 200, 200]
    assert bot.agent.heard[-1].metadata["kind"] == "button"


async def test_a_configured_name_stands_above_messages(viber: Viber, tmp_path: Path, owner: Subscriber) -> None:
    async with ViberBot(viber, tmp_path, sender_name="Звонарь"):
        await until(lambda: bool(viber.webhook))
        await owner.says("привет")
        assert (await owner.expect("Понял")).message["sender"] == {"name": "Звонарь"}


async def test_a_long_name_of_the_account_is_cut(viber: Viber, tmp_path: Path, owner: Subscriber) -> None:
    viber.account = "О" * 40
    async with ViberBot(viber, tmp_path):
        await until(lambda: bool(viber.webhook))
        await owner.says("привет")
        assert (await owner.expect("Понял")).message["sender"] == {"name": "О" * 28}


async def test_a_press_that_comes_twice_or_late_or_is_made_up(bot: ViberBot, viber: Viber, owner: Subscriber) -> None:
    await owner.says("спроси")
    (_, yes), (_, no) = (await owner.expect("Запускать?")).buttons
    pressed = await owner.says(yes)
    await owner.expect("Понял: /affirm")
    assert (await viber.push(pressed))[0] == 200  # brought again
    await owner.expect_silence()

    for body in (yes, no, BUTTON_PREFIX, f"{BUTTON_PREFIX}/affirm", f"{BUTTON_PREFIX}' OR 1=1"):
        await owner.says(body)
        await owner.expect("Понял: /stale_button")
    assert bot.agent.texts == ["спроси", "/affirm", *["/stale_button"] * 5]


async def test_somebody_elses_button_is_a_stale_one(
    viber: Viber, tmp_path: Path, owner: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_OWNERS", f"{ME},viber:vbUserMaria==")
    async with ViberBot(viber, tmp_path):
        await until(lambda: bool(viber.webhook))
        await owner.says("спроси")
        (_, yes), _ = (await owner.expect("Запускать?")).buttons
        maria = viber.person("vbUserMaria==", "Мария")
        await maria.says(yes)
        await maria.expect("Понял: /stale_button")
        await owner.presses("Да")
        await owner.expect("Понял: /affirm")


async def test_a_contact_is_only_a_text(bot: ViberBot, owner: Subscriber) -> None:
    await owner.shares_contact("79991234567", "Мария")
    await owner.expect("Понял: Мария: +79991234567")
    assert bot.agent.heard[-1].metadata["kind"] == "contact"


async def test_a_stranger_is_told_their_id_and_nothing_else(bot: ViberBot, viber: Viber) -> None:
    stranger = viber.person(STRANGER)
    await stranger.says("запусти")
    await stranger.expect(f"viber:{STRANGER}")
    assert bot.agent.heard == []


async def test_messages_at_once_are_answered_in_their_order(bot: ViberBot, owner: Subscriber) -> None:
    for number in range(5):
        await owner.says(f"слово {number}")
    for number in range(5):
        await owner.expect(f"Понял: слово {number}")
    assert bot.agent.texts == [f"слово {number}" for number in range(5)]


# --- coming and going -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "words"), [("ru", "Напишите мне"), ("en", "Write to me"), ("de", "Напишите мне")])
async def test_one_welcome_in_the_answer_and_nothing_more(
    bot: ViberBot, viber: Viber, language: str, words: str
) -> None:
    person = viber.person(STRANGER, language=language)
    welcome = await person.opens()
    assert welcome is not None
    assert words in welcome["text"]
    assert welcome["sender"] == {"name": viber.account}
    await person.expect_silence()
    assert viber.asked("send_message") == []
    assert (await bot.updates_kept(), await bot.conversations_kept()) == ([], [])


async def test_no_welcome_to_who_talks_already(bot: ViberBot, owner: Subscriber) -> None:
    await owner.says("привет")
    await owner.expect("Понял")
    assert await owner.opens() is None


async def test_who_unsubscribes_is_gone_until_they_are_back(bot: ViberBot, viber: Viber, owner: Subscriber) -> None:
    async def gone() -> bool:
        return (await bot.ledger.conversations.get(ME)).gone_at is not None

    for come_back in (owner.subscribes, lambda: owner.says("я снова здесь")):
        await owner.says("привет")
        await owner.expect("Понял: привет")
        await owner.unsubscribes()
        assert await gone()
        await owner.opens()
        assert await gone()  # looking is not coming back
        await come_back()
        assert not await gone()


async def test_a_stranger_who_unsubscribes_leaves_nothing(bot: ViberBot, viber: Viber) -> None:
    await viber.person(STRANGER).unsubscribes()
    assert await bot.conversations_kept() == []


@pytest.mark.parametrize("status", [5, 6])
async def test_who_cannot_be_written_to_is_gone(bot: ViberBot, viber: Viber, owner: Subscriber, status: int) -> None:
    viber.fail_next("send_message", status=status)
    await owner.says("привет")

    async def gone() -> bool:
        return (await bot.ledger.conversations.get(ME)).gone_at is not None

    await until(gone)
    assert len(viber.asked("send_message")) == 1


# --- the webhook ------------------------------------------------------------------------------------------------


async def test_a_forged_update_is_refused_and_leaves_nothing(bot: ViberBot, viber: Viber) -> None:
    body = json.dumps(TEXT).encode()
    good = signed(viber, body)
    others = hmac.new(b"another token", body, hashlib.sha256).hexdigest()
    for signature in (None, "", good[:-1], good + "0", "f" * 64, others, good.upper(), b"\xff\xfe"):
        assert await post(bot, body, signature) == 403
    assert await post(bot, body.replace(b"8 916", b"8 917"), good) == 403

    assert (await bot.updates_kept(), bot.agent.heard) == ([], [])

    async def audited() -> bool:
        return [entry.detail for entry in await bot.ledger.audit.since(0)] == [{"reason": "forged_webhook"}]

    await until(audited)
    assert await post(bot, body, good) == 200


async def test_a_body_without_a_signature_is_not_even_read(bot: ViberBot) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(bot.url.rpartition(":")[2]))
    writer.write(b"POST /webhooks/viber/webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n{")
    answer = await asyncio.wait_for(reader.readline(), PATIENCE)
    writer.close()
    assert answer == b"HTTP/1.1 403 Forbidden\r\n"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[]", b'"x"', b"\xff", b"{}", b'{"event": 5}', b'{"event": null}', b"[" * 99_999]
)
async def test_a_body_that_is_no_update(bot: ViberBot, viber: Viber, body: bytes) -> None:
    assert await post(bot, body, signed(viber, body)) == 400


async def test_a_body_that_is_too_long(bot: ViberBot, viber: Viber) -> None:
    body = b" " * 1_000_001
    assert await post(bot, body, signed(viber, body)) == 413


@pytest.mark.parametrize("update", [{"event": "levitated"}, {"event": "message", "sender": 5}, {"event": "webhook"}])
async def test_an_unknown_kind_is_accepted_and_ignored(bot: ViberBot, viber: Viber, update: dict[str, Any]) -> None:
    assert await viber.push(update) == (200, b"")
    assert (await bot.updates_kept(), bot.agent.heard) == ([], [])


async def test_the_same_update_fifty_times_at_once(bot: ViberBot, viber: Viber, owner: Subscriber) -> None:
    owner.subscribed = True
    answers = await asyncio.gather(*(viber.push(TEXT) for _ in range(50)))
    assert set(answers) == {(200, b"")}
    await owner.expect("Понял")
    await owner.expect_silence()
    assert len(bot.agent.heard) == 1


async def test_what_cannot_be_written_down_is_not_confirmed(
    bot: ViberBot, viber: Viber, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_arguments: Any) -> Any:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(bot.ledger.inbox, "claim", failing)
    assert await viber.push(TEXT) == (503, b"")


# --- registering ------------------------------------------------------------------------------------------------


async def test_registering_goes_on_until_it_works(viber: Viber, tmp_path: Path, owner: Subscriber) -> None:
    viber.fail_next("get_account_info", status=2)
    viber.fail_next("set_webhook", http=502, times=4)
    viber.fail_next("set_webhook", drop=True)
    async with ViberBot(viber, tmp_path):
        await until(lambda: bool(viber.webhook))
        await owner.says("привет")
        await owner.expect("Понял: привет")


async def test_a_webhook_that_is_there_is_not_set_again(viber: Viber, tmp_path: Path) -> None:
    for times in (1, 2):
        async with ViberBot(viber, tmp_path):
            await viber.called("get_account_info", times)
            await until(lambda: bool(viber.webhook))
            await asyncio.sleep(0.1)
    assert len(viber.asked("set_webhook")) == 1


async def test_a_webhook_that_viber_has_lost_is_set_again(bot: ViberBot, viber: Viber, owner: Subscriber) -> None:
    viber.fail_next("send_message", status=10)
    await owner.says("привет")
    await owner.expect("Понял: привет")
    assert len(viber.asked("set_webhook")) == 2


async def test_what_the_command_line_asks(viber: Viber, tmp_path: Path) -> None:
    block = {"token": viber.token, "api_url": viber.url, "webhook_url": f"{PUBLIC_URL}/"}
    channel = ViberInput.from_credentials(block)
    assert await channel.apart(channel.webhooks) == []
    assert [finding.text for finding in await channel.apart(channel.examine)] == [
        f"the bot is {viber.account}",
        "not registered yet; the bot does it at its start",
    ]
    async with ViberBot(viber, tmp_path):
        await until(lambda: bool(viber.webhook))
    assert (await channel.apart(channel.examine))[1].text == "registered"
    assert await channel.apart(channel.remove_webhooks) == [ADDRESS]
    assert viber.webhook == {}

    viber.fail_next("get_account_info", status=2)
    (finding,) = await channel.apart(channel.examine)
    assert (finding.ok, "check VIBER_AUTH_TOKEN" in finding.text) == (False, True)


# --- going out --------------------------------------------------------------------------------------------------


async def test_a_long_text_comes_in_parts_and_the_keyboard_under_the_last(bot: ViberBot, owner: Subscriber) -> None:
    await owner.says("длинно 2500")
    await until(lambda: len(owner.messages) == 3)
    texts = [message.text for message in owner.messages]
    assert " ".join(texts).split() == ["слово"] * 2500
    assert [len(message.buttons) for message in owner.messages] == [0, 0, 2]


async def test_no_button_is_lost(bot: ViberBot, owner: Subscriber) -> None:
    owner.subscribed = True
    keyboard = [(f"Задание {number} <b>&", f"t{number}") for number in range(40)]
    for many, columns in ((1, 6), (12, 6), (13, 3), (24, 3), (25, 2), (36, 2), (40, 2)):
        await bot.channel.deliver(OWNER, "Какое?", keyboard[:many])
        seen = owner.messages[-1]
        named = [title for title, _ in keyboard[36:many]]
        assert [label for label, _ in seen.buttons] == [title for title, _ in keyboard[: min(many, 36)]]
        assert seen.text.splitlines() == ["Какое?", *(f"• {title}" for title in named)]
        assert {button["Columns"] for button in seen.message["keyboard"]["Buttons"]} == {columns}


async def test_what_can_be_answered_still_is_shown_again(bot: ViberBot, owner: Subscriber) -> None:
    await owner.says("привет")
    await owner.expect("Понял: привет")
    offered = [{"title": title, "payload": "/inform", "standing": True} for title in ("Добавить", "Не надо")]
    await bot.reception.output(bot.channel).send_response(ME, {"text": "Добавить номер?", "buttons": offered})
    await owner.says("и ещё")
    await owner.expect("Понял: и ещё")
    assert owner.keyboard == ["Добавить", "Не надо"]
    await owner.says("спроси")
    await owner.expect("Запускать?")
    assert owner.keyboard == ["Да", "Нет", "Добавить", "Не надо"]
    await owner.presses("Добавить")
    await owner.expect("Понял: /inform")
    assert owner.keyboard == ["Да", "Нет"]
    await owner.presses("Нет")
    await owner.expect("Понял: /deny")
    assert owner.keyboard == []


async def test_not_more_buttons_are_shown_again_than_can_be_read(bot: ViberBot, owner: Subscriber) -> None:
    owner.subscribed = True
    for number in range(10):
        offered = [{"title": f"{number} {title}", "payload": "/inform", "standing": True} for title in ("да", "нет")]
        await bot.reception.output(bot.channel).send_response(ME, {"text": "?", "buttons": offered})
    assert len(owner.keyboard) == 12
    assert owner.keyboard[:4] == ["9 да", "9 нет", "8 да", "8 нет"]


async def test_without_the_ledger_a_message_goes_out_all_the_same(
    bot: ViberBot, owner: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_anything: object, **_more: object) -> None:
        raise OperationalError("SELECT", {}, Exception("server closed"))

    owner.subscribed = True
    monkeypatch.setattr(bot.ledger.buttons, "known", away)
    await bot.channel.deliver(OWNER, "Какое?", [("Первое", "t1")])
    assert owner.keyboard == ["Первое"]


async def test_a_long_title_is_shortened(bot: ViberBot, owner: Subscriber) -> None:
    owner.subscribed = True
    await bot.channel.deliver(OWNER, "Какое?", [("🎉" * 100, "t1"), ("я" * 60, "t2")])
    assert owner.keyboard == ["🎉" * 29 + "…", "я" * 60]


@pytest.mark.parametrize("status", [3, 11, 13])
async def test_a_keyboard_that_is_not_shown_is_said_in_words(
    bot: ViberBot, viber: Viber, owner: Subscriber, status: int
) -> None:
    viber.fail_next("send_message", status=status)
    await owner.says("спроси")
    assert (await owner.expect("Запускать?")).text == "Запускать?\n• Да\n• Нет"
    assert owner.keyboard == []
    assert "min_api_version" not in owner.messages[-1].message


@pytest.mark.parametrize("trouble", [{"http": 429}, {"http": 502}, {"drop": True}])
async def test_a_passing_trouble_is_waited_out(
    bot: ViberBot, viber: Viber, owner: Subscriber, trouble: dict[str, Any]
) -> None:
    viber.fail_next("send_message", times=2, **trouble)
    await owner.says("привет")
    await owner.expect("Понял: привет")


async def test_a_pause_that_is_asked_for_holds_everything_back(bot: ViberBot, viber: Viber, owner: Subscriber) -> None:
    owner.subscribed = True
    viber.fail_next("send_message", http=429, headers={"Retry-After": "900"})
    for _ in range(2):
        with pytest.raises(MessengerError):
            await bot.channel.deliver(OWNER, "привет", [])
    assert len(viber.asked("send_message")) == 1


async def test_too_many_messages_stop_until_they_write(
    bot: ViberBot, viber: Viber, owner: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    maria = viber.person("vbUserMaria==")
    owner.subscribed = maria.subscribed = True
    viber.fail_next("send_message", status=12, times=2)
    for _ in range(3):
        with pytest.raises(MessengerError) as refused:
            await bot.channel.deliver(OWNER, "10 из 20", [], standing=True)
        assert refused.value.code == 12
    assert len(viber.asked("send_message")) == 1
    with pytest.raises(MessengerError):  # of others Viber is asked
        await bot.channel.deliver(maria.id, "10 из 20", [], standing=True)
    assert len(viber.asked("send_message")) == 2

    await owner.says("привет")
    await owner.expect("Понял: привет")
    await bot.channel.deliver(OWNER, "20 из 20", [], standing=True)
    await owner.expect("20 из 20")

    now = viber_output.time.monotonic()
    monkeypatch.setattr(viber_output.time, "monotonic", lambda: now + 3601)
    await bot.channel.deliver(maria.id, "20 из 20", [], standing=True)
    monkeypatch.undo()
    await maria.expect("20 из 20")


async def test_of_a_progress_line_the_first_and_the_last_version_are_said(bot: ViberBot, owner: Subscriber) -> None:
    owner.subscribed = True
    line = await bot.channel.deliver(OWNER, "1 из 20", [], standing=True)
    assert line is not None
    assert await bot.channel.edit(OWNER, line, "10 из 20", [], last=False) == line
    await bot.channel.edit(OWNER, line, "20 из 20", [], last=True)
    assert [message.text for message in owner.messages] == ["1 из 20", "20 из 20"]


async def test_a_refusal_never_fails_a_turn_and_names_no_secret(bot: ViberBot, viber: Viber, owner: Subscriber) -> None:
    viber.fail_next("send_message", status=7)
    with structlog.testing.capture_logs() as logs:
        await owner.says("привет")
        await until(lambda: any(line["event"] == "send_failed" for line in logs))
    assert viber.token not in str(logs)
    await owner.says("снова")
    await owner.expect("Понял: снова")


async def test_gone_is_raised_for_the_base(bot: ViberBot) -> None:
    with pytest.raises(Gone):
        await bot.channel.deliver("vbNobody==", "привет", [])


# --- files in ---------------------------------------------------------------------------------------------------


async def test_a_file_is_fetched_and_kept_once(bot: ViberBot, viber: Viber, owner: Subscriber) -> None:
    update = await owner.sends_file("base.csv", b"89161234567\n")
    await owner.expect("Понял: /provide_file")
    assert (await viber.push(update))[0] == 200
    await owner.expect_silence()

    assert len(viber.asked("download")) == 1
    file_id = await bot.ledger.files.find(ME, str(update["message_token"]))
    assert file_id is not None
    file = await bot.ledger.files.get(ME, file_id)
    assert file is not None
    assert (file.name, file.content) == ("base.csv", b"89161234567\n")


@pytest.mark.parametrize(("size", "fetched"), [(None, 1), (10, 1), (2_000_000, 0)])
async def test_a_file_that_is_too_large(
    bot: ViberBot, viber: Viber, owner: Subscriber, size: int | None, fetched: int
) -> None:
    content = bytes(1024 * 1024 + 1)
    address = viber.keep_file("large.csv", content)
    told = {} if size is None else {"size": size}
    await owner.sends({"type": "file", "media": address, "file_name": "large.csv", **told})
    await owner.expect("Понял: /unreadable_message")
    assert ("kind", "large_file") in _entities(bot)
    assert len(viber.asked("download")) == fetched


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1/x", "http://203.0.113.5/x", "https://[::1]/x", "file:///etc/passwd", "https://", "x y"],
)
async def test_a_file_that_is_not_to_be_had(bot: ViberBot, owner: Subscriber, address: str) -> None:
    await owner.sends({"type": "file", "media": address, "file_name": "a.csv", "size": 5})
    await owner.expect("Понял: /unreadable_message")
    assert ("kind", "lost_file") in _entities(bot)


def _entities(bot: ViberBot) -> list[tuple[str, str]]:
    return [(each["entity"], each["value"]) for each in bot.agent.heard[-1].parse_data["entities"]]


# --- files out --------------------------------------------------------------------------------------------------

CONTENT = b'\xef\xbb\xbf"a";"b"\r\n\x00'


async def send_file(bot: ViberBot, name: str = "отчёт 1.csv", buttons: bool = False) -> None:
    file_id = await bot.ledger.files.add(ME, name, CONTENT)
    output = MessengerOutput(bot.channel, bot.ledger, lambda: bot.reception.phrases, "ru")
    offered = {"buttons": [{"title": "Да", "payload": "/affirm"}]} if buttons else {}
    await output.send_response(ME, {"text": "Вот отчёт.", "custom": {"file": file_id}, **offered})
    assert not output.failed


async def test_a_file_is_fetched_by_its_signed_address(bot: ViberBot, viber: Viber, owner: Subscriber) -> None:
    owner.subscribed = True
    await send_file(bot, buttons=True)
    await owner.expect("Вот отчёт.")
    sent = (await owner.expect()).message
    assert (sent["type"], sent["size"], sent["file_name"]) == ("file", len(CONTENT), "отчёт 1.csv")
    assert owner.keyboard == ["Да"]  # a file takes the keyboard of its text away unless it bears it as well
    assert sent["media"].startswith(f"{PUBLIC_URL}/webhooks/viber/files/")
    assert await viber.fetch(sent["media"]) == (200, CONTENT)

    async with client() as http:
        answer = await http.get(viber.local(sent["media"]))
        head = await http.head(viber.local(sent["media"]))
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(CONTENT)), b"")


async def test_nobody_else_can_make_an_address(bot: ViberBot, viber: Viber) -> None:
    file_id = await bot.ledger.files.add(ME, "a.csv", CONTENT)
    good = bot.channel.links.address(OWNER, File(file_id, "a.csv", CONTENT))
    base, token, name = good.rsplit("/", 2)
    said, _, signature = token.partition(".")
    others = bot.channel.links.address(STRANGER, File(file_id, "a.csv", CONTENT))
    made_up = bot.channel.links.address(OWNER, File("x" * 24, "a.csv", CONTENT))
    bad = [
        f"{base}/{said}/{name}",
        f"{base}/{said}./{name}",
        f"{base}/{said}.{signature[:-1]}/{name}",
        f"{base}/{said}.{'0' * 64}/{name}",
        f"{base}/{said[:-2]}.{signature}/{name}",
        f"{base}/{'A' + said[1:]}.{signature}/{name}",
        f"{base}/.{signature}/{name}",
        f"{base}/{file_id}/{name}",
        f"{base}/%D0%B0.%D0%B1/{name}",
        others,
        made_up,
    ]
    assert [(await viber.fetch(address))[0] for address in bad] == [404] * len(bad)
    assert await viber.fetch(good) == (200, CONTENT)


async def test_an_address_is_over_after_an_hour(bot: ViberBot, viber: Viber, monkeypatch: pytest.MonkeyPatch) -> None:
    file_id = await bot.ledger.files.add(ME, "a.csv", CONTENT)
    address = bot.channel.links.address(OWNER, File(file_id, "a.csv", CONTENT))
    now = bot.ledger.now()
    for later, status in ((3590, 200), (3601, 404)):
        monkeypatch.setattr(bot.channel.links, "_clock", lambda later=later: now + later)
        assert (await viber.fetch(address))[0] == status


async def test_while_the_database_is_away_no_address_is_logged(
    bot: ViberBot, viber: Viber, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def failing(*_arguments: Any) -> Any:
        raise OperationalError("SELECT", {}, Exception("server closed"))

    file_id = await bot.ledger.files.add(ME, "a.csv", CONTENT)
    address = bot.channel.links.address(OWNER, File(file_id, "a.csv", CONTENT))
    monkeypatch.setattr(bot.ledger.files, "get", failing)
    with structlog.testing.capture_logs() as logs:
        assert await viber.fetch(address) == (503, b"")
    assert address.rsplit("/", 2)[1] not in f"{logs} {caplog.text}"


async def test_an_address_outlives_a_restart(viber: Viber, tmp_path: Path) -> None:
    async with ViberBot(viber, tmp_path) as bot:
        file_id = await bot.ledger.files.add(ME, "a.csv", CONTENT)
        address = bot.channel.links.address(OWNER, File(file_id, "a.csv", CONTENT))
    async with ViberBot(viber, tmp_path):
        assert await viber.fetch(address) == (200, CONTENT)


@pytest.mark.parametrize("name", ["a/b.csv", "..%2f.csv", "a?b#c.csv", "я" * 95 + ".csv", "a\nb.csv"])
async def test_a_file_of_any_name_is_fetched(bot: ViberBot, viber: Viber, owner: Subscriber, name: str) -> None:
    owner.subscribed = True
    await send_file(bot, name)
    assert await viber.fetch(owner.messages[-1].message["media"]) == (200, CONTENT)


async def test_a_file_that_viber_does_not_take_is_said(
    bot: ViberBot, owner: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.subscribed = True
    monkeypatch.setattr(viber_output, "MAX_FILE", 3)
    file_id = await bot.ledger.files.add(ME, "a.csv", CONTENT)
    output = MessengerOutput(bot.channel, bot.ledger, lambda: bot.reception.phrases, "ru")
    await output.send_response(ME, {"text": "Вот отчёт.", "custom": {"file": file_id}})
    assert output.failed
    assert len(owner.messages) == 2
    assert owner.messages[-1].text == bot.reception.phrases.say("utter_file_not_sent", "ru")
