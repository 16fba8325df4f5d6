"""The doctor names what is wrong and the mend, and says it of nothing that is right."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from rasa_twin24.config import sandbox_env
from rasa_twin24.doctor import Finding, examine
from rasa_twin24.ledger import Ledger
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
    assert about(findings, "calling hours").text.startswith("00:00–24:00 Europe/Moscow: calls may start now")
    assert about(findings, "limits").text.startswith("10000 numbers a start")
    assert about(findings, "clock").ok
    assert about(findings, "database").text.startswith("none yet")
    assert about(findings, "taught phrases").text.startswith("0, all")
    assert list(tmp_path.iterdir()) == []  # nothing was made


@pytest.mark.parametrize(
    ("wrong", "subject", "mend"),
    [
        pytest.param({"TWIN24_PASSWORD": "no"}, "twin", "two-factor", id="password refused"),
        pytest.param({"TWIN24_IAM_URL": "http://127.0.0.1:9/x"}, "twin", "TWIN24_IAM_URL", id="nobody listens"),
        pytest.param({"TWIN24_IAM_URL": "http://iam.example.org"}, "twin", "not https", id="password in the clear"),
        pytest.param({"TELEGRAM_BOT_TOKEN": "123456:OTHER"}, "telegram", "TELEGRAM_BOT_TOKEN", id="wrong token"),
        pytest.param({"BOT_OWNERS": ""}, "owners", "BOT_OWNERS", id="nobody gets in"),
        pytest.param({"BOT_PORT": "x"}, "settings", "BOT_PORT", id="unreadable setting"),
        pytest.param({"BOT_CALL_HOURS": "21-9"}, "settings", "BOT_CALL_HOURS", id="unreadable hours"),
        pytest.param({"BOT_TIMEZONE": "Moscow"}, "settings", "BOT_TIMEZONE", id="unknown zone"),
        pytest.param({"BOT_DAY_TASKS": "0"}, "limits", "BOT_DAY_TASKS", id="nothing may start"),
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


@pytest.mark.parametrize(
    ("hour", "told"),
    [(8, "closed now, 08:30 there; opens 09:00"), (9, "calls may start now"), (22, "opens 11.07 09:00")],
)
async def test_calling_hours(tmp_path: Path, hour: int, told: str) -> None:
    env = {"BOT_DATA_DIR": str(tmp_path), "BOT_CALL_HOURS": "09:00-21:00", "BOT_TIMEZONE": "Asia/Vladivostok"}
    now = datetime(2026, 7, 10, hour, 30, tzinfo=ZoneInfo("Asia/Vladivostok")).timestamp()
    finding = about(await examine(env, PROJECT, lambda: now), "calling hours")
    assert finding.ok
    assert told in finding.text


@pytest.mark.parametrize(("away", "ok"), [(60, True), (-3600, False), (3600, False)])
async def test_a_clock_that_differs_from_twins(tmp_path: Path, away: float, ok: bool) -> None:
    async with SandboxServer(Sandbox()) as twin:
        env = sandbox_env({"BOT_DATA_DIR": str(tmp_path)}, twin.iam_url, twin.cis_url)
        assert about(await examine(env, PROJECT, lambda: time.time() + away), "clock").ok is ok


_REVISION = "SELECT version_num FROM alembic_version"


async def test_the_state_of_the_database(url: str, tmp_path: Path) -> None:
    env = {"BOT_DATA_DIR": str(tmp_path), "DATABASE_URL": url}
    ledger = Ledger(url)
    await ledger.open()
    assert about(await examine(env, PROJECT), "database").text == "reachable, tables up to date"
    await ledger.stops.make("telegram:1")
    stopped = about(await examine(env, PROJECT), "emergency stop")
    assert not stopped.ok
    assert "/liftstop" in stopped.text

    await ledger.stops.lift("telegram:1")
    findings = await examine(env, PROJECT)
    assert "emergency stop" not in [finding.subject for finding in findings]

    present = await ledger._store.run(lambda connection: connection.scalar(sa.text(_REVISION)))
    for revision, ok, told in (("0001", True, "brings its tables up to date"), ("9999", False, "update the bot")):
        await ledger._store.run(
            lambda connection, revision=revision: connection.execute(
                sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision}
            )
        )
        finding = about(await examine(env, PROJECT), "database")
        assert finding.ok is ok
        assert told in finding.text
    await ledger._store.run(
        lambda connection: connection.execute(
            sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": present}
        )
    )
    await ledger.close()


async def test_a_key_that_the_do_not_call_list_was_not_made_with(url: str, tmp_path: Path) -> None:
    env = {"BOT_DATA_DIR": str(tmp_path), "DATABASE_URL": url, "BOT_HASH_KEY": "k" * 32}
    ledger = Ledger(url, hash_key="k" * 32)
    await ledger.open()
    await ledger.do_not_call.add(["+79161234501"], "telegram:1")
    await ledger.close()
    assert "do-not-call list" not in [finding.subject for finding in await examine(env, PROJECT)]
    for changed in ({**env, "BOT_HASH_KEY": "o" * 32}, {**env, "BOT_HASH_KEY": ""}):
        finding = about(await examine(changed, PROJECT), "do-not-call list")
        assert not finding.ok
        assert "BOT_HASH_KEY" in finding.text


async def test_a_database_without_tables(empty_url: str, tmp_path: Path) -> None:
    if empty_url.startswith("sqlite"):
        (tmp_path / "ledger.db").touch()
    findings = await examine({"BOT_DATA_DIR": str(tmp_path), "DATABASE_URL": empty_url}, PROJECT)
    assert about(findings, "database").text.startswith("reachable, empty")


async def test_what_rasa_passes_over_in_silence(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text("recipe: default.v1\n")
    (tmp_path / "domain.yml").write_text("version: '3.1'\n")
    (tmp_path / "endpoints.yml").write_text("tracker_store:\n  type: nowhere.Store\n")
    (tmp_path / "credentials.yml").write_text("rest:\nrasa_twin24.channels.gone.Input: {}\n")
    findings = await examine({"BOT_DATA_DIR": str(tmp_path)}, tmp_path)
    for subject in ("assistant_id", "tracker store", "model", "channel rest", "channel Input"):
        assert not about(findings, subject).ok, subject


async def test_a_messenger_that_fails_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd_messenger.py").write_text(
        "from rasa_twin24.channels.telegram import TelegramInput\n\n\n"
        "class Odd(TelegramInput):\n"
        "    @classmethod\n"
        "    def name(cls) -> str:\n"
        '        return "odd"\n\n'
        "    async def examine(self) -> None:\n"
        '        raise KeyError("+79161234567")\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    block = "  token: ${TELEGRAM_BOT_TOKEN}\n  api_url: ${TELEGRAM_API_URL}\n"
    ours = "rasa_twin24.channels.telegram.TelegramInput"
    for name in ("config.yml", "domain.yml", "endpoints.yml"):
        (tmp_path / name).write_text((PROJECT / name).read_text())
    (tmp_path / "credentials.yml").write_text(f"odd_messenger.Odd:\n{block}{ours}:\n{block}")
    async with Telegram() as telegram:
        env = {"BOT_DATA_DIR": str(tmp_path), "TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url}
        findings = await examine({**env, "BOT_OWNERS": "odd:1"}, tmp_path)
        slip = await examine({**env, "BOT_OWNERS": "tg:1"}, tmp_path)
    assert (about(findings, "odd").ok, about(findings, "odd").text) == (False, "could not be asked: KeyError")
    assert "@calls_bot" in about(findings, "telegram").text
    assert "BOT_OWNERS: 'tg:1'" in about(slip, "messengers").text


async def test_a_wrong_file_of_taught_phrases_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "phrases").mkdir()
    (tmp_path / "phrases" / "own.yml").write_text("nlu:\n  - intent: cancel\n    examples: ой\n")
    async with SandboxServer(Sandbox()) as twin:
        env = sandbox_env({"BOT_DATA_DIR": str(tmp_path)}, twin.iam_url, twin.cis_url)
        wrong = about(await examine(env, PROJECT), "taught phrases")
    assert (wrong.ok, "own.yml, line 3" in wrong.text) == (False, True)
