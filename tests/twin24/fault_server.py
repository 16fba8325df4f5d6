"""A server on loopback that fails in one chosen way and counts the requests it has read to their end."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from types import TracebackType


class Connection:
    """One accepted connection, as the misbehaviours below see it."""

    def __init__(self, server: FaultServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server = server
        self.reader = reader
        self.writer = writer

    async def read_request(self) -> bytes:
        """Read one request whole and give its body."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        body = await self.reader.readexactly(length)
        self.server.read += 1
        return body

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """Drop the connection with RST instead of FIN."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Behaviour = Callable[[Connection], Awaitable[None]]


class FaultServer:
    """Serves every connection with the given behaviour; `url` is its address."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.connections = 0
        self.read = 0
        self.url = ""
        self._behaviour = behaviour
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> FaultServer:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._serve(Connection(self, reader, writer)))
        self._tasks.add(task)

    async def _serve(self, connection: Connection) -> None:
        try:
            await self._behaviour(connection)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The client left first.
        finally:
            connection.writer.close()


def refused_url() -> str:
    """Give an address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def http(status: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """Build an answer; `length` lies about the body."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def answering(status: str, body: bytes, *headers: str, length: int | None = None) -> Behaviour:
    """Answer every request of a connection with the same bytes, then hang up if the length was a lie."""

    async def behave(connection: Connection) -> None:
        while True:
            await connection.read_request()
            await connection.send(http(status, body, *headers, length=length))
            if length is not None:
                return

    return behave


async def close_on_accept(connection: Connection) -> None:
    """Hang up without reading."""


async def reset_on_accept(connection: Connection) -> None:
    connection.reset()


async def reset_midway(connection: Connection) -> None:
    await connection.reader.readexactly(20)
    connection.reset()


async def reset_after_reading(connection: Connection) -> None:
    await connection.read_request()
    connection.reset()


async def close_after_reading(connection: Connection) -> None:
    await connection.read_request()


async def hang_after_reading(connection: Connection) -> None:
    await connection.read_request()
    await asyncio.Event().wait()


async def speak_no_http(connection: Connection) -> None:
    await connection.read_request()
    await connection.send(b"220 mail.example.org ESMTP ready\r\n")


async def drip(connection: Connection) -> None:
    """Send a byte now and then: no single silence is too long."""
    await connection.read_request()
    await connection.send(http("200 OK", b"", length=1000))
    while True:
        await asyncio.sleep(0.05)
        await connection.send(b" ")


async def answer_then_close(connection: Connection) -> None:
    """Promise to keep the connection, and drop it after one answer."""
    await connection.read_request()
    await connection.send(http("200 OK", b"{}", "Connection: keep-alive"))
