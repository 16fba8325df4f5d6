"""Where Telegram's updates come from: a webhook that is registered, or polling."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from rasa_twin24.channels.connection import MessengerError
from rasa_twin24.channels.registration import Pauses, until_registered
from rasa_twin24.channels.telegram_api import TelegramApi
from rasa_twin24.channels.telegram_updates import ALLOWED_UPDATES, update_id

log = structlog.get_logger(__name__)

POLL_SECONDS = 25
# Between polls that bring nothing: a server that answers at once must not be asked without a break.
IDLE_PAUSE = 0.2


class TelegramSource:
    """`take` sees to an update; what it raises means that the update has not been written down."""

    def __init__(self, api: TelegramApi, take: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self._api = api
        self._take = take

    async def register(self, webhook_url: str, secret: str) -> None:
        """Until it works."""
        await until_registered(
            "telegram",
            lambda: self._api.once(
                "setWebhook",
                url=webhook_address(webhook_url),
                secret_token=secret,
                allowed_updates=list(ALLOWED_UPDATES),
            ),
        )

    async def poll(self) -> None:
        """Ask for updates until the bot stops. An update is confirmed only once it is written down."""
        offset: int | None = None
        pauses = Pauses("telegram")
        webhook_removed = False
        while True:
            try:
                if not webhook_removed:  # Telegram answers 409 while one is registered
                    await self._api.once("deleteWebhook")
                    webhook_removed = True
                more: dict[str, Any] = {} if offset is None else {"offset": offset}
                updates = await self._api.once(
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
                pauses.begin_anew()
                if not taken:
                    # All before is confirmed by now. After a quiet week Telegram begins to count anew, perhaps lower.
                    offset = None
                    await asyncio.sleep(IDLE_PAUSE)
            except MessengerError as error:
                webhook_removed = webhook_removed and error.code != 409
                await pauses.after(error)
            except Exception as error:  # e.g. the database is away: asked again from the same offset
                log.error("update_not_stored", channel="telegram", error=type(error).__name__)
                await asyncio.sleep(pauses.seconds)


def webhook_address(base: str) -> str:
    """Where updates come to, below the public address of the bot."""
    return f"{base.rstrip('/')}/webhooks/telegram/webhook"
