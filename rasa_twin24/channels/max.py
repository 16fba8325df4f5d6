"""MAX: long polling, or a webhook where an address is configured. https://dev.max.ru/docs-api"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import structlog
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from rasa_twin24.channels.connection import MessengerError, Network
from rasa_twin24.channels.max_api import MaxApi
from rasa_twin24.channels.max_output import MaxOutput
from rasa_twin24.channels.max_source import MaxSource, subscriptions, unsubscribe, webhook_address
from rasa_twin24.channels.max_updates import Pressed, Read, read_update
from rasa_twin24.channels.speaking import SpeakingInput
from rasa_twin24.channels.webhook import Malformed, Webhook, same_secret
from rasa_twin24.finding import Finding

log = structlog.get_logger(__name__)

DEFAULT_URL = "https://platform-api2.max.ru"
SECRET_HEADER = "X-Max-Bot-Api-Secret"  # noqa: S105
# https://dev.max.ru/docs-api/methods/POST/subscriptions
SECRET = re.compile(r"[A-Za-z0-9_-]{5,256}")


class MaxInput(SpeakingInput):
    needs = ("token",)
    registers_webhooks = True
    output: MaxOutput

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
        self.api: MaxApi

    @classmethod
    def name(cls) -> str:
        return "max"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> MaxInput:
        """Rasa's entry: the block of credentials.yml, filled from the environment."""
        block = {key: str(value) for key, value in (credentials or {}).items() if value}
        if not block.get("token"):
            raise ValueError("MAX_BOT_TOKEN is missing: take it from the bot's page in MAX's partner cabinet")
        if not block["token"].isascii() or not block["token"].isprintable():
            raise ValueError("MAX_BOT_TOKEN holds signs that no token has: copy it anew")
        address, secret = block.get("webhook_url"), block.get("webhook_secret")
        if address and not _is_allowed(address):
            raise ValueError(f"MAX_WEBHOOK_URL is '{address}': use the bot's public https address, without a port")
        if secret and not SECRET.fullmatch(secret):
            raise ValueError("MAX_WEBHOOK_SECRET: use 5 to 256 of A-Z a-z 0-9 _ -, or leave it empty")
        return cls(
            block["token"],
            Network.of(block, DEFAULT_URL),
            address,
            secret,
        )

    # --- coming in ------------------------------------------------------------------------------------------

    def routes(self, blueprint: Blueprint) -> None:
        hook = Webhook("max", self._take, self.note_forgery, admits=self._is_max, read=_update)

        # Streamed, so that a body is read only after its secret, and bounded while it is read.
        @blueprint.post("/webhook", stream=True)
        async def webhook(request: Request) -> HTTPResponse:
            return await hook.answer(request)

    def _is_max(self, request: Request) -> bool:
        return bool(self._webhook_url) and same_secret(request.headers.get(SECRET_HEADER), self._secret)

    async def _take(self, update: dict[str, Any]) -> None:
        """See to one update: what must not wait is done beside, the rest goes to the reception."""
        try:
            read = read_update(update, self._token)
        except Exception as error:  # one odd update must not come back for ever and hold up all others
            log.error("update_unreadable", channel="max", error=type(error).__name__)
            return
        if read.pressed:
            self.beside(self._take_button_away(read.pressed))
        if read.group is not None:
            self.beside(self._tell_group(read))
        await self.note_reach(gone=read.blocked)
        if read.incoming:
            if read.chat is not None:
                self.output.learn_dialogue(read.incoming.person, read.chat)
            await self.reception.receive(read.incoming)
        elif read.ignored:
            log.info("update_ignored", channel="max", reason=read.ignored)

    async def _take_button_away(self, pressed: Pressed) -> None:
        """Not worth a failing turn; without the message's text there is nothing to show instead of it."""
        if pressed.text:
            with suppress(MessengerError):
                await self.output.take_button_away(pressed.person, pressed.callback_id, pressed.text)

    async def _tell_group(self, read: Read) -> None:
        if (group := read.group) is not None:
            await self.tell_group(
                str(group), read.group_person, read.group_language, lambda told: self.output.say_in_group(group, told)
            )

    # --- opening and closing --------------------------------------------------------------------------------

    def connect(self) -> None:
        self.api = MaxApi(self._token, self._network.connection())
        self.output = MaxOutput(self.api)

    async def disconnect(self) -> None:
        await self.api.close()

    async def open(self, app: Sanic) -> None:
        await super().open(app)
        self._secret = self._secret or await self.kept_secret()

    async def listen(self) -> None:
        source = MaxSource(self.api, self.reception.ledger.kept, self._take)
        self.beside(source.watch(self._webhook_url, self._secret or "") if self._webhook_url else source.poll())

    async def examine(self) -> list[Finding]:
        try:
            me, known = await self.api.call("getMe", "GET", "me"), await subscriptions(self.api)
        except MessengerError as error:
            mend = "check MAX_BOT_TOKEN" if error.code == 401 else "check the network, MAX_API_URL and MAX_CA_BUNDLE"
            return [Finding("max", False, f"{error.code} {error.description[:80]}: {mend}")]
        found = Finding("max", True, f"the bot is @{me.get('username') or me.get('user_id')}")
        if not self._webhook_url:
            return [found, Finding("max webhook", True, "long polling")]
        if webhook_address(self._webhook_url) not in known:
            return [found, Finding("max webhook", True, "not registered yet; the bot does it at its start")]
        return [found, Finding("max webhook", True, "registered")]

    async def webhooks(self) -> list[str]:
        return await subscriptions(self.api)

    async def remove_webhooks(self) -> list[str]:
        known = await self.webhooks()
        for address in known:
            await unsubscribe(self.api, address)
        return known


def _is_allowed(address: str) -> bool:
    """https on its usual port, not written. https://dev.max.ru/docs-api/methods/POST/subscriptions"""
    try:
        parts = urlsplit(address)
        return parts.scheme == "https" and bool(parts.hostname) and parts.port is None
    except ValueError:
        return False


def _update(body: bytes) -> dict[str, Any]:
    update = json.loads(body)
    if not isinstance(update, dict) or not isinstance(update.get("update_type"), str):
        raise Malformed
    return update
