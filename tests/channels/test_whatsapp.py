"""WhatsApp end to end: every webhook is Meta's, reaches Rasa once, and is answered; the agent is a script."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from rasa_twin24 import messengers
from rasa_twin24.channels import connection, whatsapp_api
from rasa_twin24.channels.connection import Connection
from rasa_twin24.channels.whatsapp import WhatsAppInput
from rasa_twin24.channels.whatsapp_updates import Ids
from rasa_twin24.ledger.files import File
from rasa_twin24.ledger.people import Role
from tests.channels.bot import RESPONSES, ChannelBot
from tests.standins.whatsapp import User, WhatsApp
from tests.waiting import until

pytestmark = pytest.mark.rasa

OWNER, SCOPED, OTHER = "79161110000", "RU.13491208655302741918", "RU.500200"
ME = f"whatsapp:{SCOPED}"
PATH = "rasa_twin24.channels.whatsapp.WhatsAppInput"
RULE = RESPONSES["utter_whatsapp_window"][0]["text"]
DAY = 24 * 3600


def block(wa: WhatsApp) -> dict[str, str]:
    return {
        "token": wa.token,
        "phone_number_id": wa.phone_number_id,
        "app_secret": wa.app_secret,
        "verify_token": wa.verify_token,
        "api_url": wa.url,
    }


class WhatsAppBot(ChannelBot):
    channel: WhatsAppInput

    def __init__(self, wa: WhatsApp, folder: Path) -> None:
        super().__init__(WhatsAppInput.from_credentials(block(wa)), folder)
        self.wa = wa
        wa.route(self.url)


@pytest.fixture
async def wa(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WhatsApp]:
    monkeypatch.setenv("BOT_OWNERS", f"{ME},whatsapp:{OTHER}")
    for proxy in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(proxy, raising=False)
    async with WhatsApp() as wa:
        yield wa
        assert wa.violations == []


@pytest.fixture
async def bot(wa: WhatsApp, tmp_path: Path) -> AsyncIterator[WhatsAppBot]:
    async with WhatsAppBot(wa, tmp_path) as bot:
        yield bot


@pytest.fixture
def owner(wa: WhatsApp) -> User:
    return wa.user(OWNER, "Иван", SCOPED)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Without waiting between tries; the pauses that would have been."""
    pauses: list[float] = []
    told = connection._pause

    def pause(error: connection.MessengerError, attempt: int) -> float | None:
        wait = told(error, attempt)
        pauses.append(-1.0 if wait is None else wait)
        return None if wait is None else 0.01

    monkeypatch.setattr(connection, "_pause", pause)
    monkeypatch.setattr(whatsapp_api, "FIRST_PAUSE", 0.02)
    return pauses


# --- the door --------------------------------------------------------------------------------------------------


async def test_meta_checks_the_address_up(bot: WhatsAppBot, wa: WhatsApp) -> None:
    answer = await wa.check_up(wa.verify_token)

    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")
    for token, mode in (("", "subscribe"), (wa.verify_token[:-1], "subscribe"), (wa.verify_token, "unsubscribe")):
        refused = await wa.check_up(token, mode)
        assert (refused.status_code, refused.text) == (403, "")


def body_of(wa: WhatsApp, text: str = "привет") -> bytes:
    message = {"from": OWNER, "id": "wamid.X1", "timestamp": str(int(time.time())), "type": "text"}
    contacts = [{"wa_id": OWNER, "user_id": SCOPED}]
    return json.dumps(wa.wrapped({"contacts": contacts, "messages": [{**message, "text": {"body": text}}]})).encode()


@pytest.mark.parametrize("signature", [None, "", "sha256=", "sha256=" + "0" * 64, "sha1=" + "0" * 40, "genuine"])
async def test_a_forged_update_is_refused_and_leaves_nothing(
    bot: WhatsAppBot, wa: WhatsApp, signature: str | None
) -> None:
    body = body_of(wa)
    if signature == "genuine":  # of the body before one bit of it was flipped
        signature, body = wa.signature(body), body.replace(b"wamid.X1", b"wamid.X0")
    for _ in range(2):
        assert await wa.post(body, signature) == 403

    assert await bot.updates_kept() == []
    assert bot.agent.heard == []

    async def is_audited() -> bool:
        return bool(await bot.ledger.audit.since(0))

    await until(is_audited)
    (entry,) = await bot.ledger.audit.since(0)
    assert (entry.person, entry.detail) == ("whatsapp:?", {"reason": "forged_webhook"})


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"{}", b'{"object":"page","entry":[]}', b'{"object":1}', b"[" * 100_000]
)
async def test_a_body_that_is_no_update(bot: WhatsAppBot, wa: WhatsApp, body: bytes) -> None:
    assert await wa.post(body) == 400


async def test_a_body_of_three_megabytes_is_read_and_a_longer_one_is_not(
    bot: WhatsAppBot, wa: WhatsApp, owner: User
) -> None:
    body = body_of(wa)
    assert await wa.post(body + b" " * (3 * 1024 * 1024 - len(body) + 1)) == 413
    assert await wa.post(body + b" " * (3 * 1024 * 1024 - len(body))) == 200
    await owner.expect("Понял: привет")


async def test_what_is_not_written_down_comes_again(
    bot: WhatsAppBot, wa: WhatsApp, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_anything: object) -> None:
        raise OperationalError("INSERT", {}, Exception("server closed"))

    with monkeypatch.context() as broken:
        broken.setattr(bot.ledger.inbox, "claim", away)
        assert await wa.post(body_of(wa)) == 503

    assert await wa.post(body_of(wa)) == 200
    await owner.expect("Понял: привет")


# --- coming in -------------------------------------------------------------------------------------------------


async def test_text_and_answer(bot: WhatsAppBot, owner: User) -> None:
    assert await owner.says("  Позвони\r\n8 916 123-45-67 ") == 200

    answer = await owner.expect("Понял")

    assert answer.text.startswith("Понял: Позвони\n8 916 123-45-67")
    (message,) = bot.agent.heard
    assert (message.sender_id, message.input_channel, message.message_id) == (ME, "whatsapp", owner.last_id)
    await until(lambda: bot.has_kept((owner.last_id, False)))


async def test_a_repeated_message_is_one_turn_and_a_late_one_is_another(bot: WhatsAppBot, owner: User) -> None:
    for _ in range(3):
        assert await owner.sends("text", text={"body": "привет"}, identity="wamid.same") == 200
    await owner.expect("Понял: привет")
    await owner.sends("text", text={"body": "раньше"}, at=time.time() - 3600)
    await owner.expect("Понял: раньше")

    await owner.expect_silence()
    assert bot.agent.texts == ["привет", "раньше"]


async def test_each_message_of_a_body_is_a_turn(bot: WhatsAppBot, wa: WhatsApp, owner: User) -> None:
    fixture = Path(__file__).parents[1] / "fixtures" / "whatsapp" / "two_messages.json"
    fresh = fixture.read_text(encoding="utf-8").replace("1760000000", str(int(time.time())))
    owner.phone = "79991234567"

    assert await wa.post(fresh.encode()) == 200

    await owner.expect("Понял: раз")
    await owner.expect("Понял: два")


async def test_every_kind_is_answered(bot: WhatsAppBot, wa: WhatsApp, owner: User) -> None:
    await owner.forwards("да")
    await owner.sends("image", image={"id": "1"})
    await owner.sends("audio", audio={"id": "1"})
    await owner.sends("sticker", sticker={"id": "1"})
    await owner.sends("unsupported", errors=[{"code": 131051}])
    await owner.shares_contact("+7 999 123-45-67", "Пётр")
    for _ in range(6):
        await owner.expect("Понял")

    assert bot.agent.texts == ["да", *["/unreadable_message"] * 4, "Пётр: +7 999 123-45-67"]
    kinds = [message.metadata["kind"] for message in bot.agent.heard]
    assert kinds == ["forwarded", "photo", "voice", "sticker", "other", "contact"]


async def test_what_nobody_said_is_not_answered(bot: WhatsAppBot, wa: WhatsApp, owner: User) -> None:
    await owner.sends("reaction", reaction={"message_id": "wamid.1", "emoji": "👍"})
    await owner.sends("system", system={"type": "user_changed_number", "wa_id": "79990000000"})
    assert await wa.push({"statuses": [{"id": "wamid.1", "status": "read", "recipient_id": OWNER}]}) == 200

    await owner.expect_silence()
    assert await bot.updates_kept() == []


async def test_buttons_are_pressed_once(bot: WhatsAppBot, owner: User) -> None:
    await owner.says("спроси")
    question = await owner.expect("Запускать?")
    assert [title for _, title in question.buttons] == ["Да", "Нет"]

    await owner.presses("Да")
    await owner.expect("Понял: /affirm")
    await owner.presses("Да")
    await owner.expect("Понял: /stale_button")
    await owner.presses_id("made-up")
    await owner.expect("Понял: /stale_button")


async def test_a_button_of_somebody_else_is_dead(bot: WhatsAppBot, wa: WhatsApp, owner: User) -> None:
    other = wa.user("79161110001", "Анна", OTHER)
    await owner.says("спроси")
    question = await owner.expect("Запускать?")

    await other.presses_id(question.buttons[0][0])

    await other.expect("Понял: /stale_button")


async def test_a_list_is_chosen_from(bot: WhatsAppBot, owner: User) -> None:
    await owner.says("привет")
    await owner.expect("Понял")
    offered = [(f"Задание {number}", f'/inform{{"number": "{number}"}}') for number in range(5)]
    tokens = await bot.ledger.buttons.offer(ME, offered)
    await bot.channel.deliver(
        SCOPED, "Какое?", [(title, token) for (title, _), token in zip(offered, tokens, strict=True)]
    )

    shown = await owner.expect("Какое?")
    assert shown.opener == "Варианты"
    await owner.presses("Задание 3")

    await owner.expect("Понял: /inform")
    assert {each["entity"]: each["value"] for each in bot.agent.heard[-1].parse_data["entities"]}["number"] == "3"


async def test_long_texts_are_split_and_buttons_are_last(bot: WhatsAppBot, owner: User) -> None:
    await owner.says("длинно 500")
    await until(lambda: bool(owner.messages) and bool(owner.messages[-1].buttons))

    said = " ".join(message.text for message in owner.messages)
    assert said.split().count("слово") == 500
    assert [bool(message.buttons) for message in owner.messages] == [False] * (len(owner.messages) - 1) + [True]


async def test_a_group_is_told_once_that_it_is_not_served(bot: WhatsAppBot, wa: WhatsApp, owner: User) -> None:
    for _ in range(2):
        await owner.sends("text", text={"body": "привет"}, group_id="Y2FwaV9ncm91cDox")

    await until(lambda: bool(wa.groups))
    await asyncio.sleep(0.2)
    assert wa.groups == {"Y2FwaV9ncm91cDox": [RESPONSES["utter_private_only"][0]["text"]]}
    assert bot.agent.heard == []


async def test_strangers_get_in_no_further_than_the_door(bot: WhatsAppBot, wa: WhatsApp) -> None:
    stranger = wa.user("79990001122", "Чужой", "RU.77")

    await stranger.says("запусти обзвон")

    answer = await stranger.expect("whatsapp:RU.77")
    assert RULE not in answer.text
    assert bot.agent.heard == []
    rows = await bot.ledger._store.run(lambda c: c.exec_driver_sql("SELECT key FROM kept").all())
    assert rows == []  # nothing of strangers is kept


async def test_typing_refers_to_the_last_message(bot: WhatsAppBot, owner: User) -> None:
    await owner.says("привет")
    await owner.expect("Понял")
    assert owner.typing_for == []

    await owner.says("жди")
    await until(lambda: owner.typing_for == [owner.last_id])
    bot.agent.go_on.set()
    await owner.expect("Дождался.")


# --- one person, two ids ---------------------------------------------------------------------------------------


async def heard_as(bot: WhatsAppBot, person: User, text: str) -> str:
    await person.says(text)
    await person.expect(f"Понял: {text}")
    return str(bot.agent.heard[-1].sender_id)


async def test_an_owner_by_the_scoped_id_stays_one_whatever_is_missing(bot: WhatsAppBot, owner: User) -> None:
    assert await heard_as(bot, owner, "оба") == ME
    owner.names_scoped = False
    assert await heard_as(bot, owner, "номер") == ME
    owner.names_scoped, owner.names_phone = True, False
    assert await heard_as(bot, owner, "имя") == ME


async def test_an_owner_by_the_number_stays_one_whatever_is_missing(
    wa: WhatsApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_OWNERS", f"whatsapp:{OWNER}")
    person = wa.user(OWNER, "Иван", SCOPED)
    async with WhatsAppBot(wa, tmp_path) as bot:
        assert await heard_as(bot, person, "оба") == f"whatsapp:{OWNER}"
        person.names_phone = False
        assert await heard_as(bot, person, "имя") == f"whatsapp:{OWNER}"
        person.names_scoped, person.names_phone = False, True
        assert await heard_as(bot, person, "номер") == f"whatsapp:{OWNER}"
    assert {call.body.get("to") for call in wa.named("messages")} == {OWNER}


async def test_answers_to_a_scoped_id_go_to_the_recipient(bot: WhatsAppBot, wa: WhatsApp, owner: User) -> None:
    await heard_as(bot, owner, "привет")
    (call,) = wa.named("messages")
    assert (call.body["recipient"], "to" in call.body) == (SCOPED, False)


async def test_who_came_in_by_number_alone_stays_one_and_a_next_holder_is_nobody(
    bot: WhatsAppBot, wa: WhatsApp, owner: User
) -> None:
    await bot.ledger.people.give("whatsapp:79165550000", Role.OPERATOR, ME)
    person = wa.user("79165550000", "Пётр", "RU.5550000")
    person.names_scoped = False
    assert await heard_as(bot, person, "номер") == "whatsapp:79165550000"
    person.names_scoped = True
    assert await heard_as(bot, person, "оба") == "whatsapp:79165550000"
    person.names_phone = False
    assert await heard_as(bot, person, "имя") == "whatsapp:79165550000"

    people = bot.channel.people
    assert await people.person(Ids("79165550000", "RU.666")) == "RU.666"
    assert not await people.is_known("RU.666")


# --- 24 hours --------------------------------------------------------------------------------------------------


async def test_the_rule_is_said_once_a_day_and_after_a_restart_too(wa: WhatsApp, tmp_path: Path, owner: User) -> None:
    async with WhatsAppBot(wa, tmp_path) as bot:
        await owner.says("привет")
        assert (await owner.expect("Понял: привет")).text == f"Понял: привет\n\n{RULE}"
        await owner.says("ещё")
        assert (await owner.expect("Понял: ещё")).text == "Понял: ещё"
    async with WhatsAppBot(wa, tmp_path) as bot:
        await owner.says("опять")
        assert (await owner.expect("Понял: опять")).text == "Понял: опять"
        bot.ledger.now = lambda: time.time() + DAY  # type: ignore[method-assign]
        await owner.sends("text", text={"body": "завтра"}, at=time.time() + DAY)
        assert (await owner.expect("Понял: завтра")).text.endswith(RULE)


async def test_the_rule_is_said_in_the_language_of_the_talk(bot: WhatsAppBot, owner: User) -> None:
    await owner.says("please start the calls")
    english = RESPONSES["utter_whatsapp_window"][1]["text"]
    assert (await owner.expect("Понял")).text.endswith(english)


async def test_the_rule_goes_in_front_where_it_does_not_fit_beside_buttons(bot: WhatsAppBot, owner: User) -> None:
    await owner.says("длинно 165")
    await until(lambda: bool(owner.messages) and bool(owner.messages[-1].buttons))

    first, last = owner.messages
    assert (first.text, RULE in last.text) == (RULE, False)


async def test_news_outside_the_window_are_kept_until_the_person_writes(
    bot: WhatsAppBot, wa: WhatsApp, owner: User
) -> None:
    await heard_as(bot, owner, "привет")
    now = bot.ledger.now
    bot.ledger.now = lambda: now() + DAY  # type: ignore[method-assign]
    sent = len(wa.named("messages"))

    await bot.ledger.notices.add(ME, "task_status_finished")
    await until(lambda: is_gone(bot, ME))
    await owner.expect_silence(0.7)

    assert len(wa.named("messages")) == sent  # not even asked
    (notice,) = await bot.ledger.notices.waiting()
    assert notice.kind == "task_status_finished"
    await owner.sends("text", text={"body": "я тут"}, at=time.time() + DAY)
    await owner.expect("Понял: я тут")
    await owner.expect("Обзвон закончен.")


async def is_gone(bot: WhatsAppBot, conversation: str) -> bool:
    return (await bot.ledger.conversations.get(conversation)).gone_at is not None


async def test_whatsapp_itself_says_that_the_window_is_closed(
    bot: WhatsAppBot, wa: WhatsApp, owner: User, quick: list[float]
) -> None:
    await heard_as(bot, owner, "привет")
    owner.window_is_open = False

    await bot.ledger.notices.add(ME, "task_status_finished")
    await until(lambda: is_gone(bot, ME))
    await owner.expect_silence(0.7)

    assert len(wa.named("messages")) == 2  # the answer, and one try
    await owner.says("я тут")
    await owner.expect("Обзвон закончен.")


async def test_an_owner_who_has_never_written_gets_news_with_the_first_answer(bot: WhatsAppBot, owner: User) -> None:
    await bot.ledger.notices.add(ME, "task_status_finished")
    await until(lambda: is_gone(bot, ME))

    await owner.says("привет")

    await owner.expect("Понял: привет")
    await owner.expect("Обзвон закончен.")


async def test_a_blocked_bot_is_silent_until_the_person_is_back(
    bot: WhatsAppBot, wa: WhatsApp, owner: User, quick: list[float]
) -> None:
    owner.has_blocked = True
    await owner.says("привет")
    await until(lambda: is_gone(bot, ME))
    assert len(wa.named("messages")) == 1

    owner.has_blocked = False
    await owner.says("снова")

    await owner.expect("Понял: снова")
    assert not await is_gone(bot, ME)
    await until(lambda: bot.agent.texts[-1] == "/notice")  # that the first answer was lost


@pytest.mark.parametrize("code", [131026, 131047])
async def test_what_fails_later_is_told_with_the_next_message_once(
    bot: WhatsAppBot, owner: User, wa: WhatsApp, code: int
) -> None:
    await owner.says("привет")
    answer = await owner.expect("Понял: привет")

    for _ in range(2):
        assert await owner.is_not_reached(answer, code) == 200
    owner.names_scoped = False
    assert await owner.is_not_reached(another(answer), code) == 200

    assert await is_gone(bot, ME)
    (notice,) = await bot.ledger.notices.waiting()
    assert notice.kind == "reply_lost"
    await owner.says("я тут")
    await owner.expect("Понял: я тут")
    await owner.expect("Обзвон закончен.")  # the script's word for any news
    assert await owner.is_not_reached(answer, code, at=time.time() - 60) == 200  # brought once more
    await owner.expect_silence(0.7)


@pytest.mark.parametrize("step", ["gone", "add", "claim"])
async def test_a_failure_that_the_database_did_not_take_is_noted_when_it_comes_again(
    bot: WhatsAppBot, owner: User, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    async def away(*_anything: object) -> None:
        raise OperationalError("INSERT", {}, Exception("server closed"))

    await owner.says("привет")
    answer = await owner.expect("Понял: привет")
    ledger = bot.ledger
    with monkeypatch.context() as broken:
        broken.setattr({"gone": ledger.conversations, "add": ledger.notices, "claim": ledger.inbox}[step], step, away)
        assert await owner.is_not_reached(answer, 131026) == 503
    for _ in range(2):
        assert await owner.is_not_reached(answer, 131026) == 200

    assert await is_gone(bot, ME)
    assert [notice.kind for notice in await ledger.notices.waiting()] == ["reply_lost"]


async def test_which_ids_are_one_person_is_forgotten_with_their_access(bot: WhatsAppBot, wa: WhatsApp) -> None:
    anna = "whatsapp:79165550000"
    for number in ("79165550000", "79165550001"):
        await bot.ledger.people.give(f"whatsapp:{number}", Role.OPERATOR, ME)
        person = wa.user(number, "Пётр", f"RU.{number}")
        assert await heard_as(bot, person, f"я {number}") == f"whatsapp:{number}"
    people = bot.channel.people
    assert await people.person(Ids(None, "RU.79165550000")) == "79165550000"
    await bot.ledger.forgetting.ask(anna, ME)
    (request,) = await bot.ledger.forgetting.waiting()
    await bot.ledger.forgetting.clear(request.id)
    assert await people.person(Ids(None, "RU.79165550000")) == "79165550000"  # they have their access still
    await bot.ledger.people.remove(anna, ME)
    assert await people.person(Ids(None, "RU.79165550000")) == "RU.79165550000"
    assert await people.person(Ids(None, "RU.79165550001")) == "79165550001"


def another(shown: Any) -> Any:
    return type(shown)(shown.id + "2", shown.text)


async def test_a_late_failure_does_not_silence_somebody_who_has_written_since(bot: WhatsAppBot, owner: User) -> None:
    await owner.says("привет")
    answer = await owner.expect("Понял: привет")

    assert await owner.is_not_reached(answer, 131047, at=time.time() - 60) == 200

    assert not await is_gone(bot, ME)


@pytest.mark.parametrize("code", [131049, 131053, 0])
async def test_other_failures_are_logged_alone(bot: WhatsAppBot, owner: User, code: int) -> None:
    await owner.says("привет")
    answer = await owner.expect("Понял: привет")

    with structlog.testing.capture_logs() as logs:
        assert await owner.is_not_reached(answer, code) == 200

    assert ("whatsapp_undelivered", code) in [(line["event"], line.get("code")) for line in logs]
    assert not await is_gone(bot, ME)
    assert await bot.ledger.notices.waiting() == []


# --- trouble ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "pause"),
    [
        pytest.param(500, 131000, 0.5, id="Meta's trouble"),
        pytest.param(503, 2, 0.5, id="away"),
        pytest.param(400, 131056, 6.0, id="too many to one person"),
        pytest.param(400, 130429, 0.02, id="too many of the number"),
        pytest.param(400, 80007, 0.02, id="too many of the account"),
        pytest.param(429, 4, 0.02, id="too many of the app"),
    ],
)
async def test_passing_trouble_is_waited_out(
    wa: WhatsApp, tmp_path: Path, owner: User, quick: list[float], status: int, code: int, pause: float
) -> None:
    async with WhatsAppBot(wa, tmp_path):
        wa.fail("messages", status=status, code=code)
        await owner.says("привет")
        await owner.expect("Понял: привет")
    assert quick == [pause]
    assert len(wa.named("messages")) == 2


async def test_being_refused_again_and_again_makes_pauses_longer(
    wa: WhatsApp, tmp_path: Path, owner: User, quick: list[float]
) -> None:
    async with WhatsAppBot(wa, tmp_path):
        wa.fail("messages", status=400, code=130429, times=3)
        await owner.says("привет")
        await owner.expect("Понял: привет")
    assert quick == [0.02, 0.04, 0.08]


async def test_a_lost_connection_is_tried_again(
    bot: WhatsAppBot, wa: WhatsApp, owner: User, quick: list[float]
) -> None:
    wa.fail("messages", drop="before_work")
    await owner.says("привет")
    await owner.expect("Понял: привет")
    await owner.expect_silence()


@pytest.mark.parametrize(("status", "code"), [(401, 190), (400, 131048), (400, 131009), (404, 100)])
async def test_a_refusal_is_not_repeated_and_leaks_nothing(
    bot: WhatsAppBot, wa: WhatsApp, owner: User, status: int, code: int
) -> None:
    wa.fail("messages", status=status, code=code)
    with structlog.testing.capture_logs() as logs:
        await owner.says("привет 89161234567")
        await until(lambda: any(line["event"] == "send_failed" for line in logs))

    assert len(wa.named("messages")) == 1
    written = json.dumps(logs, default=str)
    for secret in (wa.token, wa.app_secret, wa.verify_token, OWNER, "9161234567", "привет"):
        assert secret not in written


async def test_no_number_of_a_person_in_the_text_of_an_error() -> None:
    api = whatsapp_api.WhatsAppApi("t", "1", Connection("http://127.0.0.1:9"))
    refusal = api._refusal("messages", 400, {"error": {"code": 131030, "message": "(#131030) +79161234567 is not on"}})
    await api.close()
    assert "916" not in str(refusal)
    assert "131030" in str(refusal)


# --- files -----------------------------------------------------------------------------------------------------


async def test_a_document_is_fetched(bot: WhatsAppBot, wa: WhatsApp, owner: User) -> None:
    content = bytes(range(256)) * 40
    await owner.sends_file(wa.add_media(content), "../база.csv", "новая база")
    await owner.expect("Понял: /provide_file")

    entities = {each["entity"]: each["value"] for each in bot.agent.heard[-1].parse_data["entities"]}
    file = await bot.ledger.files.get(ME, entities["file"])
    assert file is not None
    assert (file.name, file.content, entities["caption"]) == ("база.csv", content, "новая база")


@pytest.mark.parametrize(
    ("size", "content", "downloads"),
    [
        pytest.param(2_000_000, b"1", 0, id="said to be too large"),
        pytest.param(10, b"1" * 1_100_000, 1, id="larger than said"),
    ],
)
async def test_a_file_that_is_too_large(
    wa: WhatsApp,
    tmp_path: Path,
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
    size: int,
    content: bytes,
    downloads: int,
) -> None:
    monkeypatch.setenv("BOT_MAX_FILE_MB", "1")
    async with WhatsAppBot(wa, tmp_path) as bot:
        await owner.sends_file(wa.add_media(content, size=size), "база.csv")
        await owner.expect("Понял: /unreadable_message")
        entities = {each["entity"]: each["value"] for each in bot.agent.heard[-1].parse_data["entities"]}
    assert entities["kind"] == "large_file"
    assert len(wa.named("download")) == downloads


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/a.csv",
        "https://127.0.0.1:9/a.csv",
        "https://169.254.169.254/latest",
        "https://[::1]/a",
        "http://example.org/a",
        "file:///etc/passwd",
    ],
)
async def test_a_file_at_an_address_inside_is_not_fetched(
    bot: WhatsAppBot, wa: WhatsApp, owner: User, quick: list[float], url: str
) -> None:
    await owner.sends_file(wa.add_media(b"1", url=url), "база.csv")

    await owner.expect("Понял: /unreadable_message")

    entities = {each["entity"]: each["value"] for each in bot.agent.heard[-1].parse_data["entities"]}
    assert entities["kind"] == "lost_file"


async def test_a_media_id_is_no_path(bot: WhatsAppBot, wa: WhatsApp, owner: User, quick: list[float]) -> None:
    with structlog.testing.capture_logs():
        await owner.sends_file("../2040/messages?x=", "база.csv")
        await owner.expect("Понял: /unreadable_message")
    assert wa.named("messages")[-1].body["type"] != "document"
    assert wa.violations == ["Unsupported request: there is no such object"]
    wa.violations.clear()


@pytest.mark.parametrize("name", ["номера.xlsx", "номера.csv", "отчёт"])
async def test_a_file_goes_out_as_a_document(bot: WhatsAppBot, wa: WhatsApp, owner: User, name: str) -> None:
    await heard_as(bot, owner, "привет")

    await bot.channel.deliver_file(SCOPED, File("1", name, b"12345"))

    assert owner.messages[-1].file == (name, b"12345")


async def test_a_file_outside_the_window_is_gone(bot: WhatsAppBot, owner: User) -> None:
    await heard_as(bot, owner, "привет")
    owner.window_is_open = False
    output = bot.reception.output(bot.channel)

    await output._send(ME, lambda person: bot.channel.deliver_file(person, File("1", "a.csv", b"1")))

    assert output.gone
    assert await is_gone(bot, ME)


# --- settings --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["token", "phone_number_id", "app_secret", "verify_token"])
def test_half_of_the_settings_is_named(missing: str) -> None:
    given = {"token": "t", "phone_number_id": "2040", "app_secret": "s", "verify_token": "v"}

    with pytest.raises(ValueError, match=f"WHATSAPP_{missing.upper()} is missing"):
        messengers.make({PATH: {**given, missing: ""}})

    assert messengers.make({PATH: dict.fromkeys(given, "")}) == []
    assert len(messengers.make({PATH: given})) == 1


def test_a_number_with_a_plus_is_no_id() -> None:
    with pytest.raises(ValueError, match="WHATSAPP_PHONE_NUMBER_ID"):
        WhatsAppInput.from_credentials(
            {"token": "t", "phone_number_id": "+7495", "app_secret": "s", "verify_token": "v"}
        )


async def test_the_doctor_asks_for_the_number(wa: WhatsApp) -> None:
    channel = WhatsAppInput.from_credentials(block(wa))
    findings = await channel.apart(channel.examine)
    assert [(found.subject, found.ok) for found in findings] == [("whatsapp", True), ("whatsapp webhook", True)]
    assert "Ромашка" in findings[0].text

    wrong = WhatsAppInput.from_credentials({**block(wa), "token": "another"})
    (found,) = await wrong.apart(wrong.examine)
    wa.violations.clear()
    assert not found.ok
    assert "WHATSAPP_TOKEN" in found.text
    assert "another" not in found.text
    assert await wrong.apart(wrong.webhooks) == []
