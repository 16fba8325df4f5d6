"""What holds for every messenger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ChannelSettings:
    # Of one person, presses of buttons among them. A person types ten; a shared address book may bring more at once.
    messages_per_minute: int = 30

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> ChannelSettings:
        """Read `BOT_MESSAGES_PER_MINUTE`. Raises `ValueError`, naming the variable and the mend."""
        most = env.get("BOT_MESSAGES_PER_MINUTE") or "30"
        if not (most.isascii() and most.isdigit()) or not 0 < int(most) <= 100_000:
            raise ValueError(f"BOT_MESSAGES_PER_MINUTE is '{most}': use a number from 1 to 100000")
        return cls(messages_per_minute=int(most))
