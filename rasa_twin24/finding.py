"""What a check of the settings, the database or a messenger has found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`text` says what is so, and if it is not ok, the mend."""

    subject: str
    ok: bool
    text: str
