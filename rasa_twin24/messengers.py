"""The messengers of credentials.yml: which there are, which are turned on, and what they are made of."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml  # not ruamel: Rasa makes that one demand every variable a file names
from rasa.core.channels.channel import InputChannel

from rasa_twin24.channels.base import MessengerInput
from rasa_twin24.channels.connection import check_network

CREDENTIALS = Path("credentials.yml")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

# By the class's path: the settings of its block, with what the environment gives for the variables that they name.
Blocks = dict[str, dict[str, Any]]


def variables(text: str) -> set[str]:
    """The variables that a file of Rasa's names as `${NAME}`; Rasa fails on one that is not set at all."""
    return set(_VARIABLE.findall(text))


def read_blocks(env: Mapping[str, str], file: Path = CREDENTIALS) -> Blocks:
    """What the file says. Raises ValueError when it is no file of blocks, OSError when it cannot be read."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{file.name} is no YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(content, dict) or not all(isinstance(block or {}, dict) for block in content.values()):
        raise ValueError(f"{file.name}: one block for each messenger is expected")
    return {str(path): _filled(block or {}, env) for path, block in content.items()}


def make(blocks: Blocks) -> list[InputChannel]:
    """The channels. One of ours of whose needs none is set is left out; nothing runs unauthenticated.

    Raises ValueError for a wrong or missing setting of a messenger, naming the variable and the mend. Imports plainly
    first: Rasa hides the reason why a module cannot be imported.
    """
    channels = []
    for path, block in blocks.items():
        channel_class = find(path)
        _check_network(path, block)
        needed = channel_class.needs if issubclass(channel_class, MessengerInput) else ()
        if not needed or any(block.get(key) for key in needed):  # half of them is a slip, which the messenger names
            channels.append(channel_class.from_credentials(block))
    return channels


def check_people(people: Iterable[str], blocks: Blocks, where: str = "") -> None:
    """Raises ValueError for somebody, `<messenger>:<id>`, in a messenger that no block names: a typing slip.

    It would lock them out silently. `where` begins the error: what names them.
    """
    known = {find(path).name() for path in blocks}
    for person in sorted(people):
        if person.partition(":")[0] not in known:
            raise ValueError(f"{where}'{person}' is in none of the messengers of credentials.yml: {_named(known)}")


def check_owners(owners: Iterable[str], blocks: Blocks) -> None:
    """The same for those of `BOT_OWNERS`."""
    check_people(owners, blocks, "BOT_OWNERS: ")


def find(path: str) -> Any:
    """The class of a block; raises ValueError where there is none."""
    module, _, name = path.rpartition(".")
    if not module:
        raise ValueError(f"credentials.yml names {path}, a stock channel of Rasa: it checks nobody; take it out")
    try:
        found = getattr(importlib.import_module(module), name)
    except Exception as error:  # whatever a module does when it is imported
        raise ValueError(f"credentials.yml names {path}, which cannot be imported: {error}") from error
    if not (isinstance(found, type) and issubclass(found, InputChannel)):
        raise ValueError(f"credentials.yml names {path}, which is no channel")
    return found


def _check_network(path: str, block: dict[str, Any]) -> None:
    """Here, since a connection is opened once the server runs: nobody would see why it stops."""
    try:
        check_network(block.get("ca_bundle"), block.get("proxy"))
    except ValueError as error:
        raise ValueError(f"{path} in credentials.yml: {error}") from error


def _named(known: set[str]) -> str:
    return ", ".join(sorted(known)) or "none"


def _filled(block: dict[str, Any], env: Mapping[str, str]) -> dict[str, Any]:
    return {
        key: _VARIABLE.sub(lambda found: env.get(found[1], ""), value) if isinstance(value, str) else value
        for key, value in block.items()
    }
