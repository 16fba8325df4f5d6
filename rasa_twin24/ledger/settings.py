"""Where the ledger is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class LedgerSettings:
    """`url` is an SQLAlchemy address; it may hold a password, so it stays out of the repr."""

    data_dir: Path
    url: str = field(repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> LedgerSettings:
        """Read `BOT_DATA_DIR` (default `var`) and `DATABASE_URL` (default: SQLite in that folder)."""
        data_dir = Path(env.get("BOT_DATA_DIR") or "var").absolute()
        return cls(data_dir=data_dir, url=database_url(env.get("DATABASE_URL") or "", data_dir))


def database_url(configured: str, data_dir: Path) -> str:
    """The SQLAlchemy address; `postgres://`, which hosting providers hand out, is read as `postgresql://`."""
    if not configured:
        return f"sqlite:///{data_dir / 'ledger.db'}"
    if configured.startswith("postgres://"):
        return "postgresql" + configured[len("postgres") :]
    return configured
