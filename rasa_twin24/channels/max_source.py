"""Where MAX's updates come from: a webhook that is subscribed and stays so, or polling. https://dev.max.ru/docs-api"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from rasa_twin24.channels.connection import MessengerError
from rasa_twin24.channels.max_api import RECEIVING, MaxApi
from rasa_twin24.channels.max_updates import UPDATE_TYPES
from rasa_twin24.channels.registration import Pauses
from rasa_twin24.ledger.kept import Kept

log = structlog.get_logger(__name__)

POLL_SECONDS = 30
# As the vendor's own client does. https://github.com/max-messenger/max-bot-api-client-ts
PAUSE_AFTER_ERROR = (5.0, 60.0)
# Between polls that bring nothing: a server that answers at once must not be asked without a break.
IDLE_PAUSE = 0.2
# MAX unsubscribes a webhook that failed for 8 hours, and tells nobody: so often it is looked at, seconds.
WATCH_SECONDS = 300.0
# Under these names the ledger keeps what was subscribed, and the place in the stream of updates.
SUBSCRIBED, MARKER = "max_subscription", "max_marker"


class MaxSource:
    """`take` sees to an update; what it raises means that the update has not been written down."""

    def __init__(self, api: MaxApi, kept: Kept, take: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self._api = api
        self._kept = kept
        self._take = take

    async def watch(self, webhook_url: str, secret: str) -> None:
        """Subscribe the webhook until it works, and again whenever MAX has dropped it; ends with the bot."""
        address = webhook_address(webhook_url)
        asked = hashlib.sha256(repr((address, secret, UPDATE_TYPES)).encode()).hexdigest()
        pauses, known = Pauses("max", PAUSE_AFTER_ERROR), False
        while True:
            try:
                known = await self._subscribe(address, secret, asked, known)
            except MessengerError as error:
                await pauses.after(error)
            except Exception as error:  # the database may be away for a while
                log.error("max_webhook_not_looked_at", error=type(error).__name__)
                await asyncio.sleep(pauses.seconds)
            else:
                pauses.begin_anew()
                await asyncio.sleep(WATCH_SECONDS)

    async def _subscribe(self, address: str, secret: str, asked: str, known: bool) -> bool:
        """Look first. MAX does not tell the secret of a subscription: what was asked for last is kept."""
        is_there = address in await subscriptions(self._api)
        if is_there and await self._kept.get(SUBSCRIBED) == asked:
            return True
        if is_there:  # with another secret, or for other kinds of updates
            await unsubscribe(self._api, address)
        elif known:
            log.error("max_webhook_lost", reason="MAX has unsubscribed it; it is subscribed again")
        wanted = {"url": address, "update_types": list(UPDATE_TYPES), "secret": secret}
        await self._api.once("subscribe", "POST", "subscriptions", json=wanted)
        await self._kept.put(SUBSCRIBED, asked)
        log.info("max_webhook_registered")
        return True

    async def poll(self) -> None:
        """Ask for updates until the bot stops. They are confirmed only once they are written down."""
        pauses = Pauses("max", PAUSE_AFTER_ERROR)
        webhooks_removed, marker = False, None
        while True:
            try:
                if not webhooks_removed:  # MAX brings nothing here while there is one
                    for address in await subscriptions(self._api):
                        await unsubscribe(self._api, address)
                    marker = await self._kept.get(MARKER)
                    webhooks_removed = True
                marker, taken = await self._poll_once(marker)
                pauses.begin_anew()
                if not taken:
                    await asyncio.sleep(IDLE_PAUSE)
            except MessengerError as error:
                if error.code == 400:  # a marker of another bot, or of long ago
                    marker = None
                await pauses.after(error)
            except Exception as error:  # e.g. the database is away: asked again from the same marker
                log.error("update_not_stored", channel="max", error=type(error).__name__)
                await asyncio.sleep(pauses.seconds)

    async def _poll_once(self, marker: str | None) -> tuple[str | None, int]:
        """The next marker, and how many updates there were."""
        params = {"limit": 100, "timeout": POLL_SECONDS, "types": ",".join(UPDATE_TYPES)}
        if marker is not None:
            params["marker"] = marker
        answer = await self._api.once(RECEIVING, "GET", "updates", read_seconds=POLL_SECONDS + 10, params=params)
        updates = answer.get("updates")
        found = [one for one in updates if isinstance(one, dict)] if isinstance(updates, list) else []
        for update in found:
            await self._take(update)
        following = answer.get("marker")
        if not isinstance(following, int) or str(following) == marker:
            return marker, len(found)
        await self._kept.put(MARKER, str(following))
        return str(following), len(found)


async def subscriptions(api: MaxApi) -> list[str]:
    """The addresses that MAX brings updates to. Raises `MessengerError`."""
    found = (await api.call("getSubscriptions", "GET", "subscriptions")).get("subscriptions")
    rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    return [row["url"] for row in rows if isinstance(row.get("url"), str)]


async def unsubscribe(api: MaxApi, address: str) -> None:
    await api.call("unsubscribe", "DELETE", "subscriptions", params={"url": address})


def webhook_address(base: str) -> str:
    """Where updates come to, below the public address of the bot."""
    return f"{base.rstrip('/')}/webhooks/max/webhook"
