"""What is remembered of the people who write in VK: their names and what their applications show. In memory."""

from __future__ import annotations

import asyncio
import time

import structlog

from rasa_twin24.channels.incoming import clean_name
from rasa_twin24.channels.vk_api import VkApi
from rasa_twin24.channels.vk_keyboard import UNKNOWN_CLIENT, Client

log = structlog.get_logger(__name__)

# People remembered; beyond, all are forgotten.
MOST_REMEMBERED = 10_000
# How long a name is not asked again, or the question that brought none, seconds.
NAME_SECONDS = 3600.0
# How long an update waits for its person's name, seconds: the messenger waits for its answer meanwhile.
ANSWER_SECONDS = 2.0


class VkPeople:
    def __init__(self, api: VkApi) -> None:
        self._api = api
        self._clients: dict[str, Client] = {}
        self._names: dict[str, tuple[float, asyncio.Task[str]]] = {}

    def client(self, person: str) -> Client:
        return self._clients.get(person, UNKNOWN_CLIENT)

    def learn_client(self, person: str, client: Client) -> None:
        if len(self._clients) >= MOST_REMEMBERED:
            self._clients.clear()
        self._clients[person] = client

    async def name(self, person: str) -> str:
        """Empty when VK does not tell it in time. All who ask wait for one answer, so that their order stays."""
        asked_at, asking = self._names.get(person, (0.0, None))
        if asking is None or time.monotonic() - asked_at > NAME_SECONDS:
            if len(self._names) >= MOST_REMEMBERED:
                self._names.clear()
            asking = asyncio.create_task(self._ask(person))
            self._names[person] = (time.monotonic(), asking)
        return await asyncio.shield(asking)  # who hangs up must not take the others' answer away

    async def _ask(self, person: str) -> str:
        """https://dev.vk.com/ru/method/users.get; never raises."""
        try:
            asked = self._api.once("users.get", read_seconds=ANSWER_SECONDS, user_ids=person)
            (user,) = await asyncio.wait_for(asked, ANSWER_SECONDS)
            return clean_name(user.get("first_name"), user.get("last_name"))
        except Exception as error:  # whatever came: the person is answered without a name
            log.info("vk_name_unknown", error=type(error).__name__)
            return ""
