"""What an update means, whoever reads it, and where the updates and calls come from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1]
# What `payloads.record` writes.
RECORDED = PROJECT / ".venv-payloads" / "recorded"


@dataclass(frozen=True)
class Meaning:
    """`kind` in the library's own word; `button` is the payload of a press, `phones` are a contact's."""

    kind: str
    sender: str = ""
    text: str = ""
    button: str = ""
    phones: tuple[str, ...] = ()
    file: str = ""


class Unread(Exception):
    """A field that the library does not know."""


def fixtures(messenger: str) -> dict[str, Any]:
    """Recorded updates of the tests by their names."""
    files = sorted((PROJECT / "tests" / "fixtures" / messenger).glob("*.json"))
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def recorded(messenger: str) -> Any:
    return json.loads((RECORDED / f"{messenger}.json").read_text(encoding="utf-8"))


def came(messenger: str) -> list[dict[str, Any]]:
    """What people did, each with the update that the stand-in made of it."""
    return list(recorded(messenger)["came"])


def done(act: dict[str, Any]) -> str:
    """A short name of it."""
    return " ".join(act["meaning"]) or "other"


def sent(messenger: str, *without: str) -> list[tuple[str, Any]]:
    """The bot's calls as (name, parameters), without some names; the same call once."""
    calls = {
        json.dumps(call, sort_keys=True): (call["name"], call["params"])
        for call in recorded(messenger)["sent"]
        if call["name"] not in without
    }
    return list(calls.values())


def answered(messenger: str, path: str) -> list[tuple[str, Any]]:
    """What the stand-in said to calls below a path, as (the rest of the call's address, answer); each once."""
    answers = {
        json.dumps(each, sort_keys=True): (each["call"][each["call"].index(path) + len(path) :], each["answer"])
        for each in recorded(messenger)["answered"]
        if path in each["call"]
    }
    return list(answers.values())


def check(read: Meaning, act: Mapping[str, Any], buttons: Mapping[str, str]) -> None:
    """Whether the library reads what the person did; `buttons` are the titles that the bot sent, by their payloads."""
    done = act["meaning"]
    expected = Meaning(
        kind=read.kind,
        sender=act["sender"],
        text=done.get("text", ""),
        phones=(done["phone"],) if "phone" in done else (),
        file=done.get("file", ""),
    )
    assert replace(read, button="") == expected
    assert buttons.get(read.button, "") == done.get("button", "")
