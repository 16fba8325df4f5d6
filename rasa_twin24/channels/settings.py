"""What holds for every messenger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# A file is held in memory while it is taken in.
MOST_FILE_MB = 100


@dataclass(frozen=True)
class ChannelSettings:
    # Of one person, presses of buttons among them. A person types ten; a shared address book may bring more at once.
    messages_per_minute: int = 30
    # Of a file or a pasted list that somebody sends, megabytes.
    max_file_mb: int = 10

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> ChannelSettings:
        """Read `BOT_MESSAGES_PER_MINUTE` and `BOT_MAX_FILE_MB`. Raises `ValueError`, naming variable and mend."""
        return cls(
            messages_per_minute=_number(env, "BOT_MESSAGES_PER_MINUTE", "30", 100_000),
            max_file_mb=_number(env, "BOT_MAX_FILE_MB", "10", MOST_FILE_MB),
        )


def _number(env: Mapping[str, str], name: str, default: str, most: int) -> int:
    given = env.get(name) or default
    if not (given.isascii() and given.isdigit()) or len(given) > 9 or not 0 < int(given) <= most:
        raise ValueError(f"{name} is '{given}': use a number from 1 to {most}")
    return int(given)
