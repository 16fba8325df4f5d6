"""The webhooks that the messengers know of: shown and removed from the command line."""

from __future__ import annotations

from collections.abc import Mapping

from rasa_twin24 import messengers
from rasa_twin24.channels.base import MessengerInput


async def listed(env: Mapping[str, str]) -> list[str]:
    """A line for each messenger that is turned on. Raises ValueError, OSError or `MessengerError`."""
    lines = []
    for channel in _turned_on(env):
        found = await channel.apart(channel.webhooks)
        lines.append(f"{channel.name()}: {', '.join(found) if found else 'none'}")
    return lines or ["No messenger is turned on."]


async def removed(env: Mapping[str, str], name: str) -> list[str]:
    """A line for each address that one messenger has forgotten; raises as `listed`."""
    channel = next((one for one in _turned_on(env) if one.name() == name), None)
    if channel is None:
        raise ValueError(f"{name} is not turned on: nothing to remove")
    gone = await channel.apart(channel.remove_webhooks)
    return [f"{name}: removed {address}" for address in gone] or [f"{name}: none"]


def _turned_on(env: Mapping[str, str]) -> list[MessengerInput]:
    """The messengers that register webhooks by themselves."""
    channels = messengers.make(messengers.read_blocks(env))
    return [one for one in channels if isinstance(one, MessengerInput) and one.registers_webhooks]
