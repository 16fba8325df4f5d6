"""Telegram: long polling, or a webhook where an address is configured. https://core.telegram.org/bots/api"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import structlog
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from rasa_twin24.channels.connection import MessengerError, Network
from rasa_twin24.channels.speaking import SpeakingInput
from rasa_twin24.channels.telegram_api import TelegramApi
from rasa_twin24.channels.telegram_output import MAX_FILE, TelegramOutput
from rasa_twin24.channels.telegram_source import TelegramSource, webhook_address
from rasa_twin24.channels.telegram_updates import Pressed, Read, read_update, update_id
from rasa_twin24.channels.webhook import Malformed, Webhook, same_secret
from rasa_twin24.finding import Finding
from rasa_twin24.ledger.invites import TELEGRAM_NAME

log = structlog.get_logger(__name__)

DEFAULT_URL = "https://api.telegram.org"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
COMMANDS = ("new", "add", "help", "cancel", "link")


class TelegramInput(SpeakingInput):
    needs = ("token",)
    registers_webhooks = True
    output: TelegramOutput
    most_file_bytes = MAX_FILE

    def __init__(
        self,
        token: str,
        network: Network,
        webhook_url: str | None,
        secret: str | None,
    ) -> None:
        super().__init__()
        self._token = token
        self._network = network
        self._webhook_url = webhook_url
        self._secret = secret
        self.api: TelegramApi

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
            Network.of(block, DEFAULT_URL),
            block.get("webhook_url"),
            block.get("webhook_secret"),
        )

    # --- coming in ------------------------------------------------------------------------------------------

    def routes(self, blueprint: Blueprint) -> None:
        hook = Webhook("telegram", self._take, self.note_forgery, admits=self._is_telegram, read=_update)

        # Streamed, so that a body is read only after its secret, and bounded while it is read.
        @blueprint.post("/webhook", stream=True)
        async def webhook(request: Request) -> HTTPResponse:
            return await hook.answer(request)

    def _is_telegram(self, request: Request) -> bool:
        return bool(self._webhook_url) and same_secret(request.headers.get(SECRET_HEADER), self._secret)

    async def _take(self, update: dict[str, Any]) -> None:
        """See to one update: what must not wait is done beside, the rest goes to the reception."""
        try:
            read = read_update(update)
        except Exception as error:  # one odd update must not come back for ever and hold up all others
            log.error("update_unreadable", channel="telegram", error=type(error).__name__)
            return
        if read.pressed:
            self.beside(self._take_button_away(read.pressed))
        await self.note_reach(gone=read.blocked, back=read.unblocked)
        if read.group is not None:
            self.beside(self._tell_group(read))
        if read.incoming:
            await self.reception.receive(read.incoming)
        elif read.ignored:
            log.info("update_ignored", channel="telegram", reason=read.ignored)

    async def _take_button_away(self, pressed: Pressed) -> None:
        """Stop the button's spinner and remove the keyboard; neither is worth a failing turn."""
        with suppress(MessengerError):
            await self.api.call("answerCallbackQuery", callback_query_id=pressed.callback_id)
        if pressed.chat_id is not None and pressed.message_id is not None:
            with suppress(MessengerError):
                await self.api.call("editMessageReplyMarkup", chat_id=pressed.chat_id, message_id=pressed.message_id)

    async def _tell_group(self, read: Read) -> None:
        await self.tell_group(
            str(read.group),
            read.group_person,
            read.group_language,
            lambda told: self.api.call("sendMessage", chat_id=read.group, text=told),
        )

    # --- opening and closing --------------------------------------------------------------------------------

    def connect(self) -> None:
        self.api = TelegramApi(self._token, self._network.connection())
        self.output = TelegramOutput(self.api)

    async def disconnect(self) -> None:
        await self.api.close()

    async def open(self, app: Sanic) -> None:
        await super().open(app)
        self._secret = self._secret or await self.kept_secret()

    async def listen(self) -> None:
        self.beside(self._publish_commands())
        self.beside(self._learn_own_name())
        source = TelegramSource(self.api, self._take)
        self.beside(source.register(self._webhook_url, self._secret or "") if self._webhook_url else source.poll())

    async def examine(self) -> list[Finding]:
        try:
            me, hook = await self.api.call("getMe"), await self.api.call("getWebhookInfo")
        except MessengerError as error:
            mend = "check TELEGRAM_BOT_TOKEN" if error.code in (401, 404) else "check the network and TELEGRAM_API_URL"
            return [Finding("telegram", False, f"{error.code} {error.description[:80]}: {mend}")]
        found = Finding("telegram", True, f"the bot is @{_text(me, 'username')}")
        wanted, failed = self._webhook_url or "", _text(hook, "last_error_message")
        if wanted and _text(hook, "url") != webhook_address(wanted):
            return [found, Finding("telegram webhook", True, "not registered yet; the bot does it at its start")]
        if wanted and failed:
            return [found, Finding("telegram webhook", False, f"Telegram's last delivery failed: {failed[:120]}")]
        return [found, Finding("telegram webhook", True, "registered" if wanted else "long polling")]

    async def webhooks(self) -> list[str]:
        address = _text(await self.api.call("getWebhookInfo"), "url")
        return [address] if address else []

    async def remove_webhooks(self) -> list[str]:
        known = await self.webhooks()
        if known:
            await self.api.call("deleteWebhook")
        return known

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


def _update(body: bytes) -> dict[str, Any]:
    update = json.loads(body)
    if update_id(update) is None:
        raise Malformed
    found: dict[str, Any] = update
    return found


def _text(answer: Any, key: str) -> str:
    """Of an answer that should be an object; other things come as well."""
    return str(answer.get(key) or "") if isinstance(answer, dict) else ""
