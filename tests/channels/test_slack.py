"""Slack: Rasa's own channel inside ours; the agent is a script, Slack a strict stand-in."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from rasa_twin24.channels import slack as slack_module
from rasa_twin24.channels.slack import SlackInput, is_from_slack
from rasa_twin24.channels.slack_output import escaped, split_escaped
from tests.channels.bot import ChannelBot
from tests.standins.slack import Fault, Person, Slack
from tests.waiting import until

pytestmark = pytest.mark.rasa

FIXTURES = Path(__file__).parents[1] / "fixtures" / "slack"
VECTOR = b'{"type":"event_callback","event_id":"Ev01"}'
SIGNATURE = "v0=bd040d1178dfe88b4b54498cc94fa3e96960f9999247c93f1f4ca3cddff8ef1d"


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Slack]:
    monkeypatch.setenv("BOT_OWNERS", "slack:U0ANNA")
    for proxy in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(proxy, raising=False)
    async with Slack() as slack:
        yield slack
        assert slack.violations == []


@pytest.fixture
async def bot(slack: Slack, tmp_path: Path) -> AsyncIterator[ChannelBot]:
    block = {"token": slack.token, "signing_secret": slack.signing_secret, "api_url": f"{slack.url}/api/"}
    async with ChannelBot(SlackInput.from_credentials(block), tmp_path) as bot:
        slack.route(bot.url)
        yield bot


@pytest.fixture
def anna(slack: Slack) -> Person:
    return slack.person("U0ANNA")


# --- who may speak --------------------------------------------------------------------------------------------


class Headers:
    def __init__(self, when: str, signature: str) -> None:
        self.headers = {"X-Slack-Request-Timestamp": when, "X-Slack-Signature": signature}


@pytest.mark.parametrize(
    ("off", "when", "body", "signature", "genuine"),
    [
        pytest.param(0, "1760000000", VECTOR, SIGNATURE, True, id="the vector"),
        pytest.param(300, "1760000000", VECTOR, SIGNATURE, True, id="five minutes old"),
        pytest.param(301, "1760000000", VECTOR, SIGNATURE, False, id="older"),
        pytest.param(-301, "1760000000", VECTOR, SIGNATURE, False, id="of the future"),
        pytest.param(0, "1760000001", VECTOR, SIGNATURE, False, id="another time"),
        pytest.param(0, "1760000000", bytes([VECTOR[0] ^ 1]) + VECTOR[1:], SIGNATURE, False, id="a flipped bit"),
        pytest.param(0, "1760000000", VECTOR, SIGNATURE[:-1] + "c", False, id="another signature"),
        pytest.param(0, "1760000000", VECTOR, SIGNATURE[3:], False, id="no version"),
        pytest.param(0, "1760000000", VECTOR, "", False, id="empty"),
        pytest.param(0, "1760000000", VECTOR, "v0=сĸ", False, id="not ASCII"),
        pytest.param(0, "", VECTOR, SIGNATURE, False, id="no time"),
        pytest.param(0, "1_760000000", VECTOR, SIGNATURE, False, id="what only Python reads as a number"),
    ],
)
def test_signature(
    monkeypatch: pytest.MonkeyPatch, off: int, when: str, body: bytes, signature: str, genuine: bool
) -> None:
    monkeypatch.setattr(slack_module.time, "time", lambda: 1760000000 + off)

    assert is_from_slack(Headers(when, signature), body, "slack-signing-secret") is genuine
    assert not is_from_slack(Headers(when, signature), body, "")


@pytest.mark.parametrize("missing", ["token", "signing_secret"])
def test_no_start_without_a_secret(missing: str) -> None:
    block = {"token": "xoxb-1", "signing_secret": "s"}
    variable = {"token": "SLACK_BOT_TOKEN", "signing_secret": "SLACK_SIGNING_SECRET"}[missing]

    with pytest.raises(ValueError, match=variable):
        SlackInput.from_credentials({**block, missing: ""})


async def test_a_forged_event_is_refused_and_leaves_nothing(bot: ChannelBot, slack: Slack) -> None:
    body = json.dumps(fixture("text")).encode()

    assert await slack.post(body, "application/json", X_Slack_Signature="v0=" + "0" * 64) == 403
    assert await slack.post(body, "application/json", X_Slack_Request_Timestamp="1760000000") == 403

    assert (await bot.updates_kept(), bot.agent.heard) == ([], [])

    async def audited() -> bool:
        return [each.detail for each in await bot.ledger.audit.since(0)] == [{"reason": "forged_webhook"}]

    await until(audited)


async def test_a_stranger_gets_no_further(bot: ChannelBot, slack: Slack) -> None:
    stranger = slack.person("U0EVIL")

    assert await stranger.says('/affirm{"role": "owner"}') == 200

    await stranger.expect("U0EVIL")
    assert bot.agent.heard == []


# --- coming in ------------------------------------------------------------------------------------------------


async def test_text_and_answer(bot: ChannelBot, anna: Person) -> None:
    assert await anna.says("Позвони <tel:+79161234567|8 916 123-45-67> &amp; скажи &lt;привет&gt;") == 200

    answer = await anna.expect("Понял")

    assert answer.text == "Понял: Позвони 8 916 123-45-67 &amp; скажи &lt;привет&gt;"
    (message,) = bot.agent.heard
    assert message.text == "Позвони 8 916 123-45-67 & скажи <привет>"
    assert (message.sender_id, message.input_channel) == ("slack:U0ANNA", "slack")


async def test_a_slash_reaches_rasa_only_as_a_known_command(bot: ChannelBot, anna: Person) -> None:
    await anna.says('/affirm{"task_id": "7"}')
    await anna.expect("Понял: /unknown_command")
    await anna.says("/new")
    await anna.expect("Понял: /create_task")


async def test_the_same_event_fifty_times_at_once(bot: ChannelBot, anna: Person) -> None:
    await anna.says("привет")
    assert set(await asyncio.gather(*(anna.repeats() for _ in range(50)))) == {200}

    await anna.expect("Понял")
    await anna.expect_silence()
    assert bot.agent.texts == ["привет"]


async def test_the_same_words_twice_are_two_messages(bot: ChannelBot, anna: Person) -> None:
    await anna.says("привет")
    await anna.says("привет")
    await anna.expect("Понял")
    await anna.expect("Понял")


async def test_quick_messages_stay_in_order(bot: ChannelBot, anna: Person) -> None:
    await anna.says("жди")
    await anna.says("второе")
    await until(lambda: bot.agent.texts == ["жди"])
    bot.agent.go_on.set()

    await anna.expect("Дождался.")
    await anna.expect("Понял: второе")


async def test_what_is_not_stored_is_not_confirmed_and_taken_when_it_is_repeated(
    bot: ChannelBot, slack: Slack, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = bot.ledger.inbox.claim

    async def failing(*_arguments: Any) -> Any:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(bot.ledger.inbox, "claim", failing)
    assert await anna.says("привет") == 503
    monkeypatch.setattr(bot.ledger.inbox, "claim", claim)

    # The stock channel throws away what comes again after a time-out.
    event, event_id = anna._last
    body = json.dumps({**fixture("text"), "event": event, "event_id": event_id}).encode()
    retried = {"X_Slack_Retry_Num": "1", "X_Slack_Retry_Reason": "http_timeout"}
    assert await slack.post(body, "application/json", **retried) == 200
    await anna.expect("Понял: привет")


async def test_a_button_is_pressed_once(bot: ChannelBot, slack: Slack, anna: Person) -> None:
    await anna.says("спроси")
    question = await anna.expect("Запускать?")
    value = question.buttons["Да"]

    assert await anna.presses("Да") == 200
    await anna.expect("Понял: /affirm")
    await until(lambda: question.buttons == {} and question.text == "Запускать?")
    assert await anna.presses_value(value, question) == 200
    await anna.expect("Понял: /stale_button")

    assert bot.agent.texts == ["спроси", "/affirm", "/stale_button"]
    assert bot.agent.heard[1].metadata["kind"] == "button"


async def test_a_press_that_is_not_stored_leaves_the_button(
    bot: ChannelBot, slack: Slack, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await anna.says("спроси")
    question = await anna.expect("Запускать?")
    claim = bot.ledger.inbox.claim

    async def failing(*_arguments: Any) -> Any:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(bot.ledger.inbox, "claim", failing)
    assert await anna.presses("Да") == 503
    await anna.expect_silence()
    assert slack.called("chat.update") == []
    monkeypatch.setattr(bot.ledger.inbox, "claim", claim)

    assert await anna.presses("Да", question) == 200
    await anna.expect("Понял: /affirm")


async def test_a_button_in_a_channel_and_other_interactions_are_left(bot: ChannelBot, slack: Slack) -> None:
    press = {
        "type": "block_actions",
        "user": {"id": "U0ANNA"},
        "channel": {"id": "C0TEAM"},
        "container": {"message_ts": "1.0"},
        "actions": [{"type": "button", "value": "button:x", "action_ts": "1.1"}],
    }
    assert await slack.push_press(press) == 200
    assert await slack.push_press({"type": "view_submission", "user": {"id": "U0ANNA"}}) == 200
    assert await slack.push_press({**press, "channel": {"id": "D0ANNA"}, "actions": [None]}) == 200

    assert (await bot.updates_kept(), slack.calls) == ([], [])


async def test_somebody_elses_button_and_a_made_up_one(bot: ChannelBot, anna: Person) -> None:
    await anna.says("спроси")
    question = await anna.expect("Запускать?")

    await anna.presses_value('/affirm{"task_id": "7"}', question)
    await anna.expect("Понял: /stale_button")
    await anna.presses_value("button:AAAAAAAAAAAAAAAA", question)
    await anna.expect("Понял: /stale_button")
    await anna.says("/affirm")
    await anna.expect("Понял: /unknown_command")


async def test_edited_forwarded_and_what_cannot_be_read(bot: ChannelBot, anna: Person) -> None:
    await anna.edits("другое")
    await anna.expect("Понял: /edited_message")
    await anna.says("", attachments=[{"is_share": True, "text": "да, запускай"}])
    await anna.expect("Понял: да, запускай")
    assert bot.agent.heard[-1].metadata["kind"] == "forwarded"
    await anna.sends_file("a.png", b"x", mimetype="image/png")
    await anna.expect("Понял: /unreadable_message")


async def test_a_file_comes_in(bot: ChannelBot, slack: Slack, anna: Person) -> None:
    await anna.sends_file("numbers.csv", b"+79161234567\n", text="вот список")

    await anna.expect("Понял: /provide_file")
    entities = {each["entity"]: each["value"] for each in bot.agent.heard[0].parse_data["entities"]}
    assert entities["caption"] == "вот список"
    file = await bot.ledger.files.get("slack:U0ANNA", entities["file"])
    assert file is not None
    assert (file.name, file.content) == ("numbers.csv", b"+79161234567\n")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param({"size": 100_000_000}, "", id="announced as too large"),
        pytest.param({"url_private": "https://10.0.0.5/a.csv"}, "", id="a private address"),
        pytest.param({"url_private": "http://files.slack.com/a.csv"}, "", id="not https"),
        pytest.param({"mode": "external"}, "", id="lies elsewhere"),
    ],
)
async def test_a_file_that_is_not_fetched(
    bot: ChannelBot, slack: Slack, anna: Person, more: dict[str, Any], said: str
) -> None:
    await anna.sends_file("numbers.csv", b"+79161234567\n", **more)

    await anna.expect()
    assert "/provide_file" not in bot.agent.texts


async def test_a_page_to_sign_in_is_no_file(bot: ChannelBot, anna: Person) -> None:
    await anna.sends_file("numbers.csv", b"<!DOCTYPE html><html>sign in</html>")

    await anna.expect()
    assert "/provide_file" not in bot.agent.texts


async def test_the_token_goes_to_slack_alone(bot: ChannelBot, slack: Slack) -> None:
    channel = bot.channel
    assert isinstance(channel, SlackInput)
    for address, trusted in {
        "https://files.slack.com/files-pri/T1-F1/a.csv": True,
        f"{slack.url}/files/a.csv": True,
        "http://files.slack.com/a.csv": False,
        "https://files.slack.com.example.org/a.csv": False,
        "https://notslack.com/a.csv": False,
        "https://[": False,
    }.items():
        assert channel._is_slacks(address) is trusted, address


@pytest.mark.parametrize(
    "name",
    ["bot_message", "own_message_changed", "unfolded_link", "message_deleted", "app_uninstalled", "channel_message"],
)
async def test_what_is_nobodys_message_is_confirmed_and_left(bot: ChannelBot, slack: Slack, name: str) -> None:
    assert await slack.post(json.dumps(fixture(name)).encode(), "application/json") == 200

    assert (await bot.updates_kept(), bot.agent.heard, slack.calls) == ([], [], [])


async def test_the_content_type_may_have_a_parameter(bot: ChannelBot, slack: Slack, anna: Person) -> None:
    body = json.dumps(fixture("text")).encode()

    assert await slack.post(body, "application/json; charset=utf-8") == 200
    await anna.expect("Понял: Позвони")


async def test_the_address_is_verified(bot: ChannelBot, slack: Slack) -> None:
    body = b'{"token": "x", "challenge": "3eZbrw1aB", "type": "url_verification"}'

    assert await slack.answer(body, "application/json") == (200, "3eZbrw1aB")


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", "text/plain"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"{}",
        b"payload=null",
        b'{"type": "event_callback"}',
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
async def test_a_body_that_is_no_event(bot: ChannelBot, slack: Slack, body: bytes, content_type: str) -> None:
    assert await slack.post(body, content_type) == 400


async def test_a_body_that_is_too_long(bot: ChannelBot, slack: Slack) -> None:
    assert await slack.post(b" " * 1_000_001, "application/json") == 413


async def test_a_group_is_told_once(bot: ChannelBot, slack: Slack, anna: Person) -> None:
    await anna.says_in("C0TEAM", "<@U0BOT> позвони")
    await anna.says_in("C0TEAM", "<@U0BOT> позвони")

    await until(lambda: len(slack.messages) == 1)
    assert (slack.messages[0].channel, bot.agent.heard) == ("C0TEAM", [])
    await anna.expect_silence()
    assert len(slack.messages) == 1


# --- going out ------------------------------------------------------------------------------------------------


async def test_a_long_text_is_split_and_its_buttons_stand_under_the_last_part(bot: ChannelBot, anna: Person) -> None:
    await anna.says("длинно 1500")
    await until(lambda: len(anna.messages) == 3)

    assert "".join(m.text for m in anna.messages).count("слово") == 1500
    assert [sorted(m.buttons) for m in anna.messages] == [[], [], ["Да", "Нет"]]


def test_escaping_never_makes_a_part_too_long() -> None:
    parts = split_escaped("&<>" * 3000, 3000)

    assert "".join(parts) == escaped("&<>" * 3000)
    assert max(map(len, parts)) <= 3000
    assert not any(part.endswith(("&", "&am", "&l")) for part in parts)


async def test_more_buttons_than_fit_and_titles_that_are_too_long(bot: ChannelBot, slack: Slack, anna: Person) -> None:
    keyboard = [(f"{number} " + "ж" * 100, f"token{number}") for number in range(30)]

    await bot.channel.deliver("U0ANNA", "Какой?", keyboard)

    titles = [title for message in anna.messages for title in message.buttons]
    assert [len(message.buttons) for message in anna.messages] == [25, 5]
    assert [title.split()[0] for title in titles] == [str(number) for number in range(30)]
    assert all(len(title) == 75 and title.endswith("…") for title in titles)


@pytest.mark.parametrize("keyboard", [[], [("Да", "token")]])
async def test_nothing_in_a_text_is_markup(bot: ChannelBot, anna: Person, keyboard: list[tuple[str, str]]) -> None:
    said = "Обзвон *жирно* _курсив_ ~нет~ `код` :tada: <@U1> & &lt;b&gt;"
    await bot.channel.deliver("U0ANNA", said, keyboard)

    (shown,) = anna.messages
    assert shown.text == escaped(said)
    sections = [block["text"] for block in shown.blocks if block["type"] == "section"]
    assert sections == ([{"type": "plain_text", "text": said, "emoji": False}] if keyboard else [])


async def test_edit(bot: ChannelBot, slack: Slack, anna: Person) -> None:
    sent = await bot.channel.deliver("U0ANNA", "0 из 10", [("Стоп", "token")])
    assert sent is not None
    assert await bot.channel.edit("U0ANNA", sent, "5 из 10 & дальше", [], last=False) == sent
    assert [(m.text, m.buttons) for m in anna.messages] == [("5 из 10 &amp; дальше", {})]
    plain = {"type": "plain_text", "text": "5 из 10 & дальше", "emoji": False}
    assert anna.messages[0].blocks == [{"type": "section", "text": plain}]  # else *x* of a task's name would be bold

    again = await bot.channel.edit("U0ANNA", "D0ANNA/1.000", "10 из 10", [], last=True)
    assert again not in (sent, None)
    assert anna.messages[-1].text == "10 из 10"


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault("chat.postMessage", 429, "ratelimited", retry_after=1), id="429"),
        pytest.param(Fault("chat.postMessage", 503), id="503"),
        pytest.param(Fault("chat.postMessage", error="internal_error"), id="Slack's own trouble"),
        pytest.param(Fault("chat.postMessage", drop=True), id="hung up"),
    ],
)
async def test_a_passing_failure_is_waited_out(bot: ChannelBot, slack: Slack, anna: Person, fault: Fault) -> None:
    slack.faults.append(fault)
    begun = time.monotonic()

    await anna.says("привет")
    await anna.expect("Понял")

    assert len(slack.called("chat.postMessage")) == 2
    assert time.monotonic() - begun >= (fault.retry_after or 0)


async def test_a_person_who_is_gone(bot: ChannelBot, slack: Slack, anna: Person) -> None:
    slack.faults.append(Fault("chat.postMessage", error="user_disabled"))
    await anna.says("привет")
    await until(lambda: bool(slack.called("chat.postMessage")))

    async def is_gone() -> bool:
        rows = await bot.ledger._store.run(
            lambda c: c.exec_driver_sql("SELECT gone_at FROM conversations WHERE gone_at IS NOT NULL").all()
        )
        return len(rows) == 1

    await until(is_gone)
    assert len(slack.called("chat.postMessage")) == 1
    await anna.says("я вернулась")
    await anna.expect("Понял")
    assert not await is_gone()


async def test_a_refusal_tells_the_log_slacks_code_alone(
    bot: ChannelBot, slack: Slack, anna: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    slack.faults.append(Fault("chat.postMessage", error="invalid_blocks"))
    await anna.says("позвони +79161234567")
    await until(lambda: bool(slack.called("chat.postMessage")))
    await until(lambda: bot.has_kept((anna._last[1], False)))

    logged = "".join(capsys.readouterr())
    assert "invalid_blocks" in logged
    assert slack.token not in logged
    assert "79161234567" not in logged
    assert slack.url not in logged


async def test_a_file_goes_out(bot: ChannelBot, slack: Slack, anna: Person) -> None:
    file = await bot.ledger.files.add("slack:U0ANNA", "report.csv", b"a;b\n")

    kept = await bot.ledger.files.get("slack:U0ANNA", file)
    assert kept is not None
    await bot.channel.deliver_file("U0ANNA", kept)

    assert slack.shared == [("D0ANNA", "report.csv", b"a;b\n")]


async def test_examine(bot: ChannelBot, slack: Slack) -> None:
    (found,) = await bot.channel.examine()
    assert found.ok
    assert "@callbot" in found.text

    slack.token = "xoxb-other"
    (found,) = await bot.channel.examine()
    assert not found.ok
    assert "SLACK_BOT_TOKEN" in found.text


def fixture(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return found
