"""Any stock channel of Rasa's made safe: it reads and writes, and nothing that it read reaches Rasa unchecked.

Rasa hands a channel an `on_new_message` that goes straight to the agent. Here the stock channel gets another one: what
it hands over becomes an `Incoming` and takes the one path of every update. How to: docs/stock-channels.md.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import structlog
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from rasa_twin24.channels.base import MessengerInput
from rasa_twin24.channels.connection import Connection, MessengerError, Network
from rasa_twin24.channels.incoming import BUTTON, TEXT, Incoming
from rasa_twin24.channels.options import lines
from rasa_twin24.channels.refusals import unless_gone
from rasa_twin24.channels.reply import shortened, split_text
from rasa_twin24.channels.webhook import Malformed, Webhook
from rasa_twin24.ledger.files import File

log = structlog.get_logger(__name__)

# Stands before a button's token: stock channels bring a press as the text that its payload is.
PRESSED = "button:"
# Who somebody is to Rasa of whom the channel has not told: everybody at once.
NOBODY = ("", "default", "None")

Handler = Callable[..., Awaitable[HTTPResponse]]


@dataclass
class _Door:
    """A request that the stock channel works on; `taking` is what it has handed over before it was `answered`."""

    request: Request
    answered: bool = False
    taking: list[asyncio.Task[None]] = field(default_factory=list)


_door: ContextVar[_Door] = ContextVar("stock_channel_door")


class StockInput(MessengerInput):
    """Wraps a stock channel. What a messenger's class may say otherwise: everything without an underscore.

    `network` is that of `connection`, which fetches files and keeps the pauses; the stock channel sends by its own
    means.
    """

    # The stock channel's addresses that are opened; some have others, with which anybody can make it do something.
    paths: tuple[str, ...] = ("/", "/webhook")
    # Of a message, of one with buttons, and of a button's title, in UTF-16 units.
    most_text = 4000
    most_text_with_buttons = 4000
    most_title = 75
    # Of one message; 0: the stock channel has no buttons, and their titles are said in words, see options.py.
    most_buttons = 0
    connection: Connection

    def __init__(self, stock: InputChannel, network: Network | None = None) -> None:
        super().__init__()
        self.stock = stock
        self.network = network or Network("")

    @property
    def has_buttons(self) -> bool:
        return self.most_buttons > 0

    # --- coming in ------------------------------------------------------------------------------------------

    def genuine(self, request: Request, body: bytes) -> bool:
        """Whether the body is from the messenger. Say so wherever the stock channel does not look, or not well.

        What it raises counts as no: it reads what anybody may have sent.
        """
        return True

    async def before(self, request: Request) -> HTTPResponse | None:
        """The answer to what the stock channel shall not see; raises `Malformed`. None: it may read the request."""
        return None

    def after(self, request: Request) -> None:
        """All that the request brought is written down; what must not come to pass without that begins here."""

    def key(self, message: UserMessage, request: Request) -> str:
        """What repetitions of a message share. Here the whole body, which has to hold an id or the time.

        Rasa's own `message_id` is made at random where the stock channel gives none.
        """
        return hashlib.sha256(request.body or b"").hexdigest()

    def read(self, message: UserMessage, request: Request) -> Iterable[Incoming]:
        """What was said, once for each turn; raises `Malformed` when nobody knows by whom."""
        if message.sender_id in NOBODY:
            raise Malformed
        text = message.text or ""
        pressed = text.startswith(PRESSED)
        yield Incoming(
            channel=self.name(),
            key=self.key(message, request),
            person=message.sender_id,
            kind=BUTTON if pressed else TEXT,
            text=text.removeprefix(PRESSED),
        )

    def routes(self, blueprint: Blueprint) -> None:
        """The stock channel's addresses. Its listeners are left out: they speak to the network at the start."""
        theirs = self.stock.blueprint(self._hand_over)
        for route in theirs._future_routes:  # Sanic has no other way to a blueprint's handlers
            if route.uri not in self.paths:
                continue
            handler = self._guarded(route.handler)
            # Streamed, so that the body is bounded while it is read.
            blueprint.add_route(handler, route.uri, methods=route.methods, name=route.handler.__name__, stream=True)

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request, **parts: Any) -> HTTPResponse:
            if request.method in ("GET", "HEAD"):  # is the bot there, is the address ours: brings no message
                return await handler(request, **parts)
            hook = Webhook(
                self.name(),
                lambda _body: self._through(handler, request, parts),
                self.note_forgery,
                genuine=self._is_genuine,
                read=lambda body: body,
            )
            return await hook.answer(request)

        return guarded

    def _is_genuine(self, request: Request, body: bytes) -> bool:
        try:
            return self.genuine(request, body)
        except Exception as error:
            log.warning("forged_webhook_unreadable", channel=self.name(), error=type(error).__name__)
            return False

    async def _through(self, handler: Handler, request: Request, parts: dict[str, Any]) -> HTTPResponse:
        """The stock channel's answer, once all that it has handed over is written down; raises if something is not.

        Stock channels answer 200 without waiting, or hide what went wrong.
        """
        answer = await self.before(request)
        if answer is not None:
            return answer
        door = _Door(request)
        token = _door.set(door)
        try:
            answer = await handler(request, **parts)
        finally:
            _door.reset(token)
            door.answered = True
            taken = await asyncio.gather(*door.taking, return_exceptions=True)
        for failure in taken:
            if isinstance(failure, BaseException):
                raise failure
        if taken:
            self.after(request)
        else:
            log.info("update_ignored", channel=self.name(), reason="left out by the stock channel")
        return answer

    def _hand_over(self, message: UserMessage) -> Coroutine[Any, Any, None]:
        """Rasa's `on_new_message` to the stock channel. Begins at once: nobody may ever wait for what it returns."""
        door = _door.get(None)
        if door is None:
            log.error("stock_message_refused", channel=self.name(), reason="of no request that can be answered for")
            return _nothing()
        taking = asyncio.ensure_future(self._take(message, door.request))
        if door.answered:  # too late to have it brought again; it is kept if it can be
            log.warning("stock_message_late", channel=self.name())
            taking.add_done_callback(self._note_loss)
        door.taking.append(taking)
        return _settled(taking)

    def _note_loss(self, taking: asyncio.Task[None]) -> None:
        if not taking.cancelled() and (error := taking.exception()):
            log.error("update_lost", channel=self.name(), error=type(error).__name__)

    async def _take(self, message: UserMessage, request: Request) -> None:
        for incoming in self.read(message, request):
            await self.reception.receive(incoming)

    # --- going out ------------------------------------------------------------------------------------------

    def output(self) -> OutputChannel:
        """What is spoken through; its methods may return the message's id."""
        output = self.stock.get_output_channel()
        if output is None:
            raise MessengerError("send", 0, "the stock channel only answers requests", passing=False)
        return output

    def split(self, text: str, most: int) -> list[str]:
        """The messages of a text, in the messenger's own writing."""
        return split_text(text, most)

    def trouble(self, name: str, error: Exception) -> Exception:
        """What the log may name of an error: stock channels quote requests in theirs."""
        return MessengerError(name, 0, type(error).__name__, passing=False)

    async def deliver(
        self, person: str, text: str, keyboard: Sequence[tuple[str, str]], *, standing: bool = False
    ) -> str | None:
        output = self.output()
        if keyboard and not self.has_buttons:
            text, keyboard = lines(text, [title for title, _ in keyboard]), ()
        parts = self.split(text, self.most_text_with_buttons if keyboard else self.most_text)
        sent: Any = None
        for part in parts[: len(parts) - bool(keyboard)]:
            sent = await self.send("send_text_message", output.send_text_message, person, part)
        rows = self._rows(keyboard)
        for number, row in enumerate(rows):
            sent = await self.send(
                "send_text_with_buttons", output.send_text_with_buttons, person, "…" if number else parts[-1], row
            )
        return sent if isinstance(sent, str) else None

    async def deliver_file(self, person: str, file: File) -> None:
        """No stock channel can: the person is told that there is no file."""
        raise MessengerError("send_file", 0, "the stock channel sends no files", passing=False)

    async def send(self, name: str, method: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        """A call that does no harm when it is carried out twice; raises `Gone`, or what `trouble` makes of an error."""

        async def once() -> Any:
            await self.connection.ready(name)
            try:
                return await method(*arguments)
            except MessengerError:
                raise
            except Exception as error:
                trouble = self.trouble(name, error)
            raise trouble  # outside: the error itself must not go along

        return await unless_gone(self.connection.repeat(once))

    def buttons(self, keyboard: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        """As Rasa's channels know them."""
        return [{"title": shortened(title, self.most_title), "payload": PRESSED + token} for title, token in keyboard]

    def _rows(self, keyboard: Sequence[tuple[str, str]]) -> list[list[dict[str, Any]]]:
        most = self.most_buttons or 1
        return [self.buttons(keyboard[start : start + most]) for start in range(0, len(keyboard), most)]

    # --- opening and closing --------------------------------------------------------------------------------

    def connect(self) -> None:
        self.connection = self.network.connection()

    async def disconnect(self) -> None:
        await self.connection.close()


async def _settled(taking: asyncio.Task[None]) -> None:
    """Never raises: the stock channel would log what it cannot read, a database's quotation among it."""
    await asyncio.wait([taking])


async def _nothing() -> None:
    return None
