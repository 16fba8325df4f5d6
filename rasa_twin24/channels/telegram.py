"""Telegram: long polling, or a webhook where an address is configured. https://core.telegram.org/bots/api"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from sanic import Blueprint, Sanic
from sanic.exceptions import PayloadTooLarge
from sanic.request import Request
from sanic.response import HTTPResponse, empty

from rasa_twin24.channels.attachments import FileLost, FileTooLarge
from rasa_twin24.channels.base import MessengerInput
from rasa_twin24.channels.incoming import Attached
from rasa_twin24.channels.output import Gone
from rasa_twin24.channels.reply import split_text
from rasa_twin24.channels.seldom import Seldom
from rasa_twin24.channels.telegram_api import TelegramApi, TelegramError, Uploads
from rasa_twin24.channels.telegram_updates import ALLOWED_UPDATES, Pressed, Read, read_update, update_id
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.files import File
from rasa_twin24.ledger.invites import TELEGRAM_NAME

log = structlog.get_logger(__name__)

DEFAULT_URL = "https://api.telegram.org"
# Of a message's text, in UTF-16 units. https://core.telegram.org/bots/api#sendmessage
MAX_TEXT = 4096
# An update is a few kilobytes; this is a bound, not an expectation.
MAX_BODY = 1_000_000
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
POLL_SECONDS = 25
# A turn that takes longer shows the bot typing, seconds; most answers are there before.
TYPING_AFTER = 0.3
# "typing" is shown for 5 seconds.
TYPING_SECONDS = 4.5
# A group is told once in this time that the bot works in private chats, seconds.
GROUP_PAUSE = 3600.0
PAUSE_AFTER_ERROR = (1.0, 30.0)
# Between polls that bring nothing: a server that answers at once must not be asked without a break.
IDLE_PAUSE = 0.2
# Of a file that a bot may fetch. https://core.telegram.org/bots/api#getfile
MAX_FILE = 20 * 1024 * 1024
# What Telegram says of a message that cannot be edited any more, and of one that says so already.
LOST_MESSAGES = ("message to edit not found", "message can't be edited", "message_id_invalid")
UNCHANGED = "message is not modified"
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
        with suppress(TelegramError):
            await self.api.call("answerCallbackQuery", callback_query_id=pressed.callback_id)
        if pressed.chat_id is not None and pressed.message_id is not None:
            with suppress(TelegramError):
                await self.api.call("editMessageReplyMarkup", chat_id=pressed.chat_id, message_id=pressed.message_id)

    async def _tell_group(self, read: Read) -> None:
        if not self._groups_told.lets(str(read.group)):
            return
        with suppress(TelegramError):
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

    async def fetch(self, file: Attached, most: int) -> bytes:
        try:
            described = await self.api.call("getFile", file_id=file.id)
            path = described.get("file_path") if isinstance(described, dict) else None
            if not isinstance(path, str):
                raise FileLost("getFile told no path")
            content = await self.api.download(path, most)
        except TelegramError as error:
            if error.code == 400 and "file is too big" in error.description:
                raise FileTooLarge from None
            raise FileLost(str(error)) from None
        if content is None:
            raise FileTooLarge
        return content

    # --- going out ------------------------------------------------------------------------------------------

    async def deliver(
        self, person: str, text: str, keyboard: Sequence[tuple[str, str]], *, standing: bool = False
    ) -> str | None:
        parts = split_text(text, MAX_TEXT)
        sent: Any = None
        for index, part in enumerate(parts, 1):
            sent = await self._send("sendMessage", _message(person, part, keyboard if index == len(parts) else ()))
        return str(sent["message_id"]) if isinstance(sent, dict) and "message_id" in sent else None

    async def edit(
        self, person: str, message: str, text: str, keyboard: Sequence[tuple[str, str]], *, last: bool
    ) -> str | None:
        parts = split_text(text, MAX_TEXT)
        if len(parts) > 1:  # nothing that changes is so long; if it is, all of it is said
            return await self.deliver(person, text, keyboard)
        try:
            await self._send("editMessageText", {**_message(person, parts[0], keyboard), "message_id": int(message)})
        except TelegramError as error:
            refusal = error.description.lower() if error.code == 400 else ""
            if any(reason in refusal for reason in LOST_MESSAGES):
                return await self.deliver(person, text, keyboard)
            if UNCHANGED not in refusal:
                raise
        return message

    async def deliver_file(self, person: str, file: File) -> None:
        await self._send("sendDocument", {"chat_id": int(person)}, files={"document": (file.name, file.content)})

    async def _send(self, method: str, params: dict[str, Any], files: Uploads | None = None) -> Any:
        try:
            return await self.api.call(method, files=files, **params)
        except TelegramError as error:
            if error.gone:
                raise Gone from None
            raise

    @asynccontextmanager
    async def typing(self, person: str) -> AsyncIterator[None]:
        sign = asyncio.create_task(self._type(int(person)))
        try:
            yield
        finally:
            sign.cancel()

    async def _type(self, chat: int) -> None:
        await asyncio.sleep(TYPING_AFTER)
        while True:
            with suppress(TelegramError):
                await self.api.once("sendChatAction", chat_id=chat, action="typing")
            await asyncio.sleep(TYPING_SECONDS)

    # --- opening and closing --------------------------------------------------------------------------------

    async def open(self, app: Sanic) -> None:
        self.api = TelegramApi(self._token, self._api_url)
        if not self._secret:
            self._secret = await self.reception.ledger.kept.get_or_make(
                "telegram_webhook_secret", lambda: secrets.token_urlsafe(32)
            )

    async def listen(self) -> None:
        self._beside(self._publish_commands())
        self._beside(self._learn_own_name())
        self._beside(self._register_webhook() if self._webhook_url else self._poll())

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
            except TelegramError as error:
                log.warning("telegram_commands_failed", code=error.code, reason=error.description[:100])

    async def _learn_own_name(self) -> None:
        """Keep what invitations by link need to know."""
        try:
            me = await self.api.call("getMe")
            if isinstance(me, dict) and isinstance(me.get("username"), str):
                await self.reception.ledger.kept.put(TELEGRAM_NAME, me["username"])
        except Exception as error:  # then an invitation is a code alone
            log.warning("telegram_name_unknown", error=type(error).__name__)

    async def _register_webhook(self) -> None:
        """Until it works: the network may come later than the bot."""
        pause = PAUSE_AFTER_ERROR[0]
        while True:
            try:
                await self.api.once(
                    "setWebhook",
                    url=f"{str(self._webhook_url).rstrip('/')}/webhooks/telegram/webhook",
                    secret_token=self._secret,
                    allowed_updates=list(ALLOWED_UPDATES),
                )
            except TelegramError as error:
                pause = await self._wait_after(error, pause)
            else:
                log.info("telegram_webhook_registered")
                return

    async def _poll(self) -> None:
        """Ask for updates until the bot stops. An update is confirmed only once it is written down."""
        offset: int | None = None
        pause = PAUSE_AFTER_ERROR[0]
        webhook_removed = False
        while True:
            try:
                if not webhook_removed:  # Telegram answers 409 while one is registered
                    await self.api.once("deleteWebhook")
                    webhook_removed = True
                more: dict[str, Any] = {} if offset is None else {"offset": offset}
                updates = await self.api.once(
                    "getUpdates",
                    read_seconds=POLL_SECONDS + 10,
                    timeout=POLL_SECONDS,
                    allowed_updates=list(ALLOWED_UPDATES),
                    **more,
                )
                taken = 0
                for update in updates if isinstance(updates, list) else []:
                    number = update_id(update)
                    if number is not None:
                        await self._take(update)
                        offset = number + 1
                        taken += 1
                pause = PAUSE_AFTER_ERROR[0]
                if not taken:
                    # All before is confirmed by now. After a quiet week Telegram begins to count anew, perhaps lower.
                    offset = None
                    await asyncio.sleep(IDLE_PAUSE)
            except TelegramError as error:
                webhook_removed = webhook_removed and error.code != 409
                pause = await self._wait_after(error, pause)
            except Exception as error:  # e.g. the database is away: asked again from the same offset
                log.error("update_not_stored", channel="telegram", error=type(error).__name__)
                await asyncio.sleep(pause)

    async def _wait_after(self, error: TelegramError, pause: float) -> float:
        """Wait as long as the error demands; returns the next pause."""
        log.warning("telegram_failed", method=error.method, code=error.code, reason=error.description[:100])
        await asyncio.sleep(max(error.retry_after or 0.0, pause))
        return min(pause * 2, PAUSE_AFTER_ERROR[1])


def _message(person: str, text: str, keyboard: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """No parse_mode: nothing in a plain text needs escaping, whatever a task is called."""
    message: dict[str, Any] = {"chat_id": int(person), "text": text}
    if keyboard:
        rows = [[{"text": title, "callback_data": token}] for title, token in keyboard]
        message["reply_markup"] = {"inline_keyboard": rows}
    return message
