"""How large a list may be, and what its reading may cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class ListSettings:
    """What a file may be, then what the process that reads it may use."""

    # Telegram gives a bot files of up to 20 MB: https://core.telegram.org/bots/api#getfile
    megabytes: int = 10
    rows: int = 200_000
    # Address space, in megabytes. 200,000 rows of 5 columns in XLSX need about 150; CSV of any length about 60.
    memory: int = 200
    # Of the processor, in seconds; what 200,000 rows take is a tenth of it.
    cpu_seconds: int = 20
    # In all, what the reader of the list waits for its worker; what it does meanwhile does not count.
    wait_seconds: float = 60.0

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> ListSettings:
        """Read `BOT_MAX_FILE_MB` and `BOT_MAX_FILE_ROWS`. Raises `ValueError`, naming the variable and the mend."""
        return cls(
            megabytes=_number(env, "BOT_MAX_FILE_MB", cls.megabytes, most=100),
            rows=_number(env, "BOT_MAX_FILE_ROWS", cls.rows, most=1_000_000),
        )


def _number(env: Mapping[str, str], name: str, default: int, most: int) -> int:
    written = env.get(name) or str(default)
    if not (written.isascii() and written.isdigit()) or not 0 < int(written) <= most:
        raise ValueError(f"{name} is '{written}': use a number from 1 to {most}")
    return int(written)
