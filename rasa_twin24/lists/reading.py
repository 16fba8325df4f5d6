"""Reading a list from within the bot: a worker does it, in a process of its own."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import Any

import structlog

from rasa_twin24.lists.outcome import LABEL, ListReason, Summary, UnreadableList
from rasa_twin24.lists.packed import People, Rejects
from rasa_twin24.lists.settings import MEGABYTE, ListSettings
from rasa_twin24.lists.wire import Order, outcome_of, said_in

log = structlog.get_logger(__name__)

WORKER = (sys.executable, "-I", "-m", "rasa_twin24.lists.worker")
_PIECE = 1 << 16  # bytes written or read at once: what a pipe holds

# What a signal that ended a worker says of its list: Rust aborts when it gets no memory, SIGXCPU and then SIGKILL come
# when the processor time is used up.
_ENDED_BY: dict[int, ListReason] = {
    -signal.SIGABRT: "too_big",
    -signal.SIGSEGV: "too_big",
    -signal.SIGXCPU: "took_too_long",
    -signal.SIGKILL: "took_too_long",
}


def reason_of_end(returncode: int) -> ListReason:
    """Why a worker ended before it said anything final; what is not known harmed it, so the file is damaged."""
    return _ENDED_BY.get(returncode, "damaged")


async def read_list(
    content: bytes,
    name: str,
    region: str,
    settings: ListSettings,
    column: int | None = None,
    label: str = LABEL,
    *,
    to_call: bool = True,
) -> AsyncGenerator[People | Rejects | Summary, None]:
    """The people of a file, or of a long text in UTF-8: chunks of at most 1,000, each of one kind, the summary last.

    The worker goes on as its chunks are taken, so neither side ever holds the whole list. `region` says how a number
    without a country code is read, `column` which column a person chose, `label` which variable gets what stands
    beside a number. `to_call`: whom a line says not to call is left out.
    Raises UnreadableList and ChooseColumn. An UnreadableList may come after some chunks: what they held is void then.
    Whoever leaves the loop early closes the iterator (`contextlib.aclosing`), so that the worker ends at once.
    """
    if len(content) > settings.megabytes * MEGABYTE:
        raise UnreadableList("too_large", megabytes=settings.megabytes)
    order = Order(name, region, column, label, settings.rows, settings.memory * MEGABYTE, settings.cpu_seconds, to_call)
    worker = await asyncio.create_subprocess_exec(
        *WORKER,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # it may quote the file
        env={},
        limit=_PIECE,  # what is held of answers that nobody takes yet
    )
    try:
        feeding = asyncio.create_task(_feed(worker, order.line(), content))
        try:
            async for outcome in _outcomes(worker, settings.wait_seconds):
                yield outcome
        finally:
            feeding.cancel()
            with suppress(asyncio.CancelledError):
                await feeding
    finally:
        await _end(worker)


async def _feed(worker: asyncio.subprocess.Process, order: bytes, content: bytes) -> None:
    """Write all, in small pieces; a worker that refuses the file early need not hear it out."""
    pipe = worker.stdin
    assert pipe is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        pipe.write(order)
        for at in range(0, len(content), _PIECE):
            pipe.write(content[at : at + _PIECE])
            await pipe.drain()
        pipe.close()
        await pipe.wait_closed()


async def _outcomes(
    worker: asyncio.subprocess.Process, wait_seconds: float
) -> AsyncIterator[People | Rejects | Summary]:
    """What the worker says until its summary; waits for it `wait_seconds` in all."""
    held = bytearray()
    left = wait_seconds
    while True:
        began = time.monotonic()
        try:
            answered = await asyncio.wait_for(_answer(worker, held), left)
            if answered is None:
                ended = await asyncio.wait_for(worker.wait(), left)
                raise UnreadableList(reason_of_end(ended))
        except asyncio.TimeoutError as error:
            raise UnreadableList("took_too_long") from error
        left -= time.monotonic() - began
        outcome = outcome_of(*answered)
        if isinstance(outcome, str):
            log.error("list_worker_failed", error=outcome)
            raise UnreadableList("damaged")
        yield outcome
        if isinstance(outcome, Summary):
            return


async def _answer(worker: asyncio.subprocess.Process, held: bytearray) -> tuple[dict[str, Any], bytes] | None:
    """The next answer and the bytes that belong to it, None if there is none. `held` keeps what has come after it.

    Not `readline`: that takes lines up to a limit, and reads ahead twice as much.
    """
    searched = 0
    while (end := held.find(b"\n", searched)) < 0:
        searched = len(held)
        if not await _more(worker, held):
            return None
    said, size = said_in(bytes(held[:end]))
    del held[: end + 1]
    while len(held) < size:
        if not await _more(worker, held):
            return None
    content = bytes(held[:size])
    del held[:size]
    return said, content


async def _more(worker: asyncio.subprocess.Process, held: bytearray) -> bool:
    """Whether the worker has said more."""
    assert worker.stdout is not None
    piece = await worker.stdout.read(_PIECE)
    held += piece
    return bool(piece)


async def _end(worker: asyncio.subprocess.Process) -> None:
    """No worker outlives its list, whether that was read, refused or left."""
    if worker.returncode is None:
        with suppress(ProcessLookupError):
            worker.kill()
    await asyncio.shield(worker.wait())
    assert worker.stdin is not None
    worker.stdin.close()
    with suppress(BrokenPipeError, ConnectionResetError):
        await worker.stdin.wait_closed()  # or asyncio complains that nobody asked how it ended
