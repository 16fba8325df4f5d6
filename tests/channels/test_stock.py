"""Any stock channel behind the one door; those of this file have the habits of Rasa's own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, text
from sqlalchemy.exc import OperationalError
from twilio.request_validator import RequestValidator

from rasa_twin24.channels.connection import MessengerError
from rasa_twin24.channels.messenger import Gone
from rasa_twin24.channels.stock import StockInput
from tests.channels.bot import ChannelBot
from tests.loopback import client
from tests.waiting import until

pytestmark = pytest.mark.rasa

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
PAGE = Path(__file__).parents[2] / "docs" / "stock-channels.md"
ADDRESS = "https://bot.example.org/webhooks/twilio/webhook"
SECRET_TEXT = "POST https://api.example.org/bot123:TOKEN +79161234567"


class Out(OutputChannel):
    """Keeps what it is told to send; `fails` are raised first, one a call."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, list[str]]] = []
        self.fails: list[Exception] = []

    async def send_text_message(self, recipient_id: str, text: str, **_more: Any) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.sent.append((recipient_id, text, []))

    async def send_text_with_buttons(
        self, recipient_id: str, text: str, buttons: list[dict[str, Any]], **_more: Any
    ) -> None:
        self.sent.append((recipient_id, text, [button["payload"] for button in buttons]))

    @property
    def texts(self) -> list[str]:
        return [text for _, text, _ in self.sent]


class Stock(InputChannel):
    """Reads `{"from": …, "texts": […]}`; hands over in the way that `habit` names."""

    def __init__(self, habit: str = "waits") -> None:
        self.habit = habit
        self.out = Out()
        self.go_on = asyncio.Event()
        self.tasks: list[asyncio.Task[Any]] = []
        self.started = False

    @classmethod
    def name(cls) -> str:
        return "stock"

    def get_output_channel(self) -> OutputChannel | None:
        return None if self.habit == "mute" else self.out

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        blueprint = Blueprint("stock_webhook")

        @blueprint.listener("before_server_start")
        async def start(*_: Any) -> None:
            self.started = True

        @blueprint.get("/")
        async def health(_request: Request) -> HTTPResponse:
            return text("ok")

        @blueprint.post("/set_webhook")
        async def set_webhook(_request: Request) -> HTTPResponse:
            return text("done")

        @blueprint.route("/webhook", methods=["GET", "POST"])
        async def webhook(request: Request) -> HTTPResponse:
            for said in request.json["texts"]:
                await self._hand_over(on_new_message, UserMessage(said, self.out, request.json.get("from")))
            return text("success")

        return blueprint

    async def _hand_over(self, on_new_message: OnNewMessage, message: UserMessage) -> None:
        if self.habit == "beside":  # as Slack
            self.tasks.append(asyncio.create_task(on_new_message(message)))
        elif self.habit == "never waits":
            self.tasks.append(asyncio.ensure_future(on_new_message(message)))
            self.tasks.pop().cancel()
        elif self.habit == "late":

            async def later() -> None:
                await self.go_on.wait()
                await on_new_message(message)

            self.tasks.append(asyncio.create_task(later()))
        elif self.habit == "hides":  # as Telegram, Twilio
            try:
                await on_new_message(message)
            except Exception as error:
                print(f"Exception when trying to handle message.{error}")
        elif self.habit == "breaks":
            await on_new_message(message)
            raise RuntimeError(SECRET_TEXT)
        else:
            await on_new_message(message)


class Channel(StockInput):
    stock: Stock
    most_text = 20

    @classmethod
    def name(cls) -> str:
        return "viber"  # BOT_OWNERS knows the names of messengers


class WithButtons(Channel):
    most_buttons = 2
    most_text_with_buttons = 10
    most_title = 5


class Guarded(Channel):
    def genuine(self, request: Request, body: bytes) -> bool:
        return bool(request.headers["X-Secret"] == "secret" and b"from" in body)


@pytest.fixture(autouse=True)
def owners(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BOT_OWNERS", "viber:anna")
    return


@asynccontextmanager
async def running(channel: Channel, folder: Path) -> AsyncIterator[ChannelBot]:
    async with ChannelBot(channel, folder) as bot:
        yield bot


async def post(
    bot: ChannelBot, *texts: str, person: str | None = "anna", number: int = 1, path: str = "webhook", **headers: str
) -> int:
    body = {"from": person, "texts": list(texts), "number": number}
    async with client() as http:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return (await http.post(f"{bot.url}/webhooks/viber/{path}", json=body, headers=named)).status_code


@pytest.mark.parametrize("habit", ["waits", "beside", "never waits", "hides"])
async def test_a_message_is_checked_and_answered(tmp_path: Path, habit: str) -> None:
    stock = Stock(habit)
    async with running(Channel(stock), tmp_path) as bot:
        assert await post(bot, "привет") == 200
        await until(lambda: stock.out.sent == [("anna", "Понял: привет", [])])
        assert [message.sender_id for message in bot.agent.heard] == ["viber:anna"]


@pytest.mark.parametrize("habit", ["waits", "beside", "never waits", "hides"])
async def test_what_is_not_kept_is_not_confirmed(
    tmp_path: Path, habit: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stock = Stock(habit)
    async with running(Channel(stock), tmp_path) as bot:
        claim = bot.ledger.inbox.claim

        async def failing(*_arguments: Any) -> Any:
            await asyncio.sleep(0.01)
            raise OperationalError("INSERT", {"text": "привет"}, Exception("disk full"))

        monkeypatch.setattr(bot.ledger.inbox, "claim", failing)
        assert await post(bot, "привет") == 503
        monkeypatch.setattr(bot.ledger.inbox, "claim", claim)
        assert await post(bot, "привет") == 200
        await until(lambda: stock.out.texts == ["Понял: привет"])

    assert "привет" not in "".join(capsys.readouterr())


async def test_repetitions_slashes_and_strangers(tmp_path: Path) -> None:
    stock = Stock()
    async with running(Channel(stock), tmp_path) as bot:
        for _ in range(3):
            assert await post(bot, '/affirm{"task_id": "7"}') == 200
        await until(lambda: bot.agent.texts == ["/unknown_command"])
        assert await post(bot, "/restart", person="stranger") == 200
        await until(lambda: len({person for person, _, _ in stock.out.sent}) == 2)
        assert bot.agent.texts == ["/unknown_command"]


async def test_several_messages_of_one_request_share_a_body(tmp_path: Path) -> None:
    stock = Stock()

    class Numbered(Channel):
        def key(self, message: UserMessage, request: Request) -> str:
            return f"{request.json['number']}:{message.text}"

    async with running(Numbered(stock), tmp_path) as bot:
        assert await post(bot, "раз", "два") == 200
        assert await post(bot, "раз", number=2) == 200
        await until(lambda: stock.out.texts == ["Понял: раз", "Понял: два", "Понял: раз"])


@pytest.mark.parametrize("person", ["", "default", None])
async def test_nobody_is_everybody_to_rasa(tmp_path: Path, person: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_OWNERS", "viber:default,viber:None")
    async with running(Channel(Stock()), tmp_path) as bot:
        assert await post(bot, "привет", person=person) == 400
        assert await bot.updates_kept() == []


async def test_a_stock_channel_that_breaks_is_asked_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stock = Stock("breaks")
    async with running(Channel(stock), tmp_path) as bot:
        assert await post(bot, "привет") == 503
        assert await post(bot, "привет") == 503
        await until(lambda: stock.out.texts == ["Понял: привет"])

    assert "TOKEN" not in "".join(capsys.readouterr())


async def test_what_is_handed_over_after_the_answer_is_kept_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stock = Stock("late")
    async with running(Channel(stock), tmp_path) as bot:
        assert await post(bot, "привет") == 200
        stock.go_on.set()
        await until(lambda: stock.out.texts == ["Понял: привет"])

    assert "stock_message_late" in "".join(capsys.readouterr())


async def test_a_get_brings_no_message_and_other_addresses_are_closed(tmp_path: Path) -> None:
    stock = Stock()
    async with running(Channel(stock), tmp_path) as bot, client() as http:
        assert (await http.get(f"{bot.url}/webhooks/viber/")).text == "ok"
        body = {"from": "anna", "texts": ["привет"]}
        await http.request("GET", f"{bot.url}/webhooks/viber/webhook", json=body)
        assert await post(bot, path="set_webhook") == 404
        await post(bot, "второе")
        await until(lambda: bot.agent.texts == ["второе"])
        assert not stock.started


async def test_forged_and_oversize(tmp_path: Path) -> None:
    async with running(Guarded(Stock()), tmp_path) as bot:
        assert await post(bot, "привет") == 403
        assert await post(bot, "привет", X_Secret="other") == 403
        assert await post(bot, "я" * 1_000_000, X_Secret="secret") == 413
        assert await bot.updates_kept() == []
        assert await post(bot, "привет", X_Secret="secret") == 200
        await until(lambda: bot.agent.texts == ["привет"])


TWILIO = {"MessageSid": "SM1", "From": "+79990000001", "Body": "/restart", "FromCity": "", "NumMedia": "0"}


async def test_the_example_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_OWNERS", "viber:+79990000001")
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    names: dict[str, Any] = {}
    exec(code[1], names)
    block = {"account_sid": "AC1", "auth_token": "secret", "twilio_number": "+79990000000", "address": ADDRESS}
    example = type("Example", (names["TwilioInput"],), {"name": classmethod(lambda _cls: "viber")})
    channel = example.from_credentials(block)
    out = Out()
    monkeypatch.setattr(channel.stock, "get_output_channel", lambda: out)

    async with ChannelBot(channel, tmp_path) as bot, client() as http:
        address = f"{bot.url}/webhooks/viber/webhook"
        signed = {"X-Twilio-Signature": RequestValidator("secret").compute_signature(ADDRESS, TWILIO)}
        assert (await http.post(address, data=TWILIO)).status_code == 403
        assert (await http.post(address, data={**TWILIO, "Body": "да"}, headers=signed)).status_code == 403
        assert (await http.post(address, content=b"\xff", headers=signed)).status_code == 403
        for _ in range(2):
            assert (await http.post(address, data=TWILIO, headers=signed)).status_code == 204
        await until(lambda: out.sent == [("+79990000001", "Понял: /unknown_command", [])])
        assert len(bot.agent.heard) == 1


async def test_buttons_are_tokens_and_none_is_lost(tmp_path: Path) -> None:
    stock = Stock()
    async with running(WithButtons(stock), tmp_path) as bot:
        await post(bot, "спроси")
        await until(lambda: len(stock.out.sent) == 1)
        yes, no = stock.out.sent[0][2]
        assert yes.startswith("button:")
        assert "affirm" not in yes
        await post(bot, yes, number=2)
        await until(lambda: bot.agent.texts[1:] == ["/affirm"])
        await post(bot, no, number=3)
        await post(bot, "button:affirm", number=4)
        await until(lambda: bot.agent.texts[2:] == ["/stale_button", "/stale_button"])

        stock.out.sent.clear()
        await bot.channel.deliver("anna", "Который из них?", [("Первый", "a"), ("2", "b"), ("3", "c")])
        assert stock.out.sent == [
            ("anna", "Который", []),
            ("anna", "из них?", ["button:a", "button:b"]),
            ("anna", "…", ["button:c"]),
        ]


async def test_without_buttons_their_titles_are_said(tmp_path: Path) -> None:
    stock = Stock()
    async with running(Channel(stock), tmp_path) as bot:
        await bot.channel.deliver("anna", "Начинать?", [("Да", "a"), ("Нет", "b")])

    assert "\n".join(stock.out.texts) == "Начинать?\n– Да\n– Нет"


async def test_without_buttons_a_number_is_a_press(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_OWNERS", "viber:anna,viber:boris")
    stock = Stock()
    async with running(Channel(stock), tmp_path) as bot:
        await post(bot, "спроси", number=1)
        await until(lambda: "".join(stock.out.texts).endswith("1. Да2. Нет"))
        await post(bot, "1", person="boris", number=2)  # nobody asked them
        await post(bot, "3", number=3)
        await post(bot, "1.", number=4)
        await until(lambda: bot.agent.texts[1:] == ["1", "3", "/affirm"])
        await post(bot, "1", number=5)
        await post(bot, "второе", number=6)
        await until(lambda: bot.agent.texts[4:] == ["/stale_button", "/stale_button"])
        assert [message.metadata["kind"] for message in bot.agent.heard] == ["text"] * 3 + ["button"] * 3
        assert await bot.ledger.buttons.newest("viber:anna") == []


async def test_a_number_means_what_was_shown_when_it_was_sent(tmp_path: Path) -> None:
    stock = Stock()
    async with running(Channel(stock), tmp_path) as bot:
        await post(bot, "спроси", number=1)
        await until(lambda: "2. Нет" in stock.out.texts)
        await post(bot, "жди", number=2)
        await until(lambda: bot.agent.texts[1:] == ["жди"])
        await post(bot, "спроси", number=3)
        await post(bot, "2", number=4)  # typed under the first question, worked off after the second was asked
        bot.agent.go_on.set()
        await until(lambda: bot.agent.texts[3:] == ["/stale_button"])


async def test_with_buttons_a_number_is_a_text(tmp_path: Path) -> None:
    stock = Stock()
    async with running(WithButtons(stock), tmp_path) as bot:
        await post(bot, "спроси", number=1)
        await post(bot, "1", number=2)
        await until(lambda: bot.agent.texts[1:] == ["1"])


async def test_failures_are_named_by_their_class(tmp_path: Path) -> None:
    stock = Stock()

    class Telling(Channel):
        def trouble(self, name: str, error: Exception) -> Exception:
            kinds = {ConnectionError: MessengerError(name, 0, "away"), KeyError: MessengerError(name, 1, "", gone=True)}
            return kinds.get(type(error)) or super().trouble(name, error)

    async with running(Telling(stock), tmp_path) as bot:
        stock.out.fails = [RuntimeError(SECRET_TEXT)]
        with pytest.raises(MessengerError) as failed:
            await bot.channel.deliver("anna", "привет", ())
        assert str(failed.value) == "send_text_message: 0 RuntimeError"
        assert (failed.value.__cause__, failed.value.__context__) == (None, None)

        stock.out.fails = [ConnectionError(SECRET_TEXT)]
        await bot.channel.deliver("anna", "ещё раз", ())
        assert stock.out.texts == ["ещё раз"]

        stock.out.fails = [KeyError(SECRET_TEXT)]
        with pytest.raises(Gone):
            await bot.channel.deliver("anna", "привет", ())


async def test_a_channel_that_only_answers_requests_cannot_be_spoken_through(tmp_path: Path) -> None:
    async with running(Channel(Stock("mute")), tmp_path) as bot:
        with pytest.raises(MessengerError, match="only answers requests"):
            await bot.channel.deliver("anna", "привет", ())
