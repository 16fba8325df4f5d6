"""Where the ledger is kept, and whose bot it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rasa_twin24.ledger.people import owners_from_env

# Ten years: data kept "for ever" should be somebody's decision, not a slip of the keyboard.
MOST_DAYS = 3660
# Characters: a key that can be guessed gives the whole list away.
LEAST_KEY = 32


@dataclass(frozen=True)
class LedgerSettings:
    """`url` is an SQLAlchemy address; it may hold a password, so it stays out of the repr."""

    data_dir: Path
    url: str = field(repr=False)
    owners: frozenset[str] = frozenset()
    # How long drafts, ended tasks and talks are kept, days.
    keep_days: int = 30
    # Of the do-not-call list; empty: made at random and kept in the ledger.
    hash_key: str = field(default="", repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> LedgerSettings:
        """Read `BOT_DATA_DIR` (default `var`), `DATABASE_URL` (default: SQLite in that folder), `BOT_OWNERS`,
        `BOT_KEEP_DAYS` and `BOT_HASH_KEY`.

        Raises `ValueError`, naming the variable and the mend.
        """
        keep_days = env.get("BOT_KEEP_DAYS") or "30"
        if not keep_days.isascii() or not keep_days.isdigit() or not 1 <= int(keep_days) <= MOST_DAYS:
            raise ValueError(f"BOT_KEEP_DAYS is '{keep_days}': use a number of days from 1 to {MOST_DAYS}")
        hash_key = env.get("BOT_HASH_KEY") or ""
        if hash_key and len(hash_key) < LEAST_KEY:
            raise ValueError(
                f"BOT_HASH_KEY is too short: use at least {LEAST_KEY} random characters, or leave it empty"
            )
        data_dir = Path(env.get("BOT_DATA_DIR") or "var").absolute()
        return cls(
            data_dir=data_dir,
            url=database_url(env.get("DATABASE_URL") or "", data_dir),
            owners=owners_from_env(env),
            keep_days=int(keep_days),
            hash_key=hash_key,
        )


def database_url(configured: str, data_dir: Path) -> str:
    """The SQLAlchemy address; `postgres://`, which hosting providers hand out, is read as `postgresql://`."""
    if not configured:
        return f"sqlite:///{data_dir / 'ledger.db'}"
    if configured.startswith("postgres://"):
        return "postgresql" + configured[len("postgres") :]
    return configured
