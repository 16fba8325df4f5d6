"""What `rasa-twin24 doctor` finds out of VK."""

from __future__ import annotations

from typing import Any

from rasa_twin24.channels.connection import MessengerError
from rasa_twin24.channels.vk_api import BAD_TOKEN, VkApi
from rasa_twin24.channels.vk_source import VkSource
from rasa_twin24.finding import Finding

HOOK = "vk webhook"


async def examine(api: VkApi, group_id: int, address: str | None) -> list[Finding]:
    """`address`: where events shall come to, None for long polling."""
    try:
        community = _name(await api.call("groups.getById", group_id=group_id))
        servers = await VkSource(api, group_id).servers() if address else []
    except MessengerError as error:
        mend = "check VK_BOT_TOKEN" if error.code in BAD_TOKEN else "check VK_GROUP_ID, VK_API_URL and the network"
        return [Finding("vk", False, f"{error.code} {error.description[:80]}: {mend}")]
    found = Finding("vk", True, f"the community is {community}")
    if address is None:
        return [found, Finding(HOOK, True, "long polling")]
    server = next((one for one in servers if one.get("url") == address), None)
    if server is None:
        return [found, Finding(HOOK, True, "not registered yet; the bot does it at its start")]
    if server.get("status") == "failed":
        return [found, Finding(HOOK, False, "VK got no confirmation from the bot, or no ok: check VK_WEBHOOK_URL")]
    return [found, Finding(HOOK, True, "registered")]


def _name(answer: Any) -> str:
    """Since version 5.139 the list of communities stands in an object."""
    groups = answer.get("groups") if isinstance(answer, dict) else None
    first = groups[0] if isinstance(groups, list) and groups else None
    return str(first.get("name") or "?")[:60] if isinstance(first, dict) else "?"
