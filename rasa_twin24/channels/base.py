"""The base of every messenger: what Rasa asks of a channel, and what a messenger's module has to bring."""

from __future__ import annotations

import asyncio
import os
import secrets
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, TypeVar

import structlog
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic

from rasa_twin24.channels.incoming import Attached
from rasa_twin24.channels.messenger import FileLost
from rasa_twin24.channels.output import MessengerOutput
from rasa_twin24.channels.reception import Reception
from rasa_twin24.channels.seldom import Seldom
from rasa_twin24.channels.settings import ChannelSettings
from rasa_twin24.finding import Finding
from rasa_twin24.ledger import Ledger, LedgerSettings
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.files import File

log = structlog.get_logger(__name__)

T = TypeVar("T")

# A group is told once in this time that the bot works in private dialogues, seconds.
GROUP_PAUSE = 3600.0
# Between two cancellations of work that has not ended, seconds.
CANCEL_PAUSE = 0.2


class MessengerInput(InputChannel, ABC):  # type: ignore[misc]
    """A messenger. Rasa makes it from its block in credentials.yml; it opens nothing before the server runs."""

    # Keys of the block in credentials.yml without which there is no such messenger. None set: it is left out, without
    # a word; some of them: `from_credentials` raises ValueError, which names the missing one.
    needs: tuple[str, ...] = ()
    # The largest file that the messenger gives a bot, bytes; None: it sets no limit.
    most_file_bytes: int | None = None
    # Whether it is told an address of this bot's, by the bot itself.
    registers_webhooks = False
    reception: Reception

    def __init__(self) -> None:
        self._background: set[asyncio.Task[None]] = set()
        self._groups_told = Seldom(GROUP_PAUSE)

    @property
    def has_buttons(self) -> bool:
        """Else their titles come to `deliver` numbered, to be said in words, and a number that comes is a press."""
        return True

    @abstractmethod
    def routes(self, blueprint: Blueprint) -> None:
        """Add the messenger's addresses."""

    @abstractmethod
    async def deliver(
        self, person: str, text: str, keyboard: Sequence[tuple[str, str]], *, standing: bool = False
    ) -> str | None:
        """Send a text with buttons given as (title, token); returns the messenger's id of the message, if it has any.

        `standing`: the buttons stay alive beside those of later messages, or the message is going to be edited.
        Raises `Gone`, or anything else that the log should name; its text must not hold a secret.
        """

    @abstractmethod
    async def deliver_file(self, person: str, file: File) -> None:
        """Send a file; raises as `deliver` does."""

    async def edit(
        self, person: str, message: str, text: str, keyboard: Sequence[tuple[str, str]], *, last: bool
    ) -> str | None:
        """Let a message say something else, or send it anew where that cannot be done; returns the message's id.

        `last`: it will not change any more. A messenger that cannot edit says the last version only. Raises as
        `deliver` does.
        """
        return await self.deliver(person, text, keyboard) if last else message

    async def fetch(self, file: Attached, most: int) -> bytes:
        """A file that somebody sent. Raises `FileTooLarge` above `most` bytes, `FileLost` when it is not to be had."""
        raise FileLost("this messenger gives no files out")

    def connect(self) -> None:
        """Make what asking the messenger needs; needs a running loop and no reception."""

    async def disconnect(self) -> None:
        """Close it again."""

    async def open(self, app: Sanic) -> None:
        """The server listens: make what sending needs."""
        self.connect()

    async def kept_secret(self) -> str:
        """A webhook's secret for which nobody has chosen one: made at random, and the same at the next start."""
        made = self.reception.ledger.kept.get_or_make
        return await made(f"{self.name()}_webhook_secret", lambda: secrets.token_urlsafe(32))

    async def listen(self) -> None:
        """Turns can be taken now: begin to poll, or register a webhook. Returns at once."""

    async def close(self) -> None:
        """The server is about to stop."""
        # Again and again: a cancellation gets lost in the HTTP client when it comes while a connection is being made.
        while tasks := set(self._background):
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=CANCEL_PAUSE)
        await self.disconnect()

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Work that nobody waits for; it ends with the server at the latest."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    # --- asked from the command line, while no server runs ----------------------------------------------------

    async def examine(self) -> list[Finding]:
        """Whether the messenger knows the bot, and its webhook; raises `MessengerError` when it cannot be asked."""
        return [Finding(self.name(), True, "on")]

    async def webhooks(self) -> list[str]:
        """The addresses that the messenger brings updates to; raises as `examine`."""
        return []

    async def remove_webhooks(self) -> list[str]:
        """Let the messenger forget them; returns what it has forgotten, raises as `examine`."""
        return []

    async def apart(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask the messenger something of the three above without a server."""
        self.connect()
        try:
            return await ask()
        finally:
            await self.disconnect()

    def typing(self, person: str) -> AbstractAsyncContextManager[None]:
        """Show the person that the bot is at work; nothing where the messenger has no sign for it."""
        return nullcontext()

    def note_forgery(self) -> None:
        """Write down that an update was refused at the door; the server may listen before there is a reception."""
        reception: Reception | None = getattr(self, "reception", None)
        if reception is not None:
            self.beside(reception.note_refusal(self.name(), "forged_webhook"))

    async def note_reach(self, *, gone: str | None = None, back: str | None = None) -> None:
        """Somebody, a bare id, has blocked the bot or taken it back. Who has no access leaves nothing behind."""
        ledger = self.reception.ledger
        if gone and await ledger.accounts.role(f"{self.name()}:{gone}"):
            await ledger.conversations.gone(f"{self.name()}:{gone}")
        if back:
            await ledger.conversations.back(f"{self.name()}:{back}")

    async def tell_group(
        self, group: str, person: str | None, language: str | None, say: Callable[[str], Awaitable[object]]
    ) -> None:
        """Somebody spoke in a group: say there, seldom, that the bot works in private dialogues; ids are bare."""
        if not self._groups_told.lets(group):
            return
        try:
            await say(self.reception.phrases.say("utter_private_only", language))
        except Exception as error:  # nobody waits for it
            log.info("group_not_told", channel=self.name(), error=type(error).__name__)
        await self.reception.ledger.audit.add(
            f"{self.name()}:{person or '?'}", Act.COME_IN, Result.REFUSED, f"{self.name()}:{group}", reason="group"
        )

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Rasa's entry. Turns go through the reception, which asks the agent itself, hence no `on_new_message`."""
        blueprint = Blueprint(f"rasa_twin24_{self.name()}")
        self.routes(blueprint)

        @blueprint.listener("after_server_start")
        async def opened(app: Sanic, _loop: asyncio.AbstractEventLoop) -> None:
            self.reception = await reception_of(app)
            await self.open(app)
            await self.reception.join(self)
            await self.listen()

        @blueprint.listener("before_server_stop")
        async def closed(app: Sanic, _loop: asyncio.AbstractEventLoop) -> None:
            await close_reception(app)
            await self.close()

        return blueprint

    def get_output_channel(self) -> MessengerOutput:
        return self.reception.output(self)


async def reception_of(app: Sanic) -> Reception:
    """The server's reception; the first messenger to ask opens it."""
    if not hasattr(app.ctx, "reception"):
        # No await between the question and this answer: messengers may start side by side.
        app.ctx.reception = asyncio.ensure_future(_open_reception(app))
    reception: Reception = await app.ctx.reception
    return reception


async def close_reception(app: Sanic) -> None:
    """The last thing before the server stops; further calls do nothing."""
    opened = app.ctx.__dict__.pop("reception", None)
    if opened is None:
        return
    reception: Reception = await opened
    await reception.close()
    if getattr(app.ctx, "ledger", None) is None:
        await reception.ledger.close()


async def _open_reception(app: Sanic) -> Reception:
    # `rasa-twin24 run` shares one ledger between channels and actions; under plain `rasa run` the channels open theirs.
    ledger = getattr(app.ctx, "ledger", None)
    if ledger is None:
        settings = LedgerSettings.from_env(os.environ)
        ledger = Ledger(settings.url, owners=settings.owners, hash_key=settings.hash_key)
        await ledger.open()
    reception = Reception(app, ledger, ChannelSettings.from_env(os.environ))
    await reception.open()
    return reception
