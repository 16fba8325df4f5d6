"""The command `rasa-twin24`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import warnings
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, TypeVar

import click
from dotenv import load_dotenv

from rasa_twin24.exits import EXIT_CONFIGURATION, fail
from rasa_twin24.teach import teach
from rasa_twin24.users import users

if TYPE_CHECKING:
    from rasa_twin24.config import Config
    from rasa_twin24.teaching.folder import PhraseFolder
    from rasa_twin24.teaching.phrase import Taught

T = TypeVar("T")


@click.group()
@click.version_option(package_name="rasa-twin24")
def main() -> None:
    """A bot that starts call campaigns on the TWIN platform, by talking. Run it in the project's folder."""
    if not sys.warnoptions:  # other libraries' deprecations say nothing to who runs the bot
        warnings.showwarning = _say_nothing  # not by a filter: Sanic, once imported, lets them all through again
    # The environment wins over .env.
    load_dotenv(Path(".env"), override=False)
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's remarks on the processor
    # Rasa imports `actions` and the channels from the project's folder, as `rasa run` does.
    sys.path.insert(0, os.getcwd())


def _say_nothing(*_warning: object, **_more: object) -> None:
    """In place of printing a warning."""


main.add_command(users)
main.add_command(teach)


@main.command()
def run() -> None:
    """Train if the data changed, then start the bot and everything it needs."""
    _stop_quietly()
    from rasa_twin24 import model
    from rasa_twin24.config import Config, WrongSetting
    from rasa_twin24.teaching.folder import PhraseFolder
    from rasa_twin24.teaching.start import find_model

    try:
        config = Config.from_env(os.environ)
    except WrongSetting as error:
        fail(str(error))
    if not Path("credentials.yml").exists():
        fail("credentials.yml is not here: run this in the project's folder")
    _check_owners(config)
    folder = PhraseFolder.within(config.ledger.data_dir)
    found = find_model(Path("."), folder, _warn)
    _train_if_needed(found is None)
    click.echo("Starting (the first start takes up to a minute)…")
    from rasa_twin24.app import serve

    try:
        serve(config, found or model.ensure(Path(".")))
    except WrongSetting as error:
        fail(str(error))


@main.command()
def train() -> None:
    """Train the language model if the data, the rules or what is taught changed."""
    _stop_quietly()
    from rasa_twin24 import model
    from rasa_twin24.ledger import LedgerSettings
    from rasa_twin24.teaching.folder import PhraseFolder
    from rasa_twin24.teaching.phrase import canonical
    from rasa_twin24.teaching.start import taught_in

    try:
        folder = PhraseFolder.within(LedgerSettings.from_env(os.environ).data_dir)
    except ValueError as error:
        fail(str(error))
    phrases = taught_in(Path("."), folder, _warn)
    _train_if_needed(model.find(Path(".")) is None)
    in_use = model.ensure(Path("."))
    if phrases:
        _train_taught(folder, phrases)
        in_use = model.find(Path("."), canonical(phrases)) or in_use
    click.echo(f"The model in use: {in_use}")


@main.command()
@click.option("--port", default=5006, show_default=True, help="Where it listens, on 127.0.0.1 only.")
def sandbox(port: int) -> None:
    """Start the stand-in of TWIN alone, for developing against it."""
    _stop_quietly()
    asyncio.run(_serve_sandbox(port))


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where it listens; it checks nobody.")
@click.option("--port", default=5055, show_default=True)
def actions(host: str, port: int) -> None:
    """Start the actions as a server of their own, for ACTIONS_URL; its errors echo no request."""
    _stop_quietly()
    from rasa_twin24.action_server import serve

    click.echo(f"Actions: http://{host}:{port}/webhook")
    serve(os.environ, host, port)


@main.command()
def doctor() -> None:
    """Check every setting, the sign-in, the messengers and what Rasa would pass over in silence."""
    from rasa_twin24.doctor import examine

    findings = asyncio.run(examine(os.environ, Path(".")))
    for finding in findings:
        click.echo(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.subject}: {finding.text}")
    if not all(finding.ok for finding in findings):
        sys.exit(EXIT_CONFIGURATION)


@main.group()
def webhooks() -> None:
    """The addresses at which the messengers bring their updates. They are registered when the bot starts."""


@webhooks.command(name="list")
def list_webhooks() -> None:
    """What each messenger has registered."""
    from rasa_twin24.webhooks import listed

    findings = asyncio.run(_of_messengers(listed))
    for finding in findings:
        click.echo(f"{finding.subject}: {finding.text}")
    if not findings:
        click.echo("No messenger is turned on that registers webhooks.")
    if not all(finding.ok for finding in findings):
        sys.exit(EXIT_CONFIGURATION)


@webhooks.command(name="remove")
@click.argument("messenger")
def remove_webhooks(messenger: str) -> None:
    """Remove all that one messenger has registered; the next start of the bot registers its own again."""
    from rasa_twin24.webhooks import removed

    for line in asyncio.run(_of_messengers(lambda env: removed(env, messenger))):
        click.echo(line)


def _check_owners(config: Config) -> None:
    from rasa_twin24 import messengers

    try:
        messengers.check_owners(config.ledger.owners, messengers.read_blocks(os.environ))
    except (ValueError, OSError) as error:
        fail(str(error))


async def _of_messengers(ask: Callable[[Mapping[str, str]], Awaitable[list[T]]]) -> list[T]:
    from rasa_twin24.channels.connection import MessengerError

    try:
        return await ask(os.environ)
    except (ValueError, OSError, MessengerError) as error:
        fail(str(error))


async def _serve_sandbox(port: int) -> None:
    from rasa_twin24.sandbox import CALLER_ID, LOGIN, PASSWORD, SCRIPT_ID, Sandbox, SandboxServer

    server = SandboxServer(Sandbox(), port=port)
    await server.start()
    click.echo(f"The sandbox's tasks: {server.page_url}")
    for name, value in (
        ("TWIN24_IAM_URL", server.iam_url),
        ("TWIN24_CIS_URL", server.cis_url),
        ("TWIN24_EMAIL", LOGIN),
        ("TWIN24_PASSWORD", PASSWORD),
        ("TWIN24_SCRIPT_ID", SCRIPT_ID),
        ("TWIN24_CID_DATA", CALLER_ID),
    ):
        click.echo(f"{name}={value}")
    try:
        await asyncio.Event().wait()
    finally:
        await server.stop()


def _train_if_needed(needed: bool) -> None:
    from rasa_twin24 import model

    if not needed:
        return
    click.echo("Training the language model (about a minute)…")
    try:
        model.train(Path("."))
    except model.TrainingFailed as error:
        click.echo(str(error), err=True)
        sys.exit(1)


def _train_taught(folder: PhraseFolder, phrases: list[Taught]) -> None:
    from rasa_twin24 import model
    from rasa_twin24.teaching.phrase import canonical
    from rasa_twin24.teaching.start import train_taught

    if model.find(Path("."), canonical(phrases)) is None:
        click.echo(f"Training with what is taught, {len(phrases)} in all (about a minute)…")
    try:
        verdict = train_taught(Path("."), folder, phrases)
    except model.TrainingFailed as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    if verdict is not None and verdict.objection is not None:
        click.echo(f"The model with the taught phrases is not taken: {verdict.objection}", err=True)
        for phrase in verdict.phrases:
            click.echo(f"  {phrase}", err=True)
        sys.exit(1)


def _warn(line: str) -> None:
    click.echo(line, err=True)


def _stop_quietly() -> None:
    """Ctrl+C and SIGTERM before the server takes them over: leave at once, without a traceback."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
