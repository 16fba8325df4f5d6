"""Slack: Rasa's own channel, made safe as docs/stock-channels.md tells. https://docs.slack.dev/apis/events-api/"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

import httpx
from rasa.core.channels.channel import UserMessage
from rasa.core.channels.slack import SlackInput as RasaSlackInput
from sanic.request import Request
from sanic.response import HTTPResponse, empty, text
from slack_sdk.web.async_client import AsyncWebClient

from rasa_twin24.channels.connection import CONNECT_SECONDS, READ_SECONDS, MessengerError, Network, trusting
from rasa_twin24.channels.incoming import Attached, Incoming
from rasa_twin24.channels.messenger import FileLost
from rasa_twin24.channels.refusals import whole_file
from rasa_twin24.channels.slack_output import (
    LOST_MESSAGES,
    MAX_BUTTONS,
    MAX_SECTION,
    MAX_TEXT,
    MAX_TITLE,
    SlackOutput,
    escaped,
    slack_error,
    split_escaped,
)
from rasa_twin24.channels.slack_updates import (
    FORM,
    is_direct,
    is_press,
    is_spoken,
    pressed_message,
    read_body,
    read_event,
    read_press,
)
from rasa_twin24.channels.stock import PRESSED, StockInput
from rasa_twin24.channels.webhook import Malformed, same_signature
from rasa_twin24.finding import Finding
from rasa_twin24.ledger.files import File

DEFAULT_URL = "https://slack.com/api/"
# A signature's time may differ from ours by so much, seconds; older ones are somebody's recording.
# https://docs.slack.dev/authentication/verifying-requests-from-slack
MOST_SECONDS_OFF = 300
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
# Where a file's address must lead for the token to go along.
_FILES_HOST = ".slack.com"


class _Stock(RasaSlackInput):  # type: ignore[misc]
    """Rasa's channel. What it drops or misreads is said otherwise here."""

    def __init__(self, token: str, secret: str) -> None:
        super().__init__(
            token,
            slack_retry_reason_header="x-slack-retry-reason",
            slack_retry_number_header="x-slack-retry-num",
            # It would throw a repeated event away unread if the first delivery was too slow: perhaps it is not stored.
            errors_ignore_retry=["never"],
            slack_signing_secret=secret,
        )

    def is_request_from_slack_authentic(self, request: Request) -> bool:
        return is_from_slack(request, request.body or b"", self.slack_signing_secret)

    @staticmethod
    def _is_user_message(slack_event: dict[str, Any]) -> bool:
        return is_spoken(slack_event["event"])

    def _is_supported_channel(self, slack_event: dict[str, Any], metadata: dict[str, Any]) -> bool:
        return is_direct(slack_event["event"])

    @staticmethod
    def _is_interactive_message(payload: dict[str, Any]) -> bool:
        return is_press(payload)

    def get_metadata(self, request: Request) -> dict[str, Any]:
        """The event itself instead of its channel and its users: files and edits are read from it."""
        return {"came": request.ctx.came, "users": [], "out_channel": None}


class SlackInput(StockInput):
    needs = ("token", "signing_secret")
    most_text = MAX_TEXT
    most_text_with_buttons = MAX_SECTION
    most_buttons = MAX_BUTTONS
    # A title is not escaped: Slack reads no mark-up in it.
    most_title = MAX_TITLE

    def __init__(
        self,
        token: str,
        signing_secret: str,
        network: Network,
    ) -> None:
        super().__init__(_Stock(token, signing_secret), network)
        self._token = token
        self._secret = signing_secret
        self._output: SlackOutput

    @classmethod
    def name(cls) -> str:
        return "slack"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> SlackInput:
        """Rasa's entry: the block of credentials.yml, filled from the environment."""
        block = {key: str(value) for key, value in (credentials or {}).items() if value}
        if not block.get("token"):
            raise ValueError(
                "SLACK_BOT_TOKEN is missing: api.slack.com/apps → OAuth & Permissions, it begins with xoxb-"
            )
        if not block.get("signing_secret"):
            raise ValueError("SLACK_SIGNING_SECRET is missing: api.slack.com/apps → Basic Information → Signing Secret")
        return cls(
            block["token"],
            block["signing_secret"],
            Network.of(block, DEFAULT_URL),
        )

    # --- coming in ------------------------------------------------------------------------------------------

    def genuine(self, request: Request, body: bytes) -> bool:
        return is_from_slack(request, body, self._secret)

    async def before(self, request: Request) -> HTTPResponse | None:
        # The stock channel confirms, and loses, what has a parameter behind its type.
        kind = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
        request.headers["content-type"] = kind
        came = request.ctx.came = read_body(kind, request.body or b"")
        if kind == FORM:
            return None if is_press(came) else empty(200)
        if came["type"] == "url_verification":
            return text(str(came.get("challenge") or ""))
        if came["type"] != "event_callback":
            return empty(200)
        event = came.get("event")
        if not isinstance(event, dict) or not isinstance(came.get("event_id"), str):
            raise Malformed
        if event.get("type") == "app_mention" and not event.get("bot_id"):
            self.beside(self._tell_group(event))
            return empty(200)
        return None

    def after(self, request: Request) -> None:
        # Not before: Slack does not repeat a press, and the person can only press what is still there.
        if is_press(request.ctx.came):
            self.beside(self._take_button_away(request.ctx.came))

    def read(self, message: UserMessage, request: Request) -> Iterable[Incoming]:
        came = message.metadata["came"]
        if "event_id" in came:
            return read_event(came["event_id"], came["event"])
        return [read_press(came, (message.text or "").removeprefix(PRESSED))]

    async def _take_button_away(self, came: dict[str, Any]) -> None:
        found = pressed_message(came)
        if found is None:
            return
        channel, when, blocks = found
        shown = str(came["message"].get("text") or "")
        with suppress(MessengerError):
            await self._ask("chat.update", channel=channel, ts=when, text=shown, blocks=blocks)

    async def _tell_group(self, event: dict[str, Any]) -> None:
        group, person = event.get("channel"), event.get("user")
        if isinstance(group, str):
            await self.tell_group(
                group,
                person if isinstance(person, str) else None,
                None,
                lambda told: self._ask("chat.postMessage", channel=group, text=escaped(told)),
            )

    async def fetch(self, file: Attached, most: int) -> bytes:
        headers = {"Authorization": f"Bearer {self._token}"} if self._is_slacks(file.id) else None
        content = await whole_file(self.connection.download(file.id, most, headers=headers))
        if content[:15].lower() == b"<!doctype html>" and not file.name.lower().endswith((".html", ".htm")):
            # https://docs.slack.dev/reference/objects/file-object: what comes without the scope is a page to sign in.
            raise FileLost("a page instead of the file: the app needs the scope files:read")
        return content

    def _is_slacks(self, address: str) -> bool:
        try:
            url, base = httpx.URL(address), httpx.URL(self.connection.base_url)
        except httpx.InvalidURL:
            return False
        at_base = (url.scheme, url.host, url.port) == (base.scheme, base.host, base.port)
        return at_base or (url.scheme == "https" and url.host.endswith(_FILES_HOST))

    # --- going out ------------------------------------------------------------------------------------------

    def output(self) -> SlackOutput:
        return self._output

    def split(self, text: str, most: int) -> list[str]:
        return split_escaped(text, most)

    def trouble(self, name: str, error: Exception) -> MessengerError:
        found = slack_error(name, error)
        if found.code == 429 and found.retry_after is not None:
            self.connection.hold(found.retry_after)
        return found

    async def edit(
        self, person: str, message: str, text: str, keyboard: Sequence[tuple[str, str]], *, last: bool
    ) -> str | None:
        parts = split_escaped(text, MAX_SECTION)
        channel, _, when = message.partition("/")
        if len(parts) > 1 or len(keyboard) > MAX_BUTTONS or not when:
            return await self.deliver(person, text, keyboard)
        try:
            await self.send("chat.update", self._output.edit, channel, when, parts[0], self.buttons(keyboard))
        except MessengerError as error:
            if error.description in LOST_MESSAGES:
                return await self.deliver(person, text, keyboard)
            raise
        return message

    async def deliver_file(self, person: str, file: File) -> None:
        await self.send("files.upload", self._output.send_file, person, file.name, file.content)

    async def _ask(self, method: str, **content: Any) -> Any:
        async def once() -> Any:
            return await self._output.client.api_call(method, json=content)

        return await self.send(method, once)

    # --- opening and closing --------------------------------------------------------------------------------

    def connect(self) -> None:
        super().connect()
        ssl = trusting(self.network.ca_bundle)
        client = AsyncWebClient(
            self._token,
            base_url=self.network.api_url,
            timeout=int(CONNECT_SECONDS + READ_SECONDS),
            ssl=None if ssl is True else ssl,
            proxy=self.network.proxy,
            retry_handlers=[],  # `send` does it
        )
        self._output = SlackOutput(client)

    async def examine(self) -> list[Finding]:
        try:
            me = await self._ask("auth.test")
        except MessengerError as error:
            refused = error.description in ("invalid_auth", "not_authed", "account_inactive", "token_revoked")
            mend = "check SLACK_BOT_TOKEN" if refused else "check the network and SLACK_API_URL"
            return [Finding("slack", False, f"{error.code} {error.description}: {mend}")]
        found = f"the bot is @{me.get('user')} in {me.get('team')}"
        # https://docs.slack.dev/apis/events-api/: a bot's token does not tell it.
        return [Finding("slack", True, f"{found}; whether the Request URL is set, only api.slack.com/apps tells")]


def is_from_slack(request: Request, body: bytes, secret: str) -> bool:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    when = request.headers.get("X-Slack-Request-Timestamp") or ""
    if not _TIMESTAMP.fullmatch(when) or abs(time.time() - int(when)) > MOST_SECONDS_OFF:
        return False
    signed = b"v0:" + when.encode() + b":" + body
    return same_signature(request.headers.get("X-Slack-Signature"), secret, signed, prefix="v0=")
