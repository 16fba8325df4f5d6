"""VK, the messages of a community: Bots Long Poll, or the Callback API where an address is configured.

https://dev.vk.com/ru/api/bots/getting-started
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import structlog
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, text

from rasa_twin24.channels.connection import MessengerError, Network
from rasa_twin24.channels.speaking import SpeakingInput
from rasa_twin24.channels.vk_api import VkApi
from rasa_twin24.channels.vk_examined import examine
from rasa_twin24.channels.vk_output import VkOutput
from rasa_twin24.channels.vk_people import VkPeople
from rasa_twin24.channels.vk_source import VkSource, webhook_address
from rasa_twin24.channels.vk_updates import CONFIRMATION, Pressed, Read, read_event
from rasa_twin24.channels.webhook import Malformed, Webhook, same_secret
from rasa_twin24.finding import Finding

log = structlog.get_logger(__name__)

DEFAULT_URL = "https://api.vk.ru"
# Of a Callback server. https://dev.vk.com/ru/method/groups.addCallbackServer
MAX_SECRET = 50
# VK waits for the confirmation; how long it does is not told. Seconds.
CONFIRMATION_SECONDS = 3.0


class VkInput(SpeakingInput):
    needs = ("token", "group_id")
    registers_webhooks = True
    output: VkOutput

    def __init__(
        self,
        token: str,
        group_id: int,
        network: Network,
        webhook_url: str | None,
        secret: str | None,
        confirmation: str | None,
    ) -> None:
        super().__init__()
        self._token = token
        self._group_id = group_id
        self._network = network
        self._webhook_url = webhook_url
        self._secret = secret
        self._confirmation = confirmation
        self.api: VkApi
        self._people: VkPeople

    @classmethod
    def name(cls) -> str:
        return "vk"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> VkInput:
        """Rasa's entry: the block of credentials.yml, filled from the environment."""
        block = {key: str(value).strip() for key, value in (credentials or {}).items() if value}
        if not block.get("token"):
            raise ValueError("VK_BOT_TOKEN is missing: make one in the community's settings, with messages and manage")
        group = block.get("group_id", "")
        if not (group.isascii() and group.isdigit() and int(group)):
            raise ValueError("VK_GROUP_ID is the community's number, digits alone, e.g. 200300")
        if len(block.get("webhook_secret", "")) > MAX_SECRET:
            raise ValueError(f"VK_WEBHOOK_SECRET is longer than VK's {MAX_SECRET} signs: shorten it, or leave it empty")
        return cls(
            block["token"],
            int(group),
            Network.of(block, DEFAULT_URL),
            block.get("webhook_url"),
            block.get("webhook_secret"),
            block.get("confirmation"),
        )

    # --- coming in ------------------------------------------------------------------------------------------

    def routes(self, blueprint: Blueprint) -> None:
        hook = Webhook("vk", self._answer, self.note_forgery, admits=self._is_wanted, genuine=self._is_vk, read=_event)

        # Streamed, so that a body is bounded while it is read.
        @blueprint.post("/webhook", stream=True)
        async def webhook(request: Request) -> HTTPResponse:
            return await hook.answer(request)

    def _is_wanted(self, _request: Request) -> bool:
        return bool(self._webhook_url)

    def _is_vk(self, _request: Request, body: bytes) -> bool:
        """The secret stands in the body, beside the community's number."""
        try:
            event = _event(body)
        except (ValueError, RecursionError):
            return False
        secret = event.get("secret")
        is_right = same_secret(secret if isinstance(secret, str) else None, self._secret)
        return is_right and event.get("group_id") == self._group_id

    async def _answer(self, event: dict[str, Any]) -> HTTPResponse:
        if event.get("type") == CONFIRMATION:
            return text(await self._confirmation_code())
        await self._take(event)
        return text("ok")

    async def _confirmation_code(self) -> str:
        """Asked anew each time unless it is configured: it can change. Raises `MessengerError`."""
        if self._confirmation:
            return self._confirmation
        answer = await self.api.once(
            "groups.getCallbackConfirmationCode", read_seconds=CONFIRMATION_SECONDS, group_id=self._group_id
        )
        code = answer.get("code") if isinstance(answer, dict) else None
        if not isinstance(code, str):
            raise MessengerError("groups.getCallbackConfirmationCode", 502, "VK named no code")
        return code

    async def _take_polled(self, event: dict[str, Any]) -> None:
        if event.get("group_id") == self._group_id:
            await self._take(event)

    async def _take(self, event: dict[str, Any]) -> None:
        """See to one event: what must not wait is done beside, the rest goes to the reception."""
        try:
            read = read_event(event)
        except Exception as error:  # one odd event must not come back for ever and hold up all others
            log.error("update_unreadable", channel="vk", error=type(error).__name__)
            return
        if read.pressed:
            self.beside(self._stop_spinner(read.pressed))
        await self.note_reach(gone=read.denied, back=read.allowed)
        if read.group is not None:
            self.beside(self._tell_group(read))
        for incoming in read.incoming:
            if read.client:
                self._people.learn_client(incoming.person, read.client)
            language = incoming.language or self._people.client(incoming.person).language
            name = await self._people.name(incoming.person)
            await self.reception.receive(replace(incoming, language=language, name=name))
        if read.ignored:
            log.info("update_ignored", channel="vk", reason=read.ignored)

    async def _stop_spinner(self, pressed: Pressed) -> None:
        """Not worth a failing turn."""
        with suppress(MessengerError):
            await self.api.call(
                "messages.sendMessageEventAnswer",
                event_id=pressed.event_id,
                user_id=pressed.user_id,
                peer_id=pressed.peer_id,
            )

    async def _tell_group(self, read: Read) -> None:
        group = str(read.group)
        await self.tell_group(
            group, read.group_person, read.group_language, lambda told: self.output.deliver(group, told, ())
        )

    # --- opening and closing --------------------------------------------------------------------------------

    def connect(self) -> None:
        self.api = VkApi(self._token, self._network.connection())
        self._people = VkPeople(self.api)
        self.output = VkOutput(self.api, self._people.client)

    async def disconnect(self) -> None:
        await self.api.close()

    async def open(self, app: Sanic) -> None:
        await super().open(app)
        self._secret = self._secret or await self.kept_secret()

    async def listen(self) -> None:
        source = VkSource(self.api, self._group_id)
        if self._address:
            self.beside(source.register(self._address, self._secret or ""))
        else:
            self.beside(source.poll(self.reception.ledger.kept, self._take_polled))

    # --- asked from the command line ------------------------------------------------------------------------

    async def examine(self) -> list[Finding]:
        return await examine(self.api, self._group_id, self._address)

    async def webhooks(self) -> list[str]:
        return [str(server.get("url")) for server in await VkSource(self.api, self._group_id).servers()]

    async def remove_webhooks(self) -> list[str]:
        """Those of the bot: a community may have servers of others."""
        source = VkSource(self.api, self._group_id)
        own = await source.own_servers(self._address)
        for server in own:
            await source.remove(server)
        return [str(server.get("url")) for server in own]

    @property
    def _address(self) -> str | None:
        return webhook_address(self._webhook_url) if self._webhook_url else None


def _event(body: bytes) -> dict[str, Any]:
    event = json.loads(body)
    if not isinstance(event, dict):
        raise Malformed
    return event
