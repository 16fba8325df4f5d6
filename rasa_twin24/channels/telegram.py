"""Telegram: long polling, or a webhook where an address is configured. https://core.telegram.org/bots/api"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from collections.abc import Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

import structlog
from sanic import Blueprint, Sanic
from sanic.exceptions import PayloadTooLarge
from sanic.request import Request
from sanic.response import HTTPResponse, empty

from rasa_twin24.channels.base import MessengerInput
from rasa_twin24.channels.connection import MessengerError
from rasa_twin24.channels.incoming import Attached
from rasa_twin24.channels.seldom import Seldom
from rasa_twin24.channels.telegram_api import TelegramApi
from rasa_twin24.channels.telegram_output import MAX_FILE, TelegramOutput
from rasa_twin24.channels.telegram_source import TelegramSource
from rasa_twin24.channels.telegram_updates import Pressed, Read, read_update, update_id
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.files import File
from rasa_twin24.ledger.invites import TELEGRAM_NAME

log = structlog.get_logger(__name__)

DEFAULT_URL = "https://api.telegram.org"
# An update is a few kilobytes; this is a bound, not an expectation.
MAX_BODY = 1_000_000
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
# A group is told once in this time that the bot works in private chats, seconds.
GROUP_PAUSE = 3600.0
COMMANDS = ("new", "add", "help", "cancel")


class TelegramInput(MessengerInput):
    needs = ("token",)
    most_file_bytes = MAX_FILE

    def __init__(self, token: str, api_url: str, webhook_url: str | None, secret: str | None) -> None:
        self._token = token
        self._api_url = api_url
        self._webhook_url = webhook_url
        self._secret = secret
        self._background: set[asyncio.Task[None]] = set()
        self._groups_told = Seldom(GROUP_PAUSE)
        self.api: TelegramApi
        self.output: TelegramOutput

    @classmethod
    def name(cls) -> str:
        return "telegram"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> TelegramInput:
        """Rasa's entry: the block of credentials.yml, filled from the environment."""
        block = {key: str(value) for key, value in (credentials or {}).items() if value}
        if not block.get("token"):
            raise ValueError("TELEGRAM_BOT_TOKEN is missing: ask @BotFather for one")
        return cls(
            block["token"],
            block.get("api_url") or DEFAULT_URL,
            block.get("webhook_url"),
            block.get("webhook_secret"),
        )

    # --- coming in ------------------------------------------------------------------------------------------

    def routes(self, blueprint: Blueprint) -> None:
        # Streamed, so that a body is read only after its secret, and bounded while it is read.
        @blueprint.post("/webhook", stream=True)
        async def webhook(request: Request) -> HTTPResponse:
            return await self._webhook(request)

    async def _webhook(self, request: Request) -> HTTPResponse:
        given = request.headers.get(SECRET_HEADER, "")
        if (
            not self._webhook_url
            or not self._secret
            or not hmac.compare_digest(given.encode(errors="replace"), self._secret.encode())
        ):
            log.warning("forged_webhook", channel="telegram")
            self._beside(self.note_forgery())
            return empty(403)
        request.stream.request_max_size = MAX_BODY
        try:
            await request.receive_body()
        except PayloadTooLarge:
            log.warning("oversize_webhook", channel="telegram")
            return empty(413)
        try:
            update = json.loads(request.body)
        except (ValueError, RecursionError):
            update = None
        if update_id(update) is None:
            log.warning("malformed_webhook", channel="telegram")
            return empty(400)
        try:
            await self._take(update)
        except Exception as error:
            # Not written down: Telegram shall bring it again.
            log.error("update_not_stored", channel="telegram", error=type(error).__name__)
            return empty(503)
        return empty(200)

    async def _take(self, update: dict[str, Any]) -> None:
        """See to one update: what must not wait is done beside, the rest goes to the reception."""
        try:
            read = read_update(update)
        except Exception as error:  # one odd update must not come back for ever and hold up all others
            log.error("update_unreadable", channel="telegram", error=type(error).__name__)
            return
        if read.pressed:
            self._beside(self._take_button_away(read.pressed))
        await self._note_membership(read)
        if read.group is not None:
            self._beside(self._tell_group(read))
        if read.incoming:
            await self.reception.receive(read.incoming)
        elif read.ignored:
            log.info("update_ignored", channel="telegram", reason=read.ignored)

    async def _note_membership(self, read: Read) -> None:
        conversations = self.reception.ledger.conversations
        if read.blocked and await self.reception.ledger.people.role(f"telegram:{read.blocked}"):
            await conversations.gone(f"telegram:{read.blocked}")
        if read.unblocked:
            await conversations.back(f"telegram:{read.unblocked}")

    async def _take_button_away(self, pressed: Pressed) -> None:
        """Stop the button's spinner and remove the keyboard; neither is worth a failing turn."""
        with suppress(MessengerError):
            await self.api.call("answerCallbackQuery", callback_query_id=pressed.callback_id)
        if pressed.chat_id is not None and pressed.message_id is not None:
            with suppress(MessengerError):
                await self.api.call("editMessageReplyMarkup", chat_id=pressed.chat_id, message_id=pressed.message_id)

    async def _tell_group(self, read: Read) -> None:
        if not self._groups_told.lets(str(read.group)):
            return
        with suppress(MessengerError):
            await self.api.call(
                "sendMessage",
                chat_id=read.group,
                text=self.reception.phrases.say("utter_private_only", read.group_language),
            )
        await self.reception.ledger.audit.add(
            f"telegram:{read.group_person or '?'}",
            Act.COME_IN,
            Result.REFUSED,
            f"telegram:{read.group}",
            reason="group",
        )

    # --- going out ------------------------------------------------------------------------------------------

    async def deliver(
        self, person: str, text: str, keyboard: Sequence[tuple[str, str]], *, standing: bool = False
    ) -> str | None:
        return await self.output.deliver(person, text, keyboard, standing=standing)

    async def edit(
        self, person: str, message: str, text: str, keyboard: Sequence[tuple[str, str]], *, last: bool
    ) -> str | None:
        return await self.output.edit(person, message, text, keyboard, last=last)

    async def deliver_file(self, person: str, file: File) -> None:
        await self.output.deliver_file(person, file)

    async def fetch(self, file: Attached, most: int) -> bytes:
        return await self.output.fetch(file, most)

    def typing(self, person: str) -> AbstractAsyncContextManager[None]:
        return self.output.typing(person)

    # --- opening and closing --------------------------------------------------------------------------------

    async def open(self, app: Sanic) -> None:
        self.api = TelegramApi(self._token, self._api_url)
        self.output = TelegramOutput(self.api)
        if not self._secret:
            self._secret = await self.reception.ledger.kept.get_or_make(
                "telegram_webhook_secret", lambda: secrets.token_urlsafe(32)
            )

    async def listen(self) -> None:
        self._beside(self._publish_commands())
        self._beside(self._learn_own_name())
        source = TelegramSource(self.api, self._take)
        self._beside(source.register(self._webhook_url, self._secret or "") if self._webhook_url else source.poll())

    async def close(self) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.api.close()

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _publish_commands(self) -> None:
        """The menu of commands, in Russian and in English."""
        phrases = self.reception.phrases
        for language in (None, "en"):
            commands = [
                {"command": name, "description": phrases.say(f"utter_command_{name}", language)} for name in COMMANDS
            ]
            extra: dict[str, Any] = {"language_code": language} if language else {}
            try:
                await self.api.call("setMyCommands", commands=commands, **extra)
            except MessengerError as error:
                log.warning("telegram_commands_failed", code=error.code, reason=error.description[:100])

    async def _learn_own_name(self) -> None:
        """Keep what invitations by link need to know."""
        try:
            me = await self.api.call("getMe")
            if isinstance(me, dict) and isinstance(me.get("username"), str):
                await self.reception.ledger.kept.put(TELEGRAM_NAME, me["username"])
        except Exception as error:  # then an invitation is a code alone
            log.warning("telegram_name_unknown", error=type(error).__name__)
