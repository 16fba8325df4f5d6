"""`rasa-twin24 teach`: phrases from the command line. The bot may be running meanwhile, and takes them over itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from rasa_twin24.exits import EXIT_NOTHING_DONE, fail
from rasa_twin24.ledger import LedgerSettings
from rasa_twin24.teaching.check import TEACHABLE, Reason, needs_second_word, refusal
from rasa_twin24.teaching.folder import PhraseFolder, why_refused
from rasa_twin24.teaching.known import known_of
from rasa_twin24.teaching.phrase import WrongPhrases, by_key

PROJECT = Path(".")

T = TypeVar("T")


@click.command()
@click.argument("phrase", required=False)
@click.argument("intent", required=False)
@click.option("--list", "show", is_flag=True, help="Print what is taught, a phrase and its intent a line.")
@click.option("--forget", metavar="PHRASE", help="Take a taught phrase out again.")
@click.option("--back", is_flag=True, help="Bring back the last model and its phrases.")
@click.option("--yes", is_flag=True, help="Confirm a phrase that may start calls without being asked.")
def teach(phrase: str | None, intent: str | None, show: bool, forget: str | None, back: bool, yes: bool) -> None:
    """Teach that PHRASE, as a whole message, means INTENT, e.g.: teach "how's business" task_status.

    A running bot understands it within a second and trains by itself; otherwise it counts from the next start on.
    """
    asked = [phrase is not None, show, forget is not None, back]
    if sum(asked) != 1 or (phrase is not None) != (intent is not None):
        raise click.UsageError('say one thing: a PHRASE and its INTENT, --list, --forget "PHRASE", or --back')
    if not (PROJECT / "domain.yml").exists():
        fail("domain.yml is not here: run this in the project's folder")
    folder = _readable(_folder)
    if show:
        for taught in _readable(folder.read):
            click.echo(f"{taught.text}\t{taught.intent}\t{Path(taught.file).name}:{taught.line}")
    elif forget is not None:
        _forget(folder, forget)
    elif back:
        if not folder.back():
            fail("there is no earlier model to bring back", EXIT_NOTHING_DONE)
        click.echo("The phrases of the last model are back; a running bot takes it over within seconds.")
    else:
        assert phrase is not None
        assert intent is not None
        _teach(folder, " ".join(phrase.split()), intent, yes)


def _teach(folder: PhraseFolder, phrase: str, intent: str, yes: bool) -> None:
    known = known_of(PROJECT)
    refused = refusal(phrase, intent, known)
    if refused is None and needs_second_word(intent) and not yes:
        if not sys.stdin.isatty():
            fail("such a phrase may start calls: confirm it with --yes. Nothing is taught", EXIT_NOTHING_DONE)
        click.confirm(f"'{phrase}' alone will be able to start calls that cost money. Teach it?", abort=True)
    if refused is None:
        refused = _readable(lambda: folder.add(phrase, intent, known))
    if refused is not None:
        more = f": use one of {', '.join(TEACHABLE)}" if refused.reason is Reason.UNKNOWN_INTENT else ""
        fail(f"not taught: {why_refused(refused)}{more}", EXIT_NOTHING_DONE)
    click.echo(f"Taught: '{phrase}' means {intent}. Phrases taught in all: {len(by_key(folder.read()))}")


def _forget(folder: PhraseFolder, phrase: str) -> None:
    gone = _readable(lambda: folder.forget(phrase))
    if gone is None:
        fail(f"'{phrase}' is not in {folder.path / 'taught.yml'}: nothing is forgotten", EXIT_NOTHING_DONE)
    click.echo(f"Forgotten: '{gone.text}' ({gone.intent})")


def _folder() -> PhraseFolder:
    return PhraseFolder.within(LedgerSettings.from_env(os.environ).data_dir)


def _readable(work: Callable[[], T]) -> T:
    try:
        return work()
    except (WrongPhrases, ValueError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"BOT_DATA_DIR: {error}")
