"""A strict stand-in of the Telegram Bot API on loopback, for tests.

It shares no code with the bot's own channel. Where the real server lets a slip pass (an unknown parameter, a
number for a text), the stand-in refuses; where it cannot play something, it refuses too, never pretends.
"""

from __future__ import annotations

import time
from typing import Any

from tests.waiting import PATIENCE

from . import updates
from .chats import Chat
from .faults import Drop, Fault, Faults
from .files import Files
from .http_server import Call, HttpServer, Violation
from .methods import Methods
from .people import Group, User, World
from .receiving import Receiving
from .update_queue import UpdateQueue
from .webhook import ANSWER_SECONDS, Delivery, WebhookSender

FIRST_UPDATE_ID = 700000001
FIRST_MESSAGE_ID = 41


class Telegram:
    """The stand-in: `await start()`, point the bot at `url`, let people act, read what they saw.

    `webhook_routes` maps a public https address to one on loopback, as a reverse proxy would;
    `webhook_pauses` are the seconds between repeats of an update not accepted (the last one repeats).
    """

    def __init__(
        self,
        token: str = "123456:TEST-TOKEN",
        *,
        webhook_routes: dict[str, str] | None = None,
        webhook_answer_seconds: float = ANSWER_SECONDS,
        webhook_pauses: tuple[float, ...] = (0.05, 0.1, 0.2),
    ) -> None:
        self.token = token
        self.bot: dict[str, Any] = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Обзвон",
            "username": "calls_bot",
        }
        self.updates: dict[int, dict[str, Any]] = {}
        self._chats: dict[int, Chat] = {}
        self._people: dict[int, User] = {}
        self._last_ids = {"update": FIRST_UPDATE_ID - 1, "callback": 900000000000000000}
        self._faults = Faults()
        self._files = Files()
        self._queue = UpdateQueue()
        self._sender = WebhookSender(
            self._queue,
            routes=dict(webhook_routes or {}),
            answer_seconds=webhook_answer_seconds,
            pauses=webhook_pauses,
            report=lambda sentence: self.violations.append(Violation("webhook", sentence, {})),
        )
        self._methods = Methods(
            bot=self.bot,
            chats=self._chats,
            receiving=Receiving(self._queue, self._sender),
            files=self._files,
            next_message_id=self._next_message_id,
        )
        self._http = HttpServer(token, self._methods, self._files, self._faults)
        self._world = World(
            bot=self.bot,
            files=self._files,
            push=self._push,
            next_message_id=self._next_message_id,
            new_callback_id=self._new_callback_id,
            commands_shown=self._methods.commands.shown_to,
        )

    async def start(self) -> None:
        """Listen on loopback; after a `stop` on the same port, with everything remembered."""
        await self._http.start()
        self._sender.wake()

    async def stop(self) -> None:
        """Stop listening and posting."""
        self._queue.end_polling()
        await self._sender.close()
        await self._http.stop()

    async def __aenter__(self) -> Telegram:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The base address for the bot, without a slash at the end."""
        return f"http://127.0.0.1:{self._http.port}"

    @property
    def webhook_url(self) -> str:
        """The registered address, empty without one."""
        return self._sender.webhook.url if self._sender.webhook else ""

    @property
    def calls(self) -> list[Call]:
        """Every call that came with the right token, refused or not."""
        return self._http.calls

    @property
    def violations(self) -> list[Violation]:
        """Calls refused because they broke a rule; a blocked bot and ordered trouble are not among them."""
        return self._http.violations

    @property
    def commands(self) -> dict[tuple[str, str], list[dict[str, str]]]:
        """Lists of commands by scope and language (empty: for all languages)."""
        return self._methods.commands.lists

    @property
    def callbacks_answered(self) -> list[dict[str, Any]]:
        """Arguments of every accepted `answerCallbackQuery`."""
        return self._methods.callbacks_answered

    @property
    def callbacks_waiting(self) -> set[str]:
        """Ids of presses whose button still spins."""
        return self._methods.open_callbacks

    @property
    def impatient_calls(self) -> int:
        """Calls that came before a pause ordered by a 429 was over."""
        return self._faults.impatient_calls

    @property
    def deliveries(self) -> list[Delivery]:
        """Every POST of an update to the webhook."""
        return self._sender.deliveries

    def user(
        self,
        id: int,
        first_name: str = "Иван",
        *,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = "ru",
    ) -> User:
        """A person; the same id gives the same person."""
        if id not in self._people:
            names = {"first_name": first_name, "last_name": last_name, "username": username}
            chat = Chat(id, "private", {name: value for name, value in names.items() if value is not None})
            self._chats[id] = chat
            self._people[id] = User(self._world, chat, language_code)
        return self._people[id]

    def group(self, id: int, title: str = "Отдел продаж") -> Group:
        """A group with the bot in it; ids of groups are negative."""
        assert id < 0, "ids of groups are negative"
        if id not in self._chats:
            self._chats[id] = Chat(id, "supergroup", {"title": title}, has_started=True)
        return Group(self._world, self._chats[id])

    async def raw_update(self, update: dict[str, Any]) -> int | None:
        """Send any update, known or malformed, whatever the bot asked for.

        A missing `update_id` is added; give `None` for an update without one.
        """
        whole = update if "update_id" in update else {"update_id": self._next_id("update"), **update}
        for chat in updates.chats_in(whole):
            self._meet(chat)
        query = whole.get("callback_query")
        if isinstance(query, dict) and isinstance(query.get("id"), str):
            self.callbacks_waiting.add(query["id"])
        update_id = whole["update_id"]
        if isinstance(update_id, int):
            self.updates[update_id] = whole
        self._queue.put(whole, is_repeat=True)
        self._sender.wake()
        return update_id if isinstance(update_id, int) else None

    async def repeat(self, update_id: int) -> None:
        """Send an update again, as after an answer that got lost."""
        self._queue.put(self.updates[update_id], is_repeat=True)
        self._sender.wake()

    def route(self, public: str, local: str) -> None:
        """Let a public https address lead to one on loopback, from now on."""
        self._sender.routes[public] = local
        self._sender.wake()

    async def post(self, body: bytes, secret: str | None) -> int:
        """Post any bytes to the registered webhook with this secret header; returns the status."""
        return await self._sender.post(body, secret)

    async def taken(self, update_id: int, timeout: float = PATIENCE) -> None:
        """Wait until the bot confirmed or accepted an update; raises `asyncio.TimeoutError`."""
        until = time.monotonic() + timeout
        while self._queue.holds(update_id):
            await self._queue.wait_for_change(until - time.monotonic())

    async def called(self, method: str, times: int = 1, timeout: float = PATIENCE) -> list[dict[str, Any]]:
        """Wait until the bot called `method` so often; returns the arguments.

        Raises `asyncio.TimeoutError` after `timeout` seconds.
        """
        return await self._http.called(method, times, timeout)

    def fail_next(
        self,
        method: str,
        *,
        status: int | None = None,
        description: str | None = None,
        retry_after: int | None = None,
        chat: int | None = None,
        times: int = 1,
        drop: Drop = "",
        delay: float = 0.0,
    ) -> None:
        """Order trouble for the next `times` calls of `method` (`*`: of any), in one chat or in all.

        A `status` is answered instead of the work; after a 429 every sending, editing and deleting call of
        that chat (without `chat`: of the bot) is refused until `retry_after` seconds are over. `drop` closes
        the connection without an answer, before or after the work; `delay` answers late by so many seconds.
        """
        self._faults.order(Fault(method, chat, times, status, description, retry_after, drop, delay))

    def clear_faults(self) -> None:
        """Forget the trouble that was ordered and has not come."""
        self._faults.clear()

    def expire_callbacks(self) -> None:
        """From now on presses made so far are too old to be answered."""
        self.callbacks_waiting.clear()

    async def _push(self, update: dict[str, Any]) -> int:
        update_id = self._next_id("update")
        whole = {"update_id": update_id, **update}
        self.updates[update_id] = whole
        if self._queue.wants(whole):
            self._queue.put(whole)
            self._sender.wake()
        return update_id

    def _meet(self, chat: dict[str, Any]) -> None:
        """Whoever an update speaks of has met the bot."""
        chat_id = chat["id"]
        if chat_id > 0:
            self.user(chat_id, str(chat.get("first_name", "Иван"))).chat.has_started = True
        elif chat_id < 0:
            self.group(chat_id)

    def _next_id(self, name: str) -> int:
        self._last_ids[name] = self._last_ids.get(name, FIRST_MESSAGE_ID - 1) + 1
        return self._last_ids[name]

    def _next_message_id(self, chat: Chat) -> int:
        """Private chats of a bot share one row of numbers, a supergroup has its own."""
        return self._next_id("private" if chat.is_private else f"group {chat.chat_id}")

    def _new_callback_id(self) -> str:
        query_id = str(self._next_id("callback"))
        self.callbacks_waiting.add(query_id)
        return query_id
