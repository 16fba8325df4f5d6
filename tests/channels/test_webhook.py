"""Any messenger's webhook: who sent it, how much of it is read, and what the messenger is answered."""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
import structlog
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, text

from rasa_twin24.channels.webhook import Malformed, Webhook, same_secret, same_signature
from tests.loopback import client
from tests.sanic_server import listening
from tests.waiting import PATIENCE

# From RFC 4231, test case 2: key "Jefe", HMAC-SHA-256 of the words.
KEY, WORDS = "Jefe", b"what do ya want for nothing?"
SIGNATURE = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


@pytest.mark.parametrize(
    ("given", "secret", "same"),
    [
        ("s3cret", "s3cret", True),
        ("сĸ", "сĸ", True),
        ("s3cre", "s3cret", False),
        ("s3cret ", "s3cret", False),
        ("S3cret", "s3cret", False),
        ("", "s3cret", False),
        (None, "s3cret", False),
        ("None", None, False),
        ("", "", False),
        (None, None, False),
        ("", None, False),
        ("\udcff", "s3cret", False),
        ("?", "\ufffd", False),
    ],
)
def test_a_secret(given: str | None, secret: str | None, same: bool) -> None:
    assert same_secret(given, secret) is same


@pytest.mark.parametrize(
    ("given", "secret", "signed", "prefix", "same"),
    [
        (SIGNATURE, KEY, WORDS, "", True),
        (f"sha256={SIGNATURE}", KEY, WORDS, "sha256=", True),
        (SIGNATURE, KEY, WORDS, "sha256=", False),
        (f"sha256={SIGNATURE}", KEY, WORDS, "", False),
        (f"sha1={SIGNATURE}", KEY, WORDS, "sha256=", False),
        (SIGNATURE[:-1] + "2", KEY, WORDS, "", False),
        (SIGNATURE[:-1], KEY, WORDS, "", False),
        (SIGNATURE.upper(), KEY, WORDS, "", False),
        (SIGNATURE, KEY, WORDS + b" ", "", False),
        (SIGNATURE, KEY + "1", WORDS, "", False),
        ("", KEY, WORDS, "", False),
        (None, KEY, WORDS, "", False),
        ("\udcff", KEY, WORDS, "", False),
        (hmac.new(b"", WORDS, "sha256").hexdigest(), "", WORDS, "", False),
        (hmac.new(b"", WORDS, "sha256").hexdigest(), None, WORDS, "", False),
    ],
)
def test_a_signature(given: str | None, secret: str | None, signed: bytes, prefix: str, same: bool) -> None:
    assert same_signature(given, secret, signed, prefix=prefix) is same


@pytest.mark.parametrize("bit", range(0, len(WORDS) * 8, 7))
def test_one_bit_of_the_body_breaks_a_signature(bit: int) -> None:
    changed = bytearray(WORDS)
    changed[bit // 8] ^= 1 << bit % 8

    assert not same_signature(SIGNATURE, KEY, bytes(changed))


class Door:
    """A server with one webhook; what was taken in, and how many forgeries were noted."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.forgeries = 0
        self.app = Sanic(f"door_{uuid4().hex}", configure_logging=False)
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._server: Any = None

    async def start(self, **more: Any) -> None:
        async def take(update: Any) -> HTTPResponse | None:
            self.taken.append(update)
            return None

        def note() -> None:
            self.forgeries += 1

        hook = Webhook(**{"channel": "door", "take": take, "note_forgery": note, **more})

        @self.app.post("/webhook", stream=True)
        async def webhook(request: Request) -> HTTPResponse:
            return await hook.answer(request)

        self._server = await listening(self.app, self._socket)

    async def stop(self) -> None:
        await self._server.close()
        for connection in list(self._server.connections):
            connection.abort()

    async def post(self, body: bytes, **headers: str) -> httpx.Response:
        async with client() as http:
            return await http.post(f"http://127.0.0.1:{self.port}/webhook", content=body, headers=headers)


@pytest.fixture
async def open_door() -> AsyncIterator[Callable[..., Any]]:
    doors: list[Door] = []

    async def opened(**more: Any) -> Door:
        door = Door()
        await door.start(**more)
        doors.append(door)
        return door

    yield opened
    for door in doors:
        await door.stop()


def signed(request: Request, body: bytes) -> bool:
    return same_signature(request.headers.get("X-Signature"), KEY, body)


async def test_what_is_signed_is_taken_as_it_came(open_door: Callable[..., Any]) -> None:
    door = await open_door(genuine=signed, read=lambda body: body)

    answer = await door.post(WORDS, **{"X-Signature": SIGNATURE})

    assert (answer.status_code, answer.content) == (200, b"")
    assert (door.taken, door.forgeries) == ([WORDS], 0)


@pytest.mark.parametrize("headers", [{}, {"X-Signature": ""}, {"X-Signature": SIGNATURE[:-1]}])
async def test_what_is_not_signed_is_not_even_parsed(open_door: Callable[..., Any], headers: dict[str, str]) -> None:
    def read(_body: bytes) -> Any:
        raise AssertionError("read before it was known who sent it")

    door = await open_door(genuine=signed, read=read)

    answer = await door.post(WORDS, **headers)

    assert (answer.status_code, answer.content) == (403, b"")
    assert (door.taken, door.forgeries) == ([], 1)


async def test_what_the_headers_refuse_is_not_even_read(open_door: Callable[..., Any]) -> None:
    door = await open_door(admits=lambda _request: False)
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n{")

    answer = await asyncio.wait_for(reader.readline(), PATIENCE)
    writer.close()

    assert answer == b"HTTP/1.1 403 Forbidden\r\n"
    assert (door.taken, door.forgeries) == ([], 1)


@pytest.mark.parametrize(("size", "status"), [(1000, 200), (1001, 413)])
async def test_a_body_is_bounded(open_door: Callable[..., Any], size: int, status: int) -> None:
    door = await open_door(most_bytes=1000, read=lambda body: body)

    assert (await door.post(b"1" * size)).status_code == status
    assert len(door.taken) == (status == 200)


async def test_a_body_of_unknown_length_is_bounded_while_it_comes(open_door: Callable[..., Any]) -> None:
    door = await open_door(most_bytes=1000, read=lambda body: body)
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(b"POST /webhook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(3):
        writer.write(b"1f4\r\n" + b"1" * 500 + b"\r\n")

    answer = await asyncio.wait_for(reader.readline(), PATIENCE)
    writer.close()

    assert answer == b"HTTP/1.1 413 Request Entity Too Large\r\n"
    assert door.taken == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000], ids=["empty", "cut", "no text", "deep"])
async def test_a_body_that_is_no_json(open_door: Callable[..., Any], body: bytes) -> None:
    door = await open_door()

    assert (await door.post(body)).status_code == 400
    assert (door.taken, door.forgeries) == ([], 0)


@pytest.mark.parametrize(
    ("raised", "status"),
    [(Malformed(), 400), (ValueError("8 916 123-45-67"), 503), (RuntimeError("8 916 123-45-67"), 503)],
)
async def test_what_is_not_kept_is_not_confirmed(open_door: Callable[..., Any], raised: Exception, status: int) -> None:
    async def failing(_update: Any) -> None:
        raise raised

    door = await open_door(take=failing)
    with structlog.testing.capture_logs() as logs:
        answer = await door.post(b"{}")

    assert (answer.status_code, answer.content) == (status, b"")
    assert logs
    assert "916" not in repr(logs)


async def test_a_messenger_may_want_an_answer_of_its_own(open_door: Callable[..., Any]) -> None:
    async def take(update: Any) -> HTTPResponse:
        return text(json.dumps(update))

    door = await open_door(take=take)

    assert (await door.post(b'{"ok": 1}')).text == '{"ok": 1}'
