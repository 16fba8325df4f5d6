"""How large a list may be, and what its reading may cost."""

from __future__ import annotations

from dataclasses import dataclass

from rasa_twin24.environment import FILE_MB

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class ListSettings:
    """What a file may be, then what the process that reads it may use."""

    # Telegram gives a bot files of up to 20 MB: https://core.telegram.org/bots/api#getfile
    megabytes: int = FILE_MB
    rows: int = 200_000
    # Address space, in megabytes. 200,000 rows of 5 columns in XLSX need about 150; CSV of any length about 60.
    memory: int = 200
    # Of the processor, in seconds; what 200,000 rows take is a tenth of it.
    cpu_seconds: int = 20
    # In all, what the reader of the list waits for its worker; what it does meanwhile does not count.
    wait_seconds: float = 60.0
