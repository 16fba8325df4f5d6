"""Where VK's events come from: a Callback server that is registered, or Bots Long Poll."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from rasa_twin24.channels.connection import MessengerError
from rasa_twin24.channels.registration import Pauses, until_registered
from rasa_twin24.channels.vk_api import VERSION, VkApi, is_number
from rasa_twin24.channels.vk_updates import EVENTS
from rasa_twin24.ledger.kept import Kept

log = structlog.get_logger(__name__)

POLL_SECONDS = 25
# Between polls that bring nothing: a server that answers at once must not be asked without a break.
IDLE_PAUSE = 0.2
# What the bot's server is called in the community's settings, at most 14 signs.
TITLE = "rasa-twin24"
# Where the bot stands in the stream of events.
PLACE = "vk_long_poll_ts"
# VK asks a server of these for its confirmation when it is written down once more.
_UNCONFIRMED = ("unconfigured", "failed")


class VkSource:
    """`take` sees to an event; what it raises means that the event has not been written down."""

    def __init__(self, api: VkApi, group_id: int) -> None:
        self._api = api
        self._group = group_id

    async def servers(self) -> list[dict[str, Any]]:
        """https://dev.vk.com/ru/method/groups.getCallbackServers; raises `MessengerError`."""
        answer = await self._api.call("groups.getCallbackServers", group_id=self._group)
        items = answer.get("items") if isinstance(answer, dict) else None
        return [one for one in items if isinstance(one, dict) and is_number(one.get("id"))] if items else []

    async def own_servers(self, address: str | None) -> list[dict[str, Any]]:
        """The bot's: of its address, or of its name, which an earlier address bears."""
        return [one for one in await self.servers() if one.get("url") == address or one.get("title") == TITLE]

    async def remove(self, server: dict[str, Any]) -> None:
        await self._api.call("groups.deleteCallbackServer", group_id=self._group, server_id=server["id"])

    async def register(self, address: str, secret: str) -> None:
        """Until it works."""
        await until_registered("vk", lambda: self._register(address, secret))

    async def _register(self, address: str, secret: str) -> None:
        """Looks first, so that nothing is registered twice. Adding and editing make VK ask for the confirmation."""
        own = await self.own_servers(address)
        server = next((one for one in own if one.get("url") == address), own[0] if own else None)
        wanted: dict[str, Any] = {"group_id": self._group, "url": address, "title": TITLE, "secret_key": secret}
        if server is None:
            added = await self._api.once("groups.addCallbackServer", **wanted)
            number = added.get("server_id") if isinstance(added, dict) else None
            if not is_number(number):
                raise MessengerError("groups.addCallbackServer", 502, "VK named no server")
        else:
            number = server["id"]
            is_same = server.get("url") == address and server.get("secret_key") == secret
            if not is_same or server.get("status") in _UNCONFIRMED:
                await self._api.once("groups.editCallbackServer", server_id=number, **wanted)
        whose: dict[str, Any] = {"group_id": self._group, "server_id": number}
        if not _is_set(await self._api.call("groups.getCallbackSettings", **whose)):
            await self._api.once("groups.setCallbackSettings", **whose, **_settings())

    async def poll(self, kept: Kept, take: Callable[[dict[str, Any]], Awaitable[object]]) -> None:
        """Ask for events until the bot stops.

        The place in the stream is kept once all before it is written down: VK has no other confirmation.
        """
        pauses = Pauses("vk")
        server: tuple[str, str] | None = None
        ts = place = ""
        is_on = False
        while True:
            try:
                if not is_on:
                    await self._turn_on()
                    ts = place = await kept.get(PLACE) or ""
                    is_on = True
                if server is None:
                    server, newest = await self._server()
                    ts = ts or newest
                if ts != place:
                    await kept.put(PLACE, ts)
                    place = ts
                answer = await self._api.poll(*server, ts, POLL_SECONDS)
                updates = answer.get("updates")
                for update in updates if isinstance(updates, list) else []:
                    if isinstance(update, dict):
                        await take(update)
                ts = str(answer.get("ts") or ts)  # after `failed` 1 as well: what was in between is lost
                if failed := answer.get("failed"):
                    log.info("vk_long_poll_renewed", failed=failed)
                if failed in (2, 3):
                    server = None
                if failed == 3:
                    ts = ""
                pauses.begin_anew()
                if not updates:
                    await asyncio.sleep(IDLE_PAUSE)
            except MessengerError as error:
                server = None
                await pauses.after(error)
            except Exception as error:  # e.g. the database is away: asked again from the same place
                log.error("update_not_stored", channel="vk", error=type(error).__name__)
                await asyncio.sleep(pauses.seconds)

    async def _turn_on(self) -> None:
        settings = await self._api.call("groups.getLongPollSettings", group_id=self._group)
        if not (isinstance(settings, dict) and settings.get("is_enabled") and _is_set(settings)):
            await self._api.once("groups.setLongPollSettings", group_id=self._group, enabled=1, **_settings())

    async def _server(self) -> tuple[tuple[str, str], str]:
        """Address and key, and the newest place in the stream."""
        answer = await self._api.once("groups.getLongPollServer", group_id=self._group)
        found = answer if isinstance(answer, dict) else {}
        if not all(isinstance(found.get(name), str) for name in ("server", "key")) or "ts" not in found:
            raise MessengerError("groups.getLongPollServer", 502, "VK named no server")
        return (found["server"], found["key"]), str(found["ts"])


def webhook_address(base: str) -> str:
    """Where events come to, below the public address of the bot."""
    return f"{base.rstrip('/')}/webhooks/vk/webhook"


def _settings() -> dict[str, Any]:
    return {"api_version": VERSION, **dict.fromkeys(EVENTS, 1)}


def _is_set(settings: Any) -> bool:
    """Whether the events that the bot needs come, in the version that it reads; more may."""
    events = settings.get("events") if isinstance(settings, dict) else None
    if not isinstance(events, dict) or settings.get("api_version") != VERSION:
        return False
    return all(events.get(name) for name in EVENTS)
