"""`rasa-twin24 users` on a ledger of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rasa_twin24.cli import main
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.invites import CODE, Try
from tests.bot_process import PROJECT

Cli = Callable[..., Result]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "credentials.yml").write_text((PROJECT / "credentials.yml").read_text(encoding="utf-8"))
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("BOT_OWNERS", "telegram:1")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return lambda *arguments: CliRunner().invoke(main, ["users", *arguments])


def test_a_person_comes_changes_and_goes(cli: Cli) -> None:
    assert cli("role", "telegram:5", "operator").output == "telegram:5 is operator now\n"
    assert cli("role", "telegram:5", "viewer").exit_code == 0
    assert cli("list").output.splitlines() == [
        "telegram:1\towner\tBOT_OWNERS",
        "web:owner\towner\tBOT_OWNERS",
        "telegram:5\tviewer\tby cli",
        "Unused invitations: 0",
    ]
    assert cli("remove", "telegram:5").output == "telegram:5 has no access any more\n"
    assert "telegram:5" not in cli("list").output


def test_an_invitation_of_the_command_line_works(cli: Cli, tmp_path: Path) -> None:
    invited = cli("invite", "--role", "viewer")
    code = invited.output.strip()
    assert (invited.exit_code, bool(CODE.fullmatch(code))) == (0, True)

    async def use() -> Try:
        ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
        tried = await ledger.invites.use("telegram:7", code)
        await ledger.close()
        return tried

    assert asyncio.run(use()) is Try.JOINED
    assert "telegram:7\tviewer" in cli("list").output


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (("remove", "telegram:1"), 2, "BOT_OWNERS"),
        (("role", "web:owner", "viewer"), 2, "BOT_OWNERS"),
        (("remove", "telegram:9"), 1, "telegram:9"),
        (("remove", "9"), 2, "<messenger>:<id>"),
        (("remove", "telegramm:9"), 1, "telegramm:9"),  # whoever was let in by mistake can be removed
        (("role", "9", "viewer"), 2, "<messenger>:<id>"),
        (("role", "telegramm:9", "viewer"), 2, "credentials.yml: max, slack, telegram, viber, vk, web, whatsapp"),
        (("role", "telegram:9", "owner"), 2, "owner"),
        (("invite", "--role", "owner"), 2, "owner"),
        (("invite",), 2, "--role"),
    ],
)
def test_what_is_not_done_is_said(cli: Cli, arguments: tuple[str, ...], code: int, named: str) -> None:
    result = cli(*arguments)
    assert result.exit_code == code
    assert named in result.output + result.stderr


def test_nobody_is_let_in_where_the_messengers_are_not_known(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "credentials.yml").unlink()
    result = cli("role", "telegram:5", "viewer")
    assert (result.exit_code, "run this in the project's folder" in result.stderr) == (2, True)
    assert "telegram:5" not in cli("list").output


@pytest.mark.parametrize(
    ("variable", "value"), [("BOT_OWNERS", "100"), ("DATABASE_URL", "sqlite:////dev/null/ledger.db")]
)
def test_wrong_configuration_is_named(cli: Cli, monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    result = cli("list")
    assert result.exit_code == 2
    assert variable in result.output + result.stderr
