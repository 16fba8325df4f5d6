"""WhatsApp, by the Cloud API. https://developers.facebook.com/docs/whatsapp/cloud-api"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import structlog
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty, text

from rasa_twin24.channels.base import MessengerInput
from rasa_twin24.channels.connection import MessengerError, Network
from rasa_twin24.channels.handling import REPLY_LOST
from rasa_twin24.channels.incoming import Attached, Incoming
from rasa_twin24.channels.messenger import Gone
from rasa_twin24.channels.webhook import Malformed, Webhook, same_secret, same_signature
from rasa_twin24.channels.whatsapp_api import GONE, WhatsAppApi
from rasa_twin24.channels.whatsapp_output import MAX_FILE, WhatsAppOutput, fits
from rasa_twin24.channels.whatsapp_people import WhatsAppPeople
from rasa_twin24.channels.whatsapp_updates import OBJECT, Failed, InGroup, Said, read_events
from rasa_twin24.finding import Finding
from rasa_twin24.ledger.files import File
from rasa_twin24.ledger.threads import urgently

log = structlog.get_logger(__name__)

DEFAULT_URL = "https://graph.facebook.com/v26.0"
SIGNATURE_HEADER = "X-Hub-Signature-256"
# https://developers.facebook.com/docs/whatsapp/cloud-api/guides/set-up-webhooks
MOST_BYTES = 3 * 1024 * 1024
# People whose last message is remembered, for "typing" refers to one; beyond, all are forgotten.
MOST_REMEMBERED = 10_000
# What has to be set, and where it is found.
NEEDED = {
    "token": "make a permanent one for a system user of the business",
    "phone_number_id": "it stands under WhatsApp > API Setup of the app",
    "app_secret": "it stands under App settings > Basic",
    "verify_token": "think of one, and write the same into the app's webhook settings",
}


class WhatsAppInput(MessengerInput):
    needs = tuple(NEEDED)
    most_file_bytes = MAX_FILE

    def __init__(
        self,
        token: str,
        phone_number_id: str,
        app_secret: str,
        verify_token: str,
        network: Network,
    ) -> None:
        super().__init__()
        self._token = token
        self._number = phone_number_id
        self._app_secret = app_secret
        self._verify_token = verify_token
        self._network = network
        self._last_message: dict[str, str] = {}
        self.api: WhatsAppApi
        self.output: WhatsAppOutput
        self.people: WhatsAppPeople

    @classmethod
    def name(cls) -> str:
        return "whatsapp"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WhatsAppInput:
        """Rasa's entry: the block of credentials.yml, filled from the environment."""
        block = {key: str(value) for key, value in (credentials or {}).items() if value}
        for key, mend in NEEDED.items():
            if not block.get(key):
                raise ValueError(f"WHATSAPP_{key.upper()} is missing: {mend}")
        if not (block["phone_number_id"].isascii() and block["phone_number_id"].isdigit()):
            raise ValueError("WHATSAPP_PHONE_NUMBER_ID is no id, which is digits alone: see API Setup of the app")
        return cls(
            block["token"],
            block["phone_number_id"],
            block["app_secret"],
            block["verify_token"],
            Network.of(block, DEFAULT_URL),
        )

    # --- coming in ------------------------------------------------------------------------------------------

    def routes(self, blueprint: Blueprint) -> None:
        hook = Webhook(
            "whatsapp",
            self._take,
            self.note_forgery,
            admits=lambda request: bool(request.headers.get(SIGNATURE_HEADER)),
            genuine=self._is_signed,
            read=_update,
            most_bytes=MOST_BYTES,
        )

        @blueprint.get("/webhook")
        async def checked_up(request: Request) -> HTTPResponse:
            """https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests"""
            is_meta = same_secret(request.args.get("hub.verify_token"), self._verify_token)
            if request.args.get("hub.mode") != "subscribe" or not is_meta:
                log.warning("webhook_not_verified", channel="whatsapp")
                return empty(403)
            return text(request.args.get("hub.challenge") or "")

        # Streamed, so that a body is bounded while it is read.
        @blueprint.post("/webhook", stream=True)
        async def webhook(request: Request) -> HTTPResponse:
            return await hook.answer(request)

    def _is_signed(self, request: Request, body: bytes) -> bool:
        return same_signature(request.headers.get(SIGNATURE_HEADER), self._app_secret, body, prefix="sha256=")

    async def _take(self, update: dict[str, Any]) -> None:
        """See to everything in one request; what raises brings all of it again, and repetitions are known."""
        for event in read_events(update, self._number):
            if isinstance(event, Said):
                await self._hear(event)
            elif isinstance(event, Failed):
                await self._note_failure(event)
            elif isinstance(event, InGroup):
                self.beside(self._tell_group(event))
            else:
                log.info("update_ignored", channel="whatsapp", reason=event.reason)

    async def _hear(self, said: Said) -> None:
        with urgently():  # the messenger waits for it
            person = await self.people.person(said.ids)
            await self.people.hear(person, said.sent_at)  # before its answer, which asks for it
        if len(self._last_message) >= MOST_REMEMBERED:
            self._last_message.clear()
        self._last_message[person] = said.id
        await self.reception.receive(
            Incoming("whatsapp", said.id, person, said.kind, said.text, name=said.name, file=said.file)
        )

    async def _note_failure(self, failed: Failed) -> None:
        """A message was accepted and did not arrive: the person is told so when they write, once."""
        log.warning("whatsapp_undelivered", code=failed.code)
        ledger, person = self.reception.ledger, await self.people.person(failed.ids)
        conversation = f"whatsapp:{person}"
        if failed.code not in GONE or not await self.people.is_known(person):
            return
        if await ledger.inbox.has("whatsapp", f"failed:{failed.id}"):
            return
        if failed.at >= (await self.people.heard_at(person) or 0.0):  # else they have written since
            await ledger.conversations.gone(conversation)
        waiting = await ledger.notices.waiting()
        if not any(notice.conversation == conversation and notice.kind == REPLY_LOST for notice in waiting):
            await ledger.notices.add(conversation, REPLY_LOST)
        # Claimed last: what the database did not take is done when WhatsApp brings the status again.
        await ledger.inbox.claim("whatsapp", f"failed:{failed.id}", conversation, "")
        await ledger.inbox.done("whatsapp", f"failed:{failed.id}")

    async def _tell_group(self, spoken: InGroup) -> None:
        person = spoken.ids.scoped or spoken.ids.phone
        await self.tell_group(spoken.group, person, None, lambda told: self.output.tell_group(spoken.group, told))

    # --- going out ------------------------------------------------------------------------------------------

    async def deliver(
        self, person: str, text: str, keyboard: Sequence[tuple[str, str]], *, standing: bool = False
    ) -> str | None:
        language, rule = await self._language_and_rule(person)
        phrases = self.reception.phrases
        opener = phrases.say("utter_choices", language)
        if rule and fits(f"{text}\n\n{rule}", keyboard):
            text = f"{text}\n\n{rule}"
        elif rule:  # in front: buttons stay under their question
            await self.output.deliver(person, rule, (), opener)
        sent = await self.output.deliver(person, text, keyboard, opener)
        if rule:
            await self._note_told(person)
        return sent

    async def deliver_file(self, person: str, file: File) -> None:
        await self._language_and_rule(person)
        await self.output.deliver_file(person, file)

    async def _language_and_rule(self, person: str) -> tuple[str | None, str | None]:
        """What the person speaks, and what has to be told of the window, if it is due.

        Raises `Gone` when it is over: what is said goes in then with their next message. While the ledger is away
        nothing of it is known, and the messenger itself decides.
        """
        ledger = self.reception.ledger
        try:
            if not await self.people.may_be_written_to(person):
                raise Gone
            conversation = f"whatsapp:{person}"
            spoken = await ledger.conversations.spoken(conversation)
            language = spoken.language or await ledger.people.language(conversation)
            is_due = await self.people.is_to_be_told(person)
        except Gone:
            raise
        except Exception as error:
            log.error("window_not_known", error=type(error).__name__)
            return None, None
        return language, self.reception.phrases.say("utter_whatsapp_window", language) if is_due else None

    async def _note_told(self, person: str) -> None:
        try:
            await self.people.told(person)
        except Exception as error:  # then it is told once more
            log.error("window_not_noted", error=type(error).__name__)

    async def fetch(self, file: Attached, most: int) -> bytes:
        return await self.output.fetch(file, most)

    def typing(self, person: str) -> AbstractAsyncContextManager[None]:
        message = self._last_message.get(person)
        return self.output.typing(message) if message else nullcontext()

    # --- opening and closing --------------------------------------------------------------------------------

    def connect(self) -> None:
        self.api = WhatsAppApi(self._token, self._number, self._network.connection())
        self.output = WhatsAppOutput(self.api)

    async def disconnect(self) -> None:
        await self.api.close()

    async def open(self, app: Sanic) -> None:
        await super().open(app)
        self.people = WhatsAppPeople(self.reception.ledger)

    async def examine(self) -> list[Finding]:
        try:
            number = await self.api.number()
        except MessengerError as error:
            mend = "check WHATSAPP_TOKEN and WHATSAPP_PHONE_NUMBER_ID"
            if error.passing:
                mend = "check the network, WHATSAPP_API_URL and WHATSAPP_PROXY"
            return [Finding("whatsapp", False, f"{error.code} {error.description[:80]}: {mend}")]
        return [
            Finding("whatsapp", True, f"the bot is {number.get('verified_name') or 'a number without a name'}"),
            Finding("whatsapp webhook", True, "it is set in the app's dashboard: /webhooks/whatsapp/webhook"),
        ]


def _update(body: bytes) -> dict[str, Any]:
    update = json.loads(body)
    if not isinstance(update, dict) or update.get("object") != OBJECT or not isinstance(update.get("entry"), list):
        raise Malformed
    return update
