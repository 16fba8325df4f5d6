from __future__ import annotations

from pathlib import Path

import pytest

from rasa_twin24.ledger import LedgerSettings

FOLDER = Path("/srv/bot")


@pytest.mark.parametrize(
    ("configured", "url"),
    [
        ("", "sqlite:////srv/bot/ledger.db"),
        ("postgres://u:secret@db/bot", "postgresql://u:secret@db/bot"),
        ("postgresql://u:secret@db/bot", "postgresql://u:secret@db/bot"),
        ("sqlite:////tmp/other.db", "sqlite:////tmp/other.db"),
    ],
)
def test_the_address_of_the_database(configured: str, url: str) -> None:
    settings = LedgerSettings.from_env({"BOT_DATA_DIR": str(FOLDER), "DATABASE_URL": configured})
    assert (settings.data_dir, settings.url) == (FOLDER, url)
    assert "secret" not in repr(settings)


def test_by_default_everything_is_below_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert LedgerSettings.from_env({}) == LedgerSettings(tmp_path / "var", f"sqlite:///{tmp_path}/var/ledger.db")


def test_how_long_data_is_kept() -> None:
    assert LedgerSettings.from_env({}).keep_days == 30
    assert LedgerSettings.from_env({"BOT_KEEP_DAYS": "7"}).keep_days == 7


@pytest.mark.parametrize("days", ["0", "-1", "30 days", "3661", "٣"])
def test_a_wrong_number_of_days_is_named(days: str) -> None:
    with pytest.raises(ValueError, match=r"^BOT_KEEP_DAYS "):
        LedgerSettings.from_env({"BOT_KEEP_DAYS": days})
