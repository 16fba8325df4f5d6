"""Puts the bot together: Rasa's server with our channels, the actions in process, the sandbox, the watch."""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import os
import signal
import sys
from asyncio import AbstractEventLoop
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import rasa.core.agent
import structlog
from rasa.core.channels.channel import InputChannel
from rasa.core.run import configure_app
from rasa.core.utils import AvailableEndpoints
from rasa.utils.common import configure_logging_and_warnings
from rasa.utils.log_utils import configure_structlog
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from rasa_twin24 import messengers
from rasa_twin24.campaign import CampaignSettings, Desk, Watch
from rasa_twin24.campaign.desk import STEPS
from rasa_twin24.channels.web import WebInput
from rasa_twin24.config import Config, WrongSetting, sandbox_env
from rasa_twin24.inprocess import InProcessActions, check_results_quickly
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.engine import is_away
from rasa_twin24.ledger.people import WEB_OWNER
from rasa_twin24.logs import guard_logs
from rasa_twin24.retention import Retention
from rasa_twin24.sandbox import Sandbox, SandboxServer
from rasa_twin24.swap import swap_model
from rasa_twin24.teaching.folder import PhraseFolder
from rasa_twin24.teaching.teacher import Teacher
from rasa_twin24.tracker_store import without_fallback
from rasa_twin24.twin24 import Settings, Twin24

log = structlog.get_logger(__name__)

ENDPOINTS = Path("endpoints.yml")
# Open connections get this long when the bot stops, seconds.
GRACE = 2.0
WATCH_PAUSE = 1.0
# Seconds: until a database that does not answer counts as away; how long it is waited for at the start, and how often.
HEALTH_SECONDS = 2.0
DATABASE_PATIENCE = 60.0
DATABASE_PAUSE = 2.0
# How long one thread may hold the interpreter while another waits for it, seconds; Python's own is ten times as long.
# A transaction asks for it half a dozen times, each time from a loop that is at work, and webhooks wait for it.
SWITCH_SECONDS = 0.0005


class Bot:
    """Everything that is opened when the server starts and closed when it stops."""

    def __init__(self, config: Config, model: Path, channels: list[InputChannel]) -> None:
        self._config = config
        self._model = model
        self._channels = channels
        self._sandbox: SandboxServer | None = None
        self._ledger: Ledger | None = None
        self._twin: Twin24 | None = None
        self._office: Any = None
        self._watching: asyncio.Task[None] | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._phrases = PhraseFolder.within(config.ledger.data_dir)
        self._teacher: Teacher | None = None
        self._teaching: asyncio.Task[None] | None = None
        self._looking: asyncio.Future[None] | None = None
        self.ready = False

    async def open(self, app: Sanic, loop: AbstractEventLoop) -> None:
        """Before the server listens."""
        env: dict[str, str] = dict(os.environ)
        if self._config.sandbox:
            self._sandbox = await self._open_sandbox()
            env = sandbox_env(env, self._sandbox.iam_url, self._sandbox.cis_url)
        kept = self._config.ledger
        self._ledger = app.ctx.ledger = Ledger(kept.url, owners=kept.owners, hash_key=kept.hash_key)
        await self._open_ledger(self._ledger)
        self._twin = Twin24(Settings.from_env(env))
        desk = Desk(self._ledger, self._twin, CampaignSettings.from_env(env), reached=crash_point(env))
        endpoints = AvailableEndpoints.read_endpoints(str(ENDPOINTS))
        if self._config.actions_url is None:
            endpoints.action = await self._open_actions(desk)
        agent = await rasa.core.agent.load_agent(str(self._model), endpoints=endpoints, loop=loop)
        if not agent.is_ready():
            raise RuntimeError(f"the model {self._model.name} could not be loaded")
        without_fallback(agent)
        app.ctx.agent = agent
        self._watching = asyncio.create_task(watch(desk))
        retention = Retention(self._ledger, agent, self._config.ledger.keep_days, self._forgotten)
        self._keeping = asyncio.create_task(retention.work())
        self._teacher = Teacher(
            Path(), self._phrases, self._ledger, self._model, lambda trained: swap_model(agent, trained)
        )
        await self._teacher.look()  # what is taught counts from the first message on
        self._teaching = asyncio.create_task(self._teacher.work())

    async def opened(self, _app: Sanic, _loop: AbstractEventLoop) -> None:
        """The server listens and the channels are open."""
        keep_for_good()
        self.ready = True
        await self._greet()

    async def close(self, _app: Sanic, _loop: AbstractEventLoop) -> None:
        """After the server stopped; channels closed themselves before."""
        if self._watching:
            self._watching.cancel()
        if self._keeping:
            self._keeping.cancel()
        if self._teaching:
            self._teaching.cancel()
        if self._teacher:
            await self._teacher.close()
        if self._office:
            await self._office.campaign.close()
        if self._twin:
            await self._twin.aclose()
        if self._ledger:
            await self._ledger.close()
        if self._sandbox:
            await self._sandbox.stop()

    async def health(self) -> str:
        """`ok` when messages can be answered now, otherwise what is missing."""
        if not self.ready or self._ledger is None:
            return "starting"
        if self._looking is None or self._looking.done():  # however many ask, the database is asked once at a time
            self._looking = asyncio.ensure_future(self._ledger.check())
        try:
            await asyncio.wait_for(asyncio.shield(self._looking), HEALTH_SECONDS)
        except Exception:  # away, or late
            return "storage_away"
        return "ok"

    async def _open_ledger(self, ledger: Ledger) -> None:
        """A database may be started after the bot; one that does not come at all is a wrong setting."""
        until = asyncio.get_running_loop().time() + DATABASE_PATIENCE
        while True:
            try:
                await ledger.open()
                return
            except Exception as error:
                if not is_away(error) or asyncio.get_running_loop().time() > until:
                    raise
                log.warning("database_away", error=type(error).__name__)
            await asyncio.sleep(DATABASE_PAUSE)

    async def _open_sandbox(self) -> SandboxServer:
        state = self._config.ledger.data_dir / "sandbox.json"
        try:
            server = SandboxServer(Sandbox(state_file=state), port=self._config.port + 1)
            await server.start()
        except OSError:  # somebody has that port: any other will do
            server = SandboxServer(Sandbox(state_file=state), port=0)
            await server.start()
        for channel in self._channels:
            if isinstance(channel, WebInput):
                channel.open_door = self._config.on_loopback
                channel.sandbox_page = server.page_url
        return server

    async def _open_actions(self, desk: Desk) -> InProcessActions:
        office = importlib.import_module("actions._office")
        self._office = office.Office.of(desk, self._phrases)
        office.Collaborating.share(self._office)
        executor = ActionExecutor()
        executor.register_package("actions")
        check_results_quickly()
        self._office.campaign.keep_recovering()
        return InProcessActions(executor)

    async def _forgotten(self, conversation: str) -> None:
        """A conversation's data is gone; pages that still show it are told."""
        for channel in self._channels:
            if isinstance(channel, WebInput) and conversation == WEB_OWNER:
                await channel.begin_anew()

    async def _greet(self) -> None:
        names = [channel.name() for channel in self._channels]
        for channel in self._channels:
            if isinstance(channel, WebInput):
                click.echo(f"Web chat: {await channel.address(self._config.host, self._config.port)}")
        if self._sandbox:
            click.echo(f"TWIN: the built-in sandbox, nobody is really called. Its tasks: {self._sandbox.page_url}")
        else:
            click.echo("TWIN: the account of TWIN24_EMAIL. Calls are real and cost money.")
        others = [name for name in names if name != "web"]
        click.echo(f"Messengers: {', '.join(others)}" if others else "Messengers: none (set TELEGRAM_BOT_TOKEN)")
        if others and not self._config.ledger.owners:
            click.echo("BOT_OWNERS is empty: nobody gets in by a messenger. Write to the bot, it tells your id.")
        click.echo("Stop with Ctrl+C.")


def keep_for_good() -> None:
    """Leave what was loaded until now, the model and the libraries, out of every search for garbage.

    There are half a million objects of it. A search through them holds up everybody for a quarter of a second, and one
    comes whenever much is read.
    """
    gc.collect()
    gc.freeze()


def serve(config: Config, model: Path) -> None:
    """Run the bot until it is told to stop. Rasa's HTTP interface stays off.

    Raises `WrongSetting` for what a messenger's block lacks.
    """
    prepare_environment(config)
    quieten()
    try:
        channels = messengers.make(messengers.read_blocks(os.environ))
    except ValueError as error:
        raise WrongSetting(str(error)) from error
    app = configure_app(channels, cors=None, enable_api=False, port=config.port, use_uvloop=True)
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = GRACE
    app.config.MOTD = False
    bot = Bot(config, model, channels)

    @app.get("/health")
    async def health(_request: Request) -> HTTPResponse:
        status = await bot.health()
        return json({"status": status}, status=200 if status == "ok" else 503)

    app.register_listener(bot.open, "before_server_start")
    app.register_listener(bot.opened, "after_server_start")
    app.register_listener(bot.close, "after_server_stop")
    sys.setswitchinterval(SWITCH_SECONDS)
    app.run(host=config.host, port=config.port, workers=1, access_log=False)


def prepare_environment(config: Config) -> None:
    """Fill in what Rasa's files refer to."""
    for file in (messengers.CREDENTIALS, ENDPOINTS):
        for name in messengers.variables(file.read_text(encoding="utf-8")):
            os.environ.setdefault(name, "")
    if config.actions_url:
        os.environ["ACTIONS_URL"] = config.actions_url
    os.environ["BOT_TRACKER_URL"] = config.tracker_url
    config.ledger.data_dir.mkdir(parents=True, exist_ok=True)


def quieten() -> None:
    """Rasa's own logging at WARNING unless LOG_LEVEL says otherwise; never an address that may hold a secret."""
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    level = logging.getLevelName(os.environ["LOG_LEVEL"])
    configure_logging_and_warnings(level)
    configure_structlog(level)
    guard_logs(os.environ)
    for name in ("httpx", "httpcore", "sanic.access", "apscheduler", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("sanic.root").setLevel(logging.WARNING)


def crash_point(env: Mapping[str, str]) -> Callable[[str], None]:
    """What happens between two steps of the work: nothing, unless a test names the step where the process is killed."""
    step = env.get("BOT_TEST_CRASH_AT")
    if step is None:
        return lambda _step: None
    if step not in STEPS:
        raise ValueError(f"BOT_TEST_CRASH_AT is '{step}': use one of {', '.join(STEPS)}")

    def die(reached: str) -> None:
        if reached == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return die


async def watch(desk: Desk) -> None:
    """Look after running tasks until the bot stops."""
    watching = Watch(desk)
    while True:
        try:
            await watching.look()
        except Exception as error:  # the database may be away for a while
            log.error("watch_failed", error=type(error).__name__)
        await asyncio.sleep(WATCH_PAUSE)
