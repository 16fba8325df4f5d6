"""VK by Long Poll and by the Callback API: what people send reaches Rasa once, and is answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from rasa_twin24.channels import connection, registration, vk_output, vk_source
from rasa_twin24.channels.vk import VkInput
from rasa_twin24.ledger.files import File
from tests.channels.bot import PUBLIC_URL
from tests.channels.vk_bot import VkBot
from tests.loopback import client
from tests.standins.vk import CONFIRMATION_CODE, Person, Vk
from tests.waiting import until

pytestmark = pytest.mark.rasa

OWNER, STRANGER = 910500, 910900
ME = f"vk:{OWNER}"
SECRET = "cb-secret"
TEXT = json.loads((Path(__file__).parents[1] / "fixtures" / "vk" / "text.json").read_text())


@pytest.fixture
async def vk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Vk]:
    monkeypatch.setenv("BOT_OWNERS", f"{ME},vk:910600")
    for proxy in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(proxy, raising=False)
    monkeypatch.setattr(registration, "PAUSE_AFTER_ERROR", (0.05, 0.1))
    monkeypatch.setattr(connection, "_pause", lambda error, attempt: 0.01 if error.passing and attempt < 3 else None)
    async with Vk() as vk:
        yield vk
        assert vk.violations == []


@pytest.fixture
def owner(vk: Vk) -> Person:
    return vk.person(OWNER)


@pytest.fixture
async def bot(vk: Vk, tmp_path: Path) -> AsyncIterator[VkBot]:
    async with VkBot(vk, tmp_path) as bot:
        await until(lambda: bool(vk.long_poll.asked))
        yield bot


@pytest.fixture
async def hooked(vk: Vk, tmp_path: Path) -> AsyncIterator[VkBot]:
    async with VkBot(vk, tmp_path, webhook=True, webhook_secret=SECRET) as bot:
        await until(lambda: is_registered(vk))
        yield bot


def is_registered(vk: Vk) -> bool:
    return any(
        server.status == "ok" and server.settings["events"].get("message_event")
        for server in vk.callback.servers.values()
    )


async def post(bot: VkBot, body: bytes) -> tuple[int, str]:
    async with client() as http:
        answer = await http.post(f"{bot.url}/webhooks/vk/webhook", content=body)
    return answer.status_code, answer.text


def event(**change: Any) -> bytes:
    return json.dumps({**TEXT, **change}).encode()


# --- talk -------------------------------------------------------------------------------------------------------


async def test_text_and_answer(bot: VkBot, owner: Person) -> None:
    update = owner.says("  Позвони\r\n8 916 123-45-67 ")

    answer = await owner.expect("Понял")

    assert answer.text == "Понял: Позвони\n8 916 123-45-67"
    (message,) = bot.agent.heard
    assert (message.sender_id, message.input_channel, message.message_id) == (ME, "vk", update)
    assert message.metadata == {"kind": "text"}
    await until(lambda: bot.has_kept((update, False)))


async def test_a_press_of_a_callback_button_and_a_second_one(bot: VkBot, vk: Vk, owner: Person) -> None:
    owner.says("спроси")
    asked = await owner.expect("Запускать?")
    assert asked.labels == [["Да"], ["Нет"]]
    _, button = owner.button("Да")
    assert (button.kind, set(json.loads(button.payload))) == ("callback", {"b"})

    owner.presses("Да")
    await owner.expect("Понял: /affirm")
    await until(lambda: not vk.spinning)
    owner.presses("Да")
    await owner.expect("Понял: /stale_button")
    owner.presses_payload({"b": "another"})
    await owner.expect("Понял: /stale_button")

    assert [message.metadata["kind"] for message in bot.agent.heard] == ["text", "button", "button", "button"]


async def test_text_buttons_where_the_application_knows_no_others(bot: VkBot, owner: Person) -> None:
    owner.client_info = {"button_actions": ["text"], "keyboard": True, "inline_keyboard": True, "lang_id": 0}
    owner.says("спроси")
    await owner.expect("Запускать?")
    assert owner.button("Да")[1].kind == "text"

    owner.presses("Да")
    await owner.expect("Понял: /affirm")


async def test_titles_in_words_where_the_application_shows_no_buttons(bot: VkBot, owner: Person) -> None:
    owner.client_info = {"button_actions": [], "keyboard": False, "inline_keyboard": False, "lang_id": 0}
    owner.says("спроси")

    assert (await owner.expect("Запускать?")).text == "Запускать?\n— Да\n— Нет"


async def test_titles_in_words_where_the_community_may_show_no_buttons(bot: VkBot, vk: Vk, owner: Person) -> None:
    vk.bot_abilities = False
    owner.says("спроси")

    assert (await owner.expect("Запускать?")).text == "Запускать?\n— Да\n— Нет"


async def test_a_long_answer_is_split_and_its_buttons_stand_under_the_last_part(bot: VkBot, owner: Person) -> None:
    owner.says("длинно 2000")
    await until(lambda: len(owner.messages) == 3)

    assert [message.labels for message in owner.messages] == [[], [], [["Да"], ["Нет"]]]
    assert " ".join(message.text for message in owner.messages).split() == ["слово"] * 2000


async def test_more_buttons_than_a_message_takes(bot: VkBot, owner: Person) -> None:
    owner.permits()
    offered = [(f"Задача {number} " + "ж" * 50, f"t{number}") for number in range(13)]

    await bot.channel.deliver(str(OWNER), "Какая?", offered)

    assert [message.text for message in owner.messages] == ["Какая?", "…"]
    shown = [button for message in owner.messages for row in message.buttons for button in row]
    assert [json.loads(button.payload)["b"] for button in shown] == [token for _, token in offered]
    assert all(button.label.startswith("Задача") and button.label.endswith("…") for button in shown)


async def test_order_repetitions_and_others_who_do_not_wait(bot: VkBot, vk: Vk, owner: Person) -> None:
    anna = vk.person(910600, "Анна")
    first = owner.says("жди")
    owner.says("второе")
    vk.repeat(first)
    anna.says("привет")

    await anna.expect("Понял: привет")
    assert "второе" not in bot.agent.texts
    bot.agent.go_on.set()
    await owner.expect("Дождался.")
    await owner.expect("Понял: второе")
    vk.repeat(first)
    await owner.expect_silence()
    assert sorted(bot.agent.texts) == ["второе", "жди", "привет"]


async def test_typing_is_shown_while_an_answer_takes_long(bot: VkBot, owner: Person) -> None:
    owner.says("жди")
    await until(lambda: owner.typing_count == 1)
    bot.agent.go_on.set()
    await owner.expect("Дождался.")


async def test_the_first_button_of_a_dialogue_forwarded_words_and_an_edit(bot: VkBot, owner: Person) -> None:
    owner.begins()
    await owner.expect("Понял: /start")
    owner.forwards("да")
    await owner.expect("Понял: да")
    assert bot.agent.heard[-1].metadata["kind"] == "forwarded"
    owner.says("привет")
    await owner.expect("Понял: привет")
    owner.edits("нет")
    await owner.expect("Понял: /edited_message")


async def test_a_stranger_asks_to_be_let_in_and_is_named(bot: VkBot, vk: Vk, owner: Person) -> None:
    owner.says("привет")
    await owner.expect("Понял")
    stranger = vk.person(STRANGER, "Пётр", "Незнакомов")
    stranger.says("пусти")
    await stranger.expect(f"vk:{STRANGER}")
    stranger.presses("Попросить доступ")
    await stranger.expect("Передал просьбу")

    request = await bot.ledger.access_requests.get(1)
    assert request is not None
    assert (request.person, request.name) == (f"vk:{STRANGER}", "Пётр Незнакомов")
    asked = [call.params["user_ids"] for call in vk.calls if call.method == "users.get"]
    assert sorted(asked) == [str(OWNER), str(STRANGER)]  # once each
    assert "пусти" not in bot.agent.texts


async def test_a_person_whose_name_is_not_told_is_answered_all_the_same(bot: VkBot, vk: Vk, owner: Person) -> None:
    vk.fail_next("users.get", status=500)
    owner.says("привет")

    await owner.expect("Понял: привет")


async def test_a_group_is_told_once(bot: VkBot, vk: Vk, owner: Person) -> None:
    group = vk.group()
    owner.says_in(group, "всем привет")
    owner.says_in(group, "бот?")

    await group.expect("личной переписке")
    owner.says("привет")
    await owner.expect("Понял: привет")
    await group.expect_silence(0.1)
    assert bot.agent.texts == ["привет"]


async def test_a_person_who_forbids_and_allows_again(bot: VkBot, vk: Vk, owner: Person) -> None:
    owner.says("привет")
    await owner.expect("Понял")
    owner.denies()
    await until(lambda: is_gone(bot, True))
    owner.permits()
    await until(lambda: is_gone(bot, False))


async def test_a_person_who_cannot_be_written_to_is_gone(bot: VkBot, vk: Vk, owner: Person) -> None:
    vk.fail_next("messages.send", code=902)
    owner.says("привет")

    await until(lambda: is_gone(bot, True))
    assert [call.method for call in vk.calls].count("messages.send") == 1


async def is_gone(bot: VkBot, expected: bool) -> bool:
    return ((await bot.ledger.conversations.get(ME)).gone_at is not None) is expected


# --- sending fails ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [{"code": 10}, {"status": 502}, {"drop": "before"}, {"drop": "after"}])
async def test_a_message_that_may_have_been_sent_is_sent_once(
    bot: VkBot, vk: Vk, owner: Person, fault: dict[str, Any]
) -> None:
    vk.fail_next("messages.send", **fault)
    owner.says("привет")

    await owner.expect("Понял: привет")
    await owner.expect_silence(0.1)
    first, second = [call.params for call in vk.calls if call.method == "messages.send"]
    assert first["random_id"] == second["random_id"] != "0"


async def test_messages_have_numbers_of_their_own(bot: VkBot, vk: Vk, owner: Person) -> None:
    owner.says("длинно 2000")
    await until(lambda: len(owner.messages) == 3)

    numbers = {call.params["random_id"] for call in vk.calls if call.method == "messages.send"}
    assert len(numbers) == 3


async def test_a_failing_send_leaves_no_token_and_no_number_in_the_log(bot: VkBot, vk: Vk, owner: Person) -> None:
    vk.fail_next("messages.send", code=100)
    with structlog.testing.capture_logs() as logs:
        owner.says("8 916 123-45-67")
        await until(lambda: any(line["event"] == "send_failed" for line in logs))

    assert vk.token not in str(logs)
    assert "123-45-67" not in str(logs)


# --- editing and files ------------------------------------------------------------------------------------------


async def test_a_message_changes_and_loses_its_buttons(bot: VkBot, owner: Person) -> None:
    owner.permits()
    message = await bot.channel.deliver(str(OWNER), "Передано 1 из 3", [("Отменить", "t1")], standing=True)
    assert message is not None

    same = await bot.channel.edit(str(OWNER), message, "Передано 3 из 3", [], last=True)

    assert same == message
    assert [(each.text, each.labels) for each in owner.messages] == [("Передано 3 из 3", [])]


async def test_a_message_that_cannot_be_edited_any_more_is_said_anew(bot: VkBot, vk: Vk, owner: Person) -> None:
    owner.permits()
    message = await bot.channel.deliver(str(OWNER), "раз", [])
    assert message is not None
    vk.fail_next("messages.edit", code=909)

    assert await bot.channel.edit(str(OWNER), message, "два", [], last=False) != message
    assert [each.text for each in owner.messages] == ["раз", "два"]
    assert await bot.channel.edit(str(OWNER), "77", "три", [], last=False) is not None  # deleted
    assert owner.messages[-1].text == "три"
    await bot.channel.edit(str(OWNER), message, "слово " * 1000, [], last=True)
    assert len(owner.messages) == 5


async def test_a_document_is_kept(bot: VkBot, vk: Vk, owner: Person) -> None:
    update = owner.sends_file("база.xlsx", b"PK", "новая база")
    await owner.expect("Понял: /provide_file")

    (message,) = bot.agent.heard
    entities = {each["entity"]: each["value"] for each in message.parse_data["entities"]}
    file = await bot.ledger.files.get(ME, entities["file"])
    assert file is not None
    assert (file.name, file.content, entities["caption"]) == ("база.xlsx", b"PK", "новая база")
    assert len(vk.downloads) == 1
    vk.repeat(update)
    await owner.expect_silence(0.2)
    assert len(vk.downloads) == 1

    first, second = owner.document("1.csv", b"1"), owner.document("2.csv", b"2")
    owner.sends_attachments(first, second)
    await until(lambda: len(bot.agent.heard) == 3)


@pytest.mark.parametrize(
    ("content", "announced", "url", "downloads", "kind"),
    [
        pytest.param(b"1", 1_000_001_000, None, 0, "large_file", id="announced"),
        pytest.param(b"1" * 11_000_000, 1, None, 1, "large_file", id="found out while fetching"),
        pytest.param(b"1", 1, "https://127.0.0.1/secret", 0, "lost_file", id="our own network"),
        pytest.param(b"1", 1, "http://example.ru/a", 0, "lost_file", id="not https"),
    ],
)
async def test_a_file_that_is_not_taken(
    bot: VkBot, vk: Vk, owner: Person, content: bytes, announced: int, url: str | None, downloads: int, kind: str
) -> None:
    owner.sends_file("a.csv", content, size=announced, url=url)
    await owner.expect("Понял: /unreadable_message")

    entities = {each["entity"]: each["value"] for each in bot.agent.heard[0].parse_data["entities"]}
    assert entities["kind"] == kind
    assert len(vk.downloads) == downloads


async def test_a_file_is_sent(bot: VkBot, vk: Vk, owner: Person) -> None:
    owner.permits()
    await bot.channel.deliver_file(str(OWNER), File("f1", "отчёт.csv", b"1;2"))

    (message,) = owner.messages
    assert vk.saved[message.attachment] == ("отчёт.csv", b"1;2")


async def test_a_file_that_vk_refuses(bot: VkBot, vk: Vk, owner: Person) -> None:
    owner.permits()
    vk.fail_next("upload")
    with pytest.raises(connection.MessengerError, match="the file was not taken"):
        await bot.channel.deliver_file(str(OWNER), File("f1", "a.exe", b"MZ"))


# --- Long Poll --------------------------------------------------------------------------------------------------


async def test_long_poll_is_turned_on_once_and_goes_on_where_it_stood(vk: Vk, tmp_path: Path, owner: Person) -> None:
    async with VkBot(vk, tmp_path):
        await until(lambda: bool(vk.long_poll.asked))
        owner.says("раз")
        await owner.expect("Понял: раз")
        await until(lambda: vk.long_poll.asked[-1] == "101")
    owner.says("два")  # while it is away
    async with VkBot(vk, tmp_path) as bot:
        await owner.expect("Понял: два")
        await owner.expect_silence(0.2)

    assert bot.agent.texts == ["два"]
    (asked,) = [call.params for call in vk.calls if call.method == "groups.setLongPollSettings"]
    assert asked["api_version"] == "5.199"
    assert {name for name, value in asked.items() if name.startswith("message_") and value == "1"} == {
        "message_new",
        "message_edit",
        "message_event",
        "message_allow",
        "message_deny",
    }


async def test_a_new_key_a_lost_place_and_an_unreachable_server(bot: VkBot, vk: Vk, owner: Person) -> None:
    vk.long_poll.renew_key()
    owner.says("раз")
    await owner.expect("Понял: раз")
    vk.fail_next("a_check", status=502, times=2)
    owner.says("два")
    await owner.expect("Понял: два")


@pytest.mark.parametrize(("kept", "first"), [("5", "5"), ("999", "999")])
async def test_a_place_that_vk_does_not_know_any_more(
    vk: Vk, tmp_path: Path, owner: Person, kept: str, first: str
) -> None:
    bot = VkBot(vk, tmp_path)
    await bot.ledger.open()
    await bot.ledger.kept.put(vk_source.PLACE, kept)
    async with bot:
        await until(lambda: vk.long_poll.asked[-1:] == ["100"])
        owner.says("привет")
        await owner.expect("Понял: привет")
    assert vk.long_poll.asked[0] == first


async def test_what_cannot_be_written_down_is_asked_for_again(
    bot: VkBot, vk: Vk, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = bot.ledger.inbox.claim

    async def failing(*_arguments: Any) -> Any:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(bot.ledger.inbox, "claim", failing)
    owner.says("привет")
    await until(lambda: vk.long_poll.asked.count("100") >= 2)
    monkeypatch.setattr(bot.ledger.inbox, "claim", claim)

    await owner.expect("Понял: привет")


# --- webhook ----------------------------------------------------------------------------------------------------


async def test_registering_and_a_talk(hooked: VkBot, vk: Vk, owner: Person) -> None:
    (server,) = vk.callback.servers.values()
    assert (server.url, server.secret) == (f"{PUBLIC_URL}/webhooks/vk/webhook", SECRET)
    assert server.settings["api_version"] == "5.199"
    assert vk.callback.deliveries[0].answer == CONFIRMATION_CODE

    owner.says("спроси")
    await owner.expect("Запускать?")
    owner.presses("Да")
    await owner.expect("Понял: /affirm")

    await until(lambda: len(vk.callback.deliveries) == 3)
    assert [(one.status, one.answer) for one in vk.callback.deliveries[1:]] == [(200, "ok")] * 2
    assert vk.long_poll.asked == []


async def test_a_second_start_registers_nothing_and_a_new_address_is_put_right(vk: Vk, tmp_path: Path) -> None:
    for number, secret in enumerate(("", "", "another")):  # the first is made at random, and kept
        before = len(vk.calls)
        async with VkBot(vk, tmp_path, webhook=True, webhook_secret=secret):
            await vk.called("groups.getCallbackSettings", number + 1)
            await until(lambda: is_registered(vk))
        asked = [call.method for call in vk.calls[before:]]
        assert asked.count("groups.addCallbackServer") == (number == 0)
        assert asked.count("groups.editCallbackServer") == (number == 2)
        assert asked.count("groups.setCallbackSettings") == (number == 0)

    (server,) = vk.callback.servers.values()
    assert server.secret == "another"


async def test_registering_is_tried_until_it_works(vk: Vk, tmp_path: Path) -> None:
    vk.fail_next("groups.getCallbackServers", status=502, times=6)
    vk.fail_next("groups.setCallbackSettings", code=15)
    async with VkBot(vk, tmp_path, webhook=True):
        await until(lambda: is_registered(vk))
    assert len(vk.callback.servers) == 1


async def test_a_configured_confirmation(vk: Vk, tmp_path: Path) -> None:
    async with VkBot(vk, tmp_path, webhook=True, webhook_secret=SECRET, confirmation="own-code") as bot:
        asked = event(type="confirmation", object=None)
        assert await post(bot, asked) == (200, "own-code")
    assert "groups.getCallbackConfirmationCode" not in {call.method for call in vk.calls}


async def test_a_confirmation_that_cannot_be_had_is_asked_for_again(hooked: VkBot, vk: Vk) -> None:
    vk.fail_next("groups.getCallbackConfirmationCode", code=10)
    assert (await post(hooked, event(type="confirmation")))[0] == 503
    assert await post(hooked, event(type="confirmation")) == (200, CONFIRMATION_CODE)


FLIPPED = SECRET[:-1] + chr(ord(SECRET[-1]) ^ 1)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(event(secret=FLIPPED), id="one bit"),
        pytest.param(event(secret=""), id="empty"),
        pytest.param(event(secret=None), id="null"),
        pytest.param(json.dumps({k: v for k, v in TEXT.items() if k != "secret"}).encode(), id="missing"),
        pytest.param(event(secret=[SECRET]), id="a list"),
        pytest.param(event(secret=SECRET + "1"), id="longer"),
        pytest.param(event(secret="ключ\ud800"), id="half a pair"),
        pytest.param(event(group_id=200301), id="another community"),
        pytest.param(event(group_id="200300"), id="the community as a text"),
        pytest.param(event(type="confirmation", secret="x"), id="confirmation"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="no JSON"),
        pytest.param(b"[]", id="a list of nothing"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
async def test_a_forged_event_is_refused_and_leaves_nothing(hooked: VkBot, body: bytes) -> None:
    for _ in range(2):
        assert await post(hooked, body) == (403, "")

    assert await hooked.updates_kept() == []
    assert hooked.agent.heard == []
    await until(lambda: is_audited(hooked))
    (entry,) = await hooked.ledger.audit.since(0)
    assert (entry.person, entry.detail) == ("vk:?", {"reason": "forged_webhook"})


async def is_audited(bot: VkBot) -> bool:
    return bool(await bot.ledger.audit.since(0))


async def test_kinds_that_are_not_read_are_confirmed_too(hooked: VkBot) -> None:
    for body in (event(type="wall_post_new"), event(object=5), event(event_id=7), event(type=["x"])):
        assert await post(hooked, body) == (200, "ok")
    assert (await hooked.updates_kept(), hooked.agent.heard) == ([], [])


async def test_a_body_that_is_too_long(hooked: VkBot) -> None:
    assert (await post(hooked, b" " * 1_000_001))[0] == 413
    assert await post(hooked, event()) == (200, "ok")


async def test_the_same_event_fifty_times_at_once(hooked: VkBot, owner: Person) -> None:
    owner.allows = True

    answers = await asyncio.gather(*(post(hooked, event()) for _ in range(50)))

    assert set(answers) == {(200, "ok")}
    await owner.expect("Понял")
    await owner.expect_silence()
    assert len(hooked.agent.heard) == 1


async def test_what_is_not_written_down_is_not_confirmed(
    hooked: VkBot, vk: Vk, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = hooked.ledger.inbox.claim

    async def failing(*_arguments: Any) -> Any:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(hooked.ledger.inbox, "claim", failing)
    owner.says("привет")
    await until(lambda: [one.status for one in vk.callback.deliveries].count(503) >= 2)
    monkeypatch.setattr(hooked.ledger.inbox, "claim", claim)

    await owner.expect("Понял: привет")


async def test_a_webhook_that_is_not_configured_is_shut(vk: Vk, tmp_path: Path) -> None:
    async with VkBot(vk, tmp_path, webhook_secret=SECRET) as bot:
        assert await post(bot, event()) == (403, "")
        assert await bot.updates_kept() == []


# --- from the command line, and settings ------------------------------------------------------------------------


def channel(vk: Vk, **settings: str) -> VkInput:
    block = {"token": vk.token, "group_id": str(vk.group_id), "api_url": vk.url, **settings}
    return VkInput.from_credentials(block)


async def test_examining(vk: Vk, tmp_path: Path) -> None:
    polling = channel(vk)
    found, hook = await polling.apart(polling.examine)
    assert found.ok
    assert "Обзвон" in found.text
    assert (hook.ok, hook.text) == (True, "long polling")

    wrong = channel(vk, token="other")
    (found,) = await wrong.apart(wrong.examine)
    assert not found.ok
    assert "VK_BOT_TOKEN" in found.text
    assert "other" not in found.text

    one = channel(vk, webhook_url=PUBLIC_URL)
    _, hook = await one.apart(one.examine)
    assert hook.ok
    assert "not registered yet" in hook.text
    async with VkBot(vk, tmp_path, webhook=True):
        await until(lambda: is_registered(vk))
    _, hook = await one.apart(one.examine)
    assert (hook.ok, "registered" in hook.text) == (True, True)
    next(iter(vk.callback.servers.values())).status = "failed"
    _, hook = await one.apart(one.examine)
    assert not hook.ok
    assert "VK_WEBHOOK_URL" in hook.text


async def test_webhooks_are_listed_and_only_own_ones_removed(vk: Vk, tmp_path: Path) -> None:
    vk.callback.add("https://crm.example.ru/vk", "CRM", "x")
    async with VkBot(vk, tmp_path, webhook=True):
        await until(lambda: is_registered(vk))
    one = channel(vk, webhook_url=PUBLIC_URL)

    assert len(await one.apart(one.webhooks)) == 2
    assert await one.apart(one.remove_webhooks) == [f"{PUBLIC_URL}/webhooks/vk/webhook"]
    assert await one.apart(one.webhooks) == ["https://crm.example.ru/vk"]
    assert await one.apart(one.remove_webhooks) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"token": ""}, "VK_BOT_TOKEN"),
        ({"group_id": ""}, "VK_GROUP_ID"),
        ({"group_id": "club200300"}, "VK_GROUP_ID"),
        ({"group_id": "-200300"}, "VK_GROUP_ID"),
        ({"group_id": "0"}, "VK_GROUP_ID"),
        ({"webhook_secret": "x" * 51}, "VK_WEBHOOK_SECRET"),
    ],
)
def test_a_wrong_setting_is_named(change: dict[str, str], named: str) -> None:
    with pytest.raises(ValueError, match=named) as refused:
        VkInput.from_credentials({"token": "vk1.a.SECRET", "group_id": "200300", **change})
    assert "vk1.a.SECRET" not in str(refused.value)
    assert "x" * 51 not in str(refused.value)


def test_limits_are_those_of_the_platform() -> None:
    assert vk_output.MAX_TEXT == 4096
    assert VkInput.needs == ("token", "group_id")
