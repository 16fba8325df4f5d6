"""Whole conversations, told in the YAML files beside this one.

A turn is something the person does (`say`, `press`, `contact`, `document`, `voice`, `photo`, `sticker`, `edit`) and
what the bot must then say, in this order: parts of its messages. `buttons` are those under the last of them. `twin`
orders a trouble for the next request, or takes up a running task. `task` at the end is what TWIN must hold.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.dialogues.stage import Stage
from tests.standins.telegram import User

FOLDER = Path(__file__).parent
TALKS = [
    pytest.param(talk, id=f"{file.stem.removeprefix('talk_')}: {talk['talk']}")
    for file in sorted(FOLDER.glob("talk_*.yml"))
    for talk in YAML(typ="safe").load(file.read_text(encoding="utf-8"))
]


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("talk", TALKS)
async def test_talk(stage: Stage, talk: dict[str, Any]) -> None:
    person = stage.person(talk.get("language", "ru"))
    known: dict[str, str] = {}
    for number, turn in enumerate(talk["turns"]):
        _order_trouble(stage, turn.get("twin"))
        await _act(person, turn, known)
        last = None
        for part in _list(turn.get("expect")):
            try:
                last = await person.expect(part.format(**known))
            except AssertionError as missing:
                raise AssertionError(f"turn {number}: {turn}\n{missing}") from None
        if "buttons" in turn:
            assert last is not None
            assert [label for row in last.buttons for label in row] == turn["buttons"], turn
        if turn.get("remember_task"):
            known["id"] = stage.task(turn["remember_task"]).id
    for name, wanted in (talk.get("tasks") or {}).items():
        await _check_task(stage, name, wanted)
    for name in talk.get("no_task") or ():
        assert name not in [task.name for task in stage.sandbox.tasks]


async def _act(person: User, turn: dict[str, Any], known: dict[str, str]) -> None:
    if "say" in turn:
        await person.says(turn["say"].replace("{id}", known.get("id", "{id}")))
    elif "press" in turn:
        await person.presses(turn["press"])
    elif "contact" in turn:
        await person.shares_contact(turn["contact"], "Пётр", own=False)
    elif "document" in turn:
        await person.sends_document(turn["document"], b"8 916 123-45-67", caption=turn.get("caption"))
    elif "voice" in turn:
        await person.sends_voice()
    elif "photo" in turn:
        await person.sends_photo()
    elif "sticker" in turn:
        await person.sends_sticker()
    elif "wait" in turn:
        await asyncio.sleep(turn["wait"])


def _order_trouble(stage: Stage, trouble: dict[str, Any] | None) -> None:
    if trouble:
        body = trouble.get("body")
        stage.sandbox.fail_next(**{**trouble, **({"body": body.encode()} if body else {})})


async def _check_task(stage: Stage, name: str, wanted: dict[str, Any]) -> None:
    task = stage.task(name)
    assert stage.numbers(name) == [str(number) for number in wanted["numbers"]]
    assert stage.sandbox.plays(task.id) == wanted["plays"]
    called = [call.phone for call in stage.sandbox.calls if call.task == task.id]
    assert len(called) == len(set(called))
    if not wanted["plays"]:
        assert called == []


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
