"""Viber, by webhook: it has nothing else. https://developers.viber.com/docs/api/rest-bot-api/"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import structlog
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty, raw
from sanic.response import json as json_response

from rasa_twin24.channels.base import MessengerInput
from rasa_twin24.channels.connection import MessengerError, Network
from rasa_twin24.channels.incoming import Attached
from rasa_twin24.channels.registration import until_registered
from rasa_twin24.channels.reply import utf16_length
from rasa_twin24.channels.viber_api import BAD_TOKEN, ViberApi
from rasa_twin24.channels.viber_files import FileLinks
from rasa_twin24.channels.viber_output import MAX_SENDER_NAME, ROWS, ViberOutput
from rasa_twin24.channels.viber_updates import EVENT_TYPES, Welcome, read_update
from rasa_twin24.channels.web_page import attachment
from rasa_twin24.channels.webhook import Malformed, Webhook, same_signature
from rasa_twin24.finding import Finding
from rasa_twin24.ledger.files import File

log = structlog.get_logger(__name__)

DEFAULT_URL = "https://chatapi.viber.com/pa"
SIGNATURE_HEADER = "X-Viber-Content-Signature"
FILE_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


class ViberInput(MessengerInput):
    needs = ("token",)
    registers_webhooks = True

    def __init__(
        self,
        token: str,
        network: Network,
        webhook_url: str,
        sender_name: str | None,
    ) -> None:
        super().__init__()
        self._token = token
        self._network = network
        self._base = f"{webhook_url.rstrip('/')}/webhooks/viber"
        self._sender_name = sender_name
        self.api: ViberApi
        self.output: ViberOutput
        self.links: FileLinks

    @classmethod
    def name(cls) -> str:
        return "viber"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> ViberInput:
        """Rasa's entry: the block of credentials.yml, filled from the environment."""
        block = {key: str(value) for key, value in (credentials or {}).items() if value}
        if not block.get("token"):
            raise ValueError("VIBER_AUTH_TOKEN is missing: Viber shows it under More, Settings, Bots, Edit info")
        if not _is_https(block.get("webhook_url", "")):
            raise ValueError("VIBER_WEBHOOK_URL is missing or not https: Viber needs the bot's public https address")
        if utf16_length(block.get("sender_name", "")) > MAX_SENDER_NAME:
            raise ValueError(f"VIBER_SENDER_NAME is too long: Viber shows {MAX_SENDER_NAME} characters at most")
        return cls(
            block["token"],
            Network.of(block, DEFAULT_URL),
            block["webhook_url"],
            block.get("sender_name"),
        )

    # --- coming in ------------------------------------------------------------------------------------------

    def routes(self, blueprint: Blueprint) -> None:
        hook = Webhook(
            "viber",
            self._take,
            self.note_forgery,
            # Without a signature the body need not be read.
            admits=lambda request: SIGNATURE_HEADER in request.headers,
            genuine=self._is_viber,
            read=_update,
        )

        # Streamed, so that the size of the body is bounded while it is read.
        @blueprint.post("/webhook", stream=True)
        async def webhook(request: Request) -> HTTPResponse:
            return await hook.answer(request)

        @blueprint.route("/files/<token:str>/<_name:str>", methods=["GET", "HEAD"])
        async def file(_request: Request, token: str, _name: str) -> HTTPResponse:
            return await self._file(token)

    def _is_viber(self, request: Request, body: bytes) -> bool:
        return same_signature(request.headers.get(SIGNATURE_HEADER), self._token, body)

    async def _take(self, update: dict[str, Any]) -> HTTPResponse | None:
        """See to one update; only a welcome is said in the answer itself."""
        try:
            read = read_update(update)
        except Exception as error:  # one odd update must not come back for ever
            log.error("update_unreadable", channel="viber", error=type(error).__name__)
            return None
        if read.welcome:
            return self._welcome(read.welcome)
        await self.note_reach(gone=read.unsubscribed, back=read.subscribed)
        if read.incoming:
            self.output.heard(read.incoming.person)
            await self.reception.receive(read.incoming)
        elif read.ignored:
            log.info("update_ignored", channel="viber", reason=read.ignored)
        return None

    def _welcome(self, welcome: Welcome) -> HTTPResponse | None:
        """The one message to somebody who has not written yet; nothing is kept of them.

        https://developers.viber.com/docs/api/rest-bot-api/#sending-a-welcome-message
        """
        name = self.output.sender_name
        if name is None:  # Viber has not told it yet; it must not wait here for that
            return None
        text = self.reception.phrases.say("utter_write_to_begin", welcome.language)
        return json_response({"sender": {"name": name}, "type": "text", "text": text})

    async def _file(self, token: str) -> HTTPResponse:
        links: FileLinks | None = getattr(self, "links", None)  # the server may listen before it is made
        opened = links.opened(token) if links else None
        if opened is None:
            return empty(404)
        try:
            file = await self.reception.ledger.files.get(f"viber:{opened[0]}", opened[1])
        except Exception as error:  # Sanic would write the whole address into its log
            log.error("file_not_read", channel="viber", error=type(error).__name__)
            return empty(503)
        if file is None:
            return empty(404)
        headers = {**FILE_HEADERS, "Content-Disposition": attachment(file.name)}
        return raw(file.content, headers=headers, content_type="application/octet-stream")

    # --- going out ------------------------------------------------------------------------------------------

    async def deliver(
        self, person: str, text: str, keyboard: Sequence[tuple[str, str]], *, standing: bool = False
    ) -> str | None:
        return await self.output.deliver(person, text, [*keyboard, *await self._alive(person, keyboard)])

    async def _alive(self, person: str, keyboard: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """What was asked before and can be answered still: every message takes the keyboard of the one before away.

        https://developers.viber.com/docs/tools/keyboards/
        """
        ledger = self.reception.ledger
        try:
            known = await ledger.buttons.known(await ledger.accounts.home(f"viber:{person}"))
        except Exception as error:  # the message matters more
            log.error("buttons_not_known", channel="viber", error=type(error).__name__)
            return []
        new = {token for _, token in keyboard}
        alive = [(one.title, one.token) for one in known if one.open and one.token not in new]
        return alive[: max(ROWS - len(keyboard), 0)]

    async def deliver_file(self, person: str, file: File) -> None:
        await self.output.deliver_file(person, file, self.links.address(person, file))

    async def fetch(self, file: Attached, most: int) -> bytes:
        return await self.output.fetch(file, most)

    # --- opening and closing --------------------------------------------------------------------------------

    def connect(self) -> None:
        self.api = ViberApi(self._token, self._network.connection())
        self.output = ViberOutput(self.api, self._sender_name, self._set_webhook)

    async def disconnect(self) -> None:
        await self.api.close()

    async def open(self, app: Sanic) -> None:
        await super().open(app)
        ledger = self.reception.ledger
        secret = await ledger.kept.get_or_make("viber_file_secret", lambda: secrets.token_urlsafe(32))
        self.links = FileLinks(f"{self._base}/files", secret, ledger.now)

    async def listen(self) -> None:
        self.beside(until_registered("viber", self._register))

    async def _register(self) -> None:
        account = await self.api.call("get_account_info")
        await self.output.learn_name(account)
        if not self._is_registered(account):
            await self._set_webhook()

    async def _set_webhook(self) -> None:
        """Viber calls the address while this is under way, and wants a 200."""
        await self.api.call(
            "set_webhook", url=self._address, event_types=list(EVENT_TYPES), send_name=True, send_photo=False
        )

    def _is_registered(self, account: dict[str, Any]) -> bool:
        events = account.get("event_types")
        return account.get("webhook") == self._address and isinstance(events, list) and set(EVENT_TYPES) <= set(events)

    @property
    def _address(self) -> str:
        return f"{self._base}/webhook"

    async def examine(self) -> list[Finding]:
        try:
            account = await self.api.call("get_account_info")
        except MessengerError as error:
            mend = "check VIBER_AUTH_TOKEN" if error.code == BAD_TOKEN else "check the network and VIBER_API_URL"
            return [Finding("viber", False, f"{error.code} {error.description[:80]}: {mend}")]
        registered = (
            "registered" if self._is_registered(account) else "not registered yet; the bot does it at its start"
        )
        return [
            Finding("viber", True, f"the bot is {account.get('name') or '?'}"),
            Finding("viber webhook", True, registered),
        ]

    async def webhooks(self) -> list[str]:
        address = (await self.api.call("get_account_info")).get("webhook")
        return [str(address)] if address else []

    async def remove_webhooks(self) -> list[str]:
        known = await self.webhooks()
        if known:
            await self.api.call("set_webhook", url="")
        return known


def _is_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets that are no IPv6 address
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def _update(body: bytes) -> dict[str, Any]:
    update = json.loads(body)
    if not isinstance(update, dict) or not isinstance(update.get("event"), str):
        raise Malformed
    return update
