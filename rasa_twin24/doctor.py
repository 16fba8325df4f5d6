"""Looks for what would go wrong: settings, the sign-in, the messengers, and what Rasa passes over in silence."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
import yaml  # not ruamel: Rasa makes that one demand every variable a file names

from rasa_twin24 import model
from rasa_twin24.config import Config, WrongSetting
from rasa_twin24.ledger import Ledger
from rasa_twin24.twin24 import Settings, SignInFailed, Twin24, TwinError

ENDPOINTS = Path("endpoints.yml")
CREDENTIALS = Path("credentials.yml")
CONFIG = Path("config.yml")


@dataclass(frozen=True)
class Finding:
    """`text` says what is so, and if it is not ok, the mend."""

    subject: str
    ok: bool
    text: str


async def examine(env: Mapping[str, str], project: Path) -> list[Finding]:
    """Everything that can be found out without starting the bot; the network is asked, nothing is changed."""
    try:
        config = Config.from_env(env)
    except WrongSetting as error:
        return [Finding("settings", False, str(error))]
    findings = [
        Finding("settings", True, "complete and readable"),
        _owners(config, env),
        await _database(config),
        await _twin(config, env),
    ]
    if env.get("TELEGRAM_BOT_TOKEN"):
        findings += await _telegram(env)
    else:
        findings.append(Finding("telegram", True, "off; TELEGRAM_BOT_TOKEN turns it on"))
    return findings + _rasa(project)


def _owners(config: Config, env: Mapping[str, str]) -> Finding:
    messengers = bool(env.get("TELEGRAM_BOT_TOKEN"))
    if messengers and not config.ledger.owners:
        return Finding(
            "owners",
            False,
            "BOT_OWNERS is empty: nobody gets in. Write to the bot, it tells your id; put it there",
        )
    return Finding("owners", True, f"{len(config.ledger.owners)} in BOT_OWNERS")


async def _database(config: Config) -> Finding:
    try:
        ledger = Ledger(config.ledger.url)
        await ledger.open()
        await ledger.close()
    except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
        variable = "BOT_DATA_DIR" if config.ledger.url.startswith("sqlite") else "DATABASE_URL"
        return Finding("database", False, f"cannot be used ({type(error).__name__}): check {variable}")
    return Finding("database", True, "reachable, tables up to date")


async def _twin(config: Config, env: Mapping[str, str]) -> Finding:
    if config.sandbox:
        return Finding("twin", True, "no TWIN24_EMAIL and TWIN24_PASSWORD: the built-in sandbox is used")
    settings = Settings.from_env(env)
    for name, url in (("TWIN24_IAM_URL", settings.iam_url), ("TWIN24_CIS_URL", settings.cis_url)):
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            return Finding("twin", False, f"{name} is not https: the password would be readable on its way")
    async with Twin24(settings) as twin:
        try:
            await twin.auth.sign_in()
            await twin.tasks.list(limit=1)
        except SignInFailed:
            return Finding(
                "twin",
                False,
                "the sign-in was refused: check TWIN24_EMAIL and TWIN24_PASSWORD, and that the account has no "
                "two-factor login",
            )
        except TwinError as error:
            return Finding(
                "twin",
                False,
                f"{type(error).__name__} {error.status or ''}: check TWIN24_IAM_URL, TWIN24_CIS_URL",
            )
    return Finding("twin", True, "signed in, tasks can be read")


async def _telegram(env: Mapping[str, str]) -> list[Finding]:
    from rasa_twin24.channels.telegram import DEFAULT_URL
    from rasa_twin24.channels.telegram_api import TelegramApi, TelegramError

    api = TelegramApi(env["TELEGRAM_BOT_TOKEN"], env.get("TELEGRAM_API_URL") or DEFAULT_URL)
    try:
        me = await api.call("getMe")
        hook = await api.call("getWebhookInfo")
    except TelegramError as error:
        mend = "check TELEGRAM_BOT_TOKEN" if error.code in (401, 404) else "check the network and TELEGRAM_API_URL"
        return [Finding("telegram", False, f"{error.code} {error.description[:80]}: {mend}")]
    finally:
        await api.close()
    findings = [Finding("telegram", True, f"the bot is @{_text(me, 'username')}")]
    wanted = env.get("TELEGRAM_WEBHOOK_URL") or ""
    registered = _text(hook, "url")
    if wanted and registered != f"{wanted.rstrip('/')}/webhooks/telegram/webhook":
        findings.append(Finding("telegram webhook", True, "not registered yet; the bot does it at its start"))
    elif wanted and _text(hook, "last_error_message"):
        findings.append(
            Finding(
                "telegram webhook",
                False,
                f"Telegram's last delivery failed: {_text(hook, 'last_error_message')[:120]}",
            )
        )
    else:
        findings.append(Finding("telegram webhook", True, "registered" if wanted else "long polling"))
    return findings


def _rasa(project: Path) -> list[Finding]:
    """What Rasa 3.6 replaces by something else without saying so."""
    findings = []
    try:
        configuration = yaml.safe_load((project / CONFIG).read_text(encoding="utf-8"))
        endpoints = yaml.safe_load((project / ENDPOINTS).read_text(encoding="utf-8"))
        credentials = yaml.safe_load((project / CREDENTIALS).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        return [Finding("project", False, f"{type(error).__name__}: run this in the project's folder")]
    if not configuration.get("assistant_id"):
        findings.append(Finding("assistant_id", False, "missing in config.yml: give the bot a name there"))
    findings.append(_tracker_store(str((endpoints.get("tracker_store") or {}).get("type") or "in memory")))
    for path in credentials:
        module, _, name = path.rpartition(".")
        findings.append(_channel(path, module, name))
    trained = model.find(project)
    findings.append(
        Finding("model", True, trained.name)
        if trained
        else Finding("model", False, "none for the present data: run `rasa-twin24 train`")
    )
    return findings


def _tracker_store(kind: str) -> Finding:
    """Rasa takes a store in memory where it cannot import the configured one."""
    module, _, name = kind.rpartition(".")
    if module:
        try:
            getattr(importlib.import_module(module), name)
        except Exception as error:
            return Finding(
                "tracker store", False, f"{kind} cannot be imported: {type(error).__name__}: {str(error)[:120]}"
            )
    elif kind.lower() != "sql":
        mend = "Rasa would forget conversations; see endpoints.yml of this project"
        return Finding("tracker store", False, f"'{kind}': {mend}")
    return Finding("tracker store", True, f"{name or kind}, survives a restart")


def _channel(path: str, module: str, name: str) -> Finding:
    """Rasa hides why a channel cannot be imported; here the reason is named."""
    if not module:
        return Finding(f"channel {path}", False, "a stock channel of Rasa checks nobody: anyone could start calls")
    try:
        getattr(importlib.import_module(module), name)
    except Exception as error:
        return Finding(f"channel {name}", False, f"cannot be imported: {type(error).__name__}: {str(error)[:120]}")
    return Finding(f"channel {name}", True, "importable")


def _text(answer: Any, field: str) -> str:
    return str(answer.get(field) or "") if isinstance(answer, dict) else ""
