"""A bot whose messenger is VK, asked over Long Poll unless it has a webhook."""

from __future__ import annotations

from pathlib import Path

from rasa_twin24.channels.vk import VkInput
from tests.channels.bot import PUBLIC_URL, ChannelBot
from tests.standins.vk import Vk


class VkBot(ChannelBot):
    channel: VkInput

    def __init__(self, vk: Vk, folder: Path, *, webhook: bool = False, **settings: str) -> None:
        block = {"token": vk.token, "group_id": str(vk.group_id), "api_url": vk.url, **settings}
        if webhook:
            block["webhook_url"] = PUBLIC_URL
        super().__init__(VkInput.from_credentials(block), folder)
        vk.callback.routes[PUBLIC_URL] = self.url
