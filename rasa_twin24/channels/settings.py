"""What holds for every messenger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rasa_twin24.environment import FILE_MB, file_megabytes, whole_number


@dataclass(frozen=True)
class ChannelSettings:
    # Of one person, presses of buttons among them. A person types ten; a shared address book may bring more at once.
    messages_per_minute: int = 30
    # Of a file or a pasted list that somebody sends, megabytes.
    max_file_mb: int = FILE_MB

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> ChannelSettings:
        """Read `BOT_MESSAGES_PER_MINUTE` and `BOT_MAX_FILE_MB`. Raises `ValueError`, naming variable and mend."""
        return cls(
            messages_per_minute=whole_number(
                env, "BOT_MESSAGES_PER_MINUTE", cls.messages_per_minute, least=1, most=100_000
            ),
            max_file_mb=file_megabytes(env),
        )
