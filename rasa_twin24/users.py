"""`rasa-twin24 users`: whom the bot works with, from the command line. The bot may be running meanwhile."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable

import click
from sqlalchemy.exc import SQLAlchemyError

from rasa_twin24.exits import EXIT_NOTHING_DONE, fail
from rasa_twin24.ledger import Ledger, LedgerSettings
from rasa_twin24.ledger.people import Change, Role, is_person_id

# Who did it, in the audit.
BY = "cli"

ROLE = click.Choice([Role.OPERATOR.key, Role.VIEWER.key])


def _person_id(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not is_person_id(value):
        raise click.BadParameter(f"'{value}' is not <messenger>:<id>, e.g. telegram:100200300")
    return value


def _person_in_a_messenger(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Somebody who is to get in: as with `BOT_OWNERS`, in a messenger that credentials.yml names."""
    from rasa_twin24 import messengers  # with Rasa, which takes seconds

    person = _person_id(context, parameter, value)
    try:
        messengers.check_people([person], messengers.read_blocks(os.environ))
    except OSError:
        fail("credentials.yml is not here: run this in the project's folder")
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    return person


@click.group()
def users() -> None:
    """Who may use the bot in messengers: list them, invite, remove, change a role. Owners are set by BOT_OWNERS."""


@users.command("list")
def list_users() -> None:
    """Everybody with access: id, role, name, who let them in."""

    async def work(ledger: Ledger) -> None:
        for person in await ledger.people.all():
            by = "BOT_OWNERS" if person.role is Role.OWNER else f"by {person.added_by}"
            click.echo("\t".join(filter(None, (person.id, person.role.key, person.name, by))))
        click.echo(f"Unused invitations: {await ledger.invites.open_count()}")

    _in_ledger(work)


@users.command()
@click.option("--role", type=ROLE, required=True, help="What whoever uses the code may do.")
def invite(role: str) -> None:
    """Make a one-time code, good for 48 hours: whoever sends it to the bot gets in."""

    async def work(ledger: Ledger) -> None:
        click.echo(await ledger.invites.make(Role[role.upper()], BY))

    _in_ledger(work)


@users.command()
@click.argument("person", metavar="ID", callback=_person_id)
def remove(person: str) -> None:
    """Take somebody's access away, at once."""

    async def work(ledger: Ledger) -> None:
        _tell(await ledger.people.remove(person, BY), person, "has no access any more")

    _in_ledger(work)


@users.command()
@click.argument("person", metavar="ID", callback=_person_in_a_messenger)
@click.argument("role", metavar="ROLE", type=ROLE)
def role(person: str, role: str) -> None:
    """Let somebody in with a role (operator or viewer), or change the one they have."""

    async def work(ledger: Ledger) -> None:
        _tell(await ledger.people.give(person, Role[role.upper()], BY), person, f"is {role} now")

    _in_ledger(work)


def _tell(change: Change, person: str, done: str) -> None:
    if change is Change.OWNER:
        fail(f"{person} is an owner: owners are set by BOT_OWNERS only")
    if change is Change.UNKNOWN:
        fail(f"{person} has no access: nothing to remove", EXIT_NOTHING_DONE)
    click.echo(f"{person} {done}")


def _in_ledger(work: Callable[[Ledger], Awaitable[None]]) -> None:
    try:
        settings = LedgerSettings.from_env(os.environ)
    except ValueError as error:
        fail(str(error))
    try:
        asyncio.run(_run(settings, work))
    except (SQLAlchemyError, OSError) as error:  # its text may hold the address, and so a password
        fail(f"DATABASE_URL or BOT_DATA_DIR: the ledger cannot be opened ({type(error).__name__})")


async def _run(settings: LedgerSettings, work: Callable[[Ledger], Awaitable[None]]) -> None:
    ledger = Ledger(settings.url, owners=settings.owners)
    try:
        await ledger.open()
        await work(ledger)
    finally:
        await ledger.close()
