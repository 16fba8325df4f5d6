"""The webhooks that the messengers know of: shown and removed from the command line."""

from __future__ import annotations

from collections.abc import Mapping

from rasa_twin24 import messengers
from rasa_twin24.channels.base import MessengerInput
from rasa_twin24.channels.connection import MessengerError
from rasa_twin24.finding import Finding


async def listed(env: Mapping[str, str]) -> list[Finding]:
    """What each messenger that is turned on knows, or why it could not be asked. Raises ValueError or OSError."""
    findings = []
    for channel in _turned_on(env):
        try:
            found = await channel.apart(channel.webhooks)
        except MessengerError as error:  # the others are asked all the same
            findings.append(Finding(channel.name(), False, f"could not be asked: {error}"))
        else:
            findings.append(Finding(channel.name(), True, ", ".join(found) or "none"))
    return findings


async def removed(env: Mapping[str, str], name: str) -> list[str]:
    """A line for each address that one messenger has forgotten. Raises ValueError, OSError or `MessengerError`."""
    channel = next((one for one in _turned_on(env) if one.name() == name), None)
    if channel is None:
        raise ValueError(f"{name} is not turned on: nothing to remove")
    gone = await channel.apart(channel.remove_webhooks)
    return [f"{name}: removed {address}" for address in gone] or [f"{name}: none"]


def _turned_on(env: Mapping[str, str]) -> list[MessengerInput]:
    """The messengers that register webhooks by themselves."""
    channels = messengers.make(messengers.read_blocks(env))
    return [one for one in channels if isinstance(one, MessengerInput) and one.registers_webhooks]
