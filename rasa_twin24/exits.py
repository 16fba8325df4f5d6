"""How the commands end when they cannot go on: one line that says why, and an exit code."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

EXIT_CONFIGURATION = 2
EXIT_NOTHING_DONE = 1


def fail(line: str, code: int = EXIT_CONFIGURATION) -> NoReturn:
    """Say it on standard error and leave."""
    click.echo(line, err=True)
    sys.exit(code)
