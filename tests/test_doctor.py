"""The doctor names what is wrong and the mend, and says it of nothing that is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from rasa_twin24.config import sandbox_env
from rasa_twin24.doctor import Finding, examine
from rasa_twin24.sandbox import Sandbox, SandboxServer
from tests.standins.telegram import Telegram

PROJECT = Path(__file__).parent.parent
# Importing the channels imports Rasa's base class, which takes seconds.
pytestmark = pytest.mark.rasa


def about(findings: list[Finding], subject: str) -> Finding:
    return next(finding for finding in findings if finding.subject == subject)


async def test_all_is_well(tmp_path: Path) -> None:
    async with SandboxServer(Sandbox()) as twin, Telegram(token="123456:TEST-TOKEN") as telegram:
        env = sandbox_env({"BOT_DATA_DIR": str(tmp_path)}, twin.iam_url, twin.cis_url)
        env |= {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url, "BOT_OWNERS": "telegram:1"}
        findings = await examine(env, PROJECT)
    assert [finding for finding in findings if not finding.ok and finding.subject != "model"] == []
    assert "@calls_bot" in about(findings, "telegram").text
    assert about(findings, "tracker store").text.startswith("OneProcessTrackerStore")
    assert about(findings, "channel TelegramInput").ok


@pytest.mark.parametrize(
    ("wrong", "subject", "mend"),
    [
        pytest.param({"TWIN24_PASSWORD": "no"}, "twin", "two-factor", id="password refused"),
        pytest.param({"TWIN24_IAM_URL": "http://127.0.0.1:9/x"}, "twin", "TWIN24_IAM_URL", id="nobody listens"),
        pytest.param({"TWIN24_IAM_URL": "http://iam.example.org"}, "twin", "not https", id="password in the clear"),
        pytest.param({"TELEGRAM_BOT_TOKEN": "123456:OTHER"}, "telegram", "TELEGRAM_BOT_TOKEN", id="wrong token"),
        pytest.param({"BOT_OWNERS": ""}, "owners", "BOT_OWNERS", id="nobody gets in"),
        pytest.param({"BOT_PORT": "x"}, "settings", "BOT_PORT", id="unreadable setting"),
        pytest.param({"DATABASE_URL": "postgresql://bot@127.0.0.1:9/x"}, "database", "DATABASE_URL", id="no database"),
    ],
)
async def test_what_is_wrong_is_named(tmp_path: Path, wrong: dict[str, str], subject: str, mend: str) -> None:
    async with SandboxServer(Sandbox()) as twin, Telegram(token="123456:TEST-TOKEN") as telegram:
        env = sandbox_env({"BOT_DATA_DIR": str(tmp_path)}, twin.iam_url, twin.cis_url)
        env |= {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url, "BOT_OWNERS": "telegram:1"}
        finding = about(await examine({**env, **wrong}, PROJECT), subject)
    assert not finding.ok
    assert mend in finding.text
    assert telegram.token not in finding.text


async def test_what_rasa_passes_over_in_silence(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text("recipe: default.v1\n")
    (tmp_path / "domain.yml").write_text("version: '3.1'\n")
    (tmp_path / "endpoints.yml").write_text("tracker_store:\n  type: nowhere.Store\n")
    (tmp_path / "credentials.yml").write_text("rest:\nrasa_twin24.channels.gone.Input: {}\n")
    findings = await examine({"BOT_DATA_DIR": str(tmp_path)}, tmp_path)
    for subject in ("assistant_id", "tracker store", "model", "channel rest", "channel Input"):
        assert not about(findings, subject).ok, subject
