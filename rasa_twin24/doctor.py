"""Looks for what would go wrong: settings, the sign-in, the messengers, and what Rasa passes over in silence."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import sqlalchemy as sa
import yaml  # not ruamel: Rasa makes that one demand every variable a file names

from rasa_twin24 import model
from rasa_twin24.campaign import CampaignSettings
from rasa_twin24.campaign.hours import shown
from rasa_twin24.campaign.lookup import CLOCKS_DIFFER
from rasa_twin24.config import Config, WrongSetting, sandbox_env
from rasa_twin24.finding import Finding
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.store import Shape
from rasa_twin24.teaching.folder import PhraseFolder
from rasa_twin24.teaching.known import known_of
from rasa_twin24.twin24 import Settings, SignInFailed, Twin24, TwinError

ENDPOINTS = Path("endpoints.yml")
CREDENTIALS = Path("credentials.yml")
CONFIG = Path("config.yml")
# How long TWIN is waited for when it is asked for its clock, seconds.
CLOCK_SECONDS = 5.0


async def examine(env: Mapping[str, str], project: Path, clock: Callable[[], float] = time.time) -> list[Finding]:
    """Everything that can be found out without starting the bot; the network is asked, nothing is changed."""
    try:
        config = Config.from_env(env)
        campaign = CampaignSettings.from_env(sandbox_env(env, "", "") if config.sandbox else env)
    except WrongSetting as error:
        return [Finding("settings", False, str(error))]
    findings = [
        Finding("settings", True, "complete and readable"),
        _hours(campaign, clock()),
        _limits(campaign),
        *await _database(config),
        await _twin(config, env),
    ]
    if not config.sandbox:
        findings += await _clock(Settings.from_env(env), clock())
    about_messengers, on = await _messengers(env, project, config.ledger.owners)
    findings += [_owners(config, on), *about_messengers]
    return [*findings, *_taught(PhraseFolder.within(config.ledger.data_dir), project), *_rasa(project)]


def _owners(config: Config, on: bool) -> Finding:
    if on and not config.ledger.owners:
        return Finding(
            "owners",
            False,
            "BOT_OWNERS is empty: nobody gets in. Write to the bot, it tells your id; put it there",
        )
    return Finding("owners", True, f"{len(config.ledger.owners)} in BOT_OWNERS")


def _taught(folder: PhraseFolder, project: Path) -> list[Finding]:
    """What is wrong in the files of taught phrases; the bot would go on without it."""
    usable = folder.usable(known_of(project))
    wrong = [Finding("taught phrases", False, str(error)) for error in usable.wrong]
    return wrong or [Finding("taught phrases", True, f"{len(usable.phrases)}, all of them readable")]


async def _database(config: Config) -> list[Finding]:
    """Looked at only: tables are made, and brought up to date, by the start of the bot."""
    url = config.ledger.url
    if _no_file(url):
        return [Finding("database", True, "none yet; the first start makes it in BOT_DATA_DIR")]
    ledger = Ledger(url, hash_key=config.ledger.hash_key)
    try:
        shape = await ledger.shape()
        stop = await ledger.stops.in_force() if shape is Shape.CURRENT else None
        key_fits = await ledger.do_not_call.fits_key() if shape is Shape.CURRENT else True
    except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
        variable = "BOT_DATA_DIR" if url.startswith("sqlite") else "DATABASE_URL"
        return [Finding("database", False, f"cannot be used ({type(error).__name__}): check {variable}")]
    finally:
        await ledger.close()
    findings = [_SHAPES[shape]]
    if stop is not None:
        text = f"in force since {time.ctime(stop.made_at)}: nothing starts until an owner lifts it by /liftstop"
        findings.append(Finding("emergency stop", False, text))
    if not key_fits:
        text = (
            "BOT_HASH_KEY is not the key that the do-not-call list was made with: nothing starts until it is that again"
        )
        findings.append(Finding("do-not-call list", False, text))
    return findings


_SHAPES = {
    Shape.EMPTY: Finding("database", True, "reachable, empty; the first start makes the tables"),
    Shape.OLDER: Finding("database", True, "reachable; the next start brings its tables up to date"),
    Shape.CURRENT: Finding("database", True, "reachable, tables up to date"),
    Shape.UNKNOWN: Finding("database", False, "its tables are of another version of the bot: update the bot"),
}


def _no_file(url: str) -> bool:
    return url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists()


def _hours(settings: CampaignSettings, now: float) -> Finding:
    hours = settings.hours
    if hours.allows(now):
        state = "calls may start now"
    else:
        local = shown(datetime.fromtimestamp(now, hours.zone), now)
        state = f"closed now, {local} there; opens {shown(hours.next_possible(now), now)}"
    return Finding("calling hours", True, f"{hours.text} {hours.zone.key}: {state}")


def _limits(settings: CampaignSettings) -> Finding:
    limits = settings.limits
    if limits.closing:
        return Finding("limits", False, f"{', '.join(limits.closing)}: 0 lets nothing start")
    person = f"{limits.person_numbers} numbers and {limits.person_tasks} starts of one person"
    everybody = f"{limits.day_numbers} and {limits.day_tasks} of all"
    return Finding("limits", True, f"{limits.task_numbers} numbers a start; a day {person}, {everybody}")


async def _clock(settings: Settings, now: float) -> list[Finding]:
    """A creation whose answer was lost is looked for by its time, so the clocks may not differ by much."""
    try:
        async with httpx.AsyncClient(timeout=CLOCK_SECONDS) as client:
            told = (await client.head(settings.cis_url)).headers.get("date", "")
        apart = parsedate_to_datetime(told).timestamp() - now
    except (httpx.HTTPError, TypeError, ValueError):  # not reached, or without a date: another finding tells
        return []
    if abs(apart) > CLOCKS_DIFFER.total_seconds() / 2:
        return [Finding("clock", False, f"{abs(apart):.0f} s away from TWIN's: let this machine keep its time by NTP")]
    return [Finding("clock", True, "agrees with TWIN's")]


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


async def _messengers(env: Mapping[str, str], project: Path, owners: frozenset[str]) -> tuple[list[Finding], bool]:
    """What each messenger of credentials.yml says of itself; and whether one is turned on, the web chat apart."""
    from rasa_twin24 import messengers
    from rasa_twin24.channels.base import MessengerInput
    from rasa_twin24.channels.connection import MessengerError

    findings = []
    try:
        blocks = messengers.read_blocks(env, project / CREDENTIALS)
        messengers.check_owners(owners, blocks)
        channels = {type(channel): channel for channel in messengers.make(blocks)}
        known = [messengers.find(path) for path in blocks]
    except (ValueError, OSError) as error:
        return [Finding("messengers", False, str(error))], False
    for kind in known:
        channel = channels.get(kind)
        if channel is None:
            findings.append(Finding(kind.name(), True, "off; .env.example tells what turns it on"))
        elif isinstance(channel, MessengerInput):
            try:
                findings += await channel.apart(channel.examine)
            except (MessengerError, OSError) as error:
                findings.append(Finding(channel.name(), False, f"could not be asked: {error}"))
            except Exception as error:  # of a messenger's own module; the others are asked all the same
                findings.append(Finding(channel.name(), False, f"could not be asked: {type(error).__name__}"))
    return findings, any(channel.name() != "web" for channel in channels.values())


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
