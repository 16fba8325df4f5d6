"""The settings of the bot as a process. Those of its parts are read by the parts themselves."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from rasa_twin24.campaign import CampaignSettings
from rasa_twin24.campaign.hours import ROUND_THE_CLOCK
from rasa_twin24.channels.settings import ChannelSettings
from rasa_twin24.ledger import LedgerSettings
from rasa_twin24.sandbox import CALLER_ID, LOGIN, PASSWORD, SCRIPT_ID
from rasa_twin24.twin24 import Settings

LOOPBACK_NAMES = ("localhost",)
# https://core.telegram.org/bots/api#setwebhook
TELEGRAM_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class WrongSetting(ValueError):
    """One line that names the variable and the mend."""


@dataclass(frozen=True)
class Config:
    host: str
    port: int
    ledger: LedgerSettings
    # None: the actions run in the bot's process.
    actions_url: str | None
    # The built-in sandbox stands in for TWIN, since there is no login.
    sandbox: bool

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Config:
        """Read and check everything that can be checked without the network. Raises `WrongSetting`."""
        port = env.get("BOT_PORT") or "5005"
        if not port.isdigit() or not 0 < int(port) < 65536:
            raise WrongSetting(f"BOT_PORT is '{port}': use a number from 1 to 65535")
        email, password = env.get("TWIN24_EMAIL") or "", env.get("TWIN24_PASSWORD") or ""
        if bool(email) != bool(password):
            missing = "TWIN24_PASSWORD" if email else "TWIN24_EMAIL"
            raise WrongSetting(f"{missing} is missing: set both TWIN24_EMAIL and TWIN24_PASSWORD, or neither")
        sandbox = not email
        try:
            ledger = LedgerSettings.from_env(env)
            ChannelSettings.from_env(env)
            if not sandbox:
                Settings.from_env(env)
            CampaignSettings.from_env(sandbox_env(env, "", "") if sandbox else env)
        except ValueError as error:
            raise WrongSetting(str(error)) from error
        webhook = env.get("TELEGRAM_WEBHOOK_URL") or ""
        if webhook and urlsplit(webhook).scheme not in ("https", "http"):
            raise WrongSetting(f"TELEGRAM_WEBHOOK_URL is '{webhook}': use the bot's public https address")
        secret = env.get("TELEGRAM_WEBHOOK_SECRET") or ""
        if secret and not TELEGRAM_SECRET.fullmatch(secret):
            raise WrongSetting("TELEGRAM_WEBHOOK_SECRET: use 1 to 256 of A-Z a-z 0-9 _ -, or leave it empty")
        return cls(
            host=env.get("BOT_HOST") or "127.0.0.1",
            port=int(port),
            ledger=ledger,
            actions_url=_actions_url(env.get("ACTIONS_URL") or ""),
            sandbox=sandbox,
        )

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the bot."""
        if self.host in LOOPBACK_NAMES:
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def tracker_url(self) -> str:
        """Where Rasa keeps its trackers: beside the ledger."""
        if self.ledger.url.startswith("sqlite:"):
            return f"sqlite:///{self.ledger.data_dir / 'tracker.db'}"
        return self.ledger.url


def sandbox_env(env: Mapping[str, str], iam_url: str, cis_url: str) -> dict[str, str]:
    """The environment with the built-in sandbox's own account, script and number; it calls nobody, at any hour."""
    return {
        **env,
        "TWIN24_EMAIL": LOGIN,
        "TWIN24_PASSWORD": PASSWORD,
        "TWIN24_IAM_URL": iam_url,
        "TWIN24_CIS_URL": cis_url,
        "TWIN24_SCRIPT_ID": SCRIPT_ID,
        "TWIN24_CID_TYPE": "gornum",
        "TWIN24_CID_DATA": CALLER_ID,
        "BOT_CALL_HOURS": env.get("BOT_CALL_HOURS") or ROUND_THE_CLOCK,
    }


def _actions_url(url: str) -> str | None:
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise WrongSetting(f"ACTIONS_URL is '{url}': use an address such as http://127.0.0.1:5055/webhook")
    return url if parts.path.strip("/") else url.rstrip("/") + "/webhook"
