"""VK's events and our calls, read by vkbottle and its types, which are made of VK's own schema."""

from __future__ import annotations

import asyncio
import copy
import inspect
import json
import re
import typing
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from vkbottle import API, Keyboard
from vkbottle_types.events import bot_events

from payloads.reading import Meaning, answered, came, check, done, fixtures, sent

FIXTURES = fixtures("vk")
IVAN = "910500"
TOKEN = '{"b": "t0ken"}'
MEANT = {
    "text": Meaning("message_new", IVAN, "Запусти обзвон"),
    "english": Meaning("message_new", IVAN, "Start the calls"),
    "old_client": Meaning("message_new", IVAN, "привет"),
    "start": Meaning("message_new", IVAN, "Начать", button='{"command": "start"}'),
    "text_button": Meaning("message_new", IVAN, "Запустить", button=TOKEN),
    "foreign_payload": Meaning("message_new", IVAN, "Да", button='{"button": 1}'),
    "broken_payload": Meaning("message_new", IVAN, "Да", button='{"b":'),
    "link": Meaning("message_new link", IVAN, "смотри https://example.ru"),
    "forwarded": Meaning("message_new", IVAN, "позвони им"),
    "forwarded_doc": Meaning("message_new", IVAN),
    "doc": Meaning("message_new doc", IVAN, "новая база", file="база.xlsx"),
    "two_docs": Meaning("message_new doc doc", IVAN, "две", file="база.xlsx, второй"),
    "photo": Meaning("message_new photo", IVAN, "вот"),
    "voice": Meaning("message_new audio_message", IVAN),
    "sticker": Meaning("message_new sticker", IVAN),
    "place": Meaning("message_new", IVAN),
    "group": Meaning("message_new", IVAN, "всем привет"),
    "group_invite": Meaning("message_new", IVAN),
    "community": Meaning("message_new", "-55", "я бот"),
    "own": Meaning("message_new", IVAN, "ответ из кабинета"),
    "edited": Meaning("message_edit", IVAN, "другое"),
    "edited_own": Meaning("message_edit", "-200300", "x"),
    "button": Meaning("message_event", IVAN, button=TOKEN),
    "button_foreign": Meaning("message_event", IVAN, button='{"x": 1}'),
    "button_group": Meaning("message_event", IVAN, button=TOKEN),
    "allow": Meaning("message_allow", IVAN),
    "deny": Meaning("message_deny", IVAN),
    "unknown": Meaning("wall_post_new"),
}


def by_vkbottle(raw: dict[str, Any]) -> Meaning:
    """The types know no `v`, the version that stands in each event: https://dev.vk.com/api/callback/getting-started"""
    told = {key: value for key, value in raw.items() if key != "v"}
    model = getattr(bot_events, "".join(word.title() for word in raw["type"].split("_")))
    # Not strict of types: seconds would be no time then.
    event = model.model_validate_json(json.dumps(told), extra="forbid")
    kind, content = event.type.value, event.object
    if kind in ("message_allow", "message_deny"):
        return Meaning(kind, str(content.user_id))
    if kind == "message_event":
        return Meaning(kind, str(content.user_id), button=json.dumps(content.payload))
    if kind not in ("message_new", "message_edit"):
        return Meaning(kind)
    message = content.message if kind == "message_new" else content
    attachments = message.attachments or []
    return Meaning(
        " ".join([kind, *(each.type.value for each in attachments)]),
        str(message.from_id),
        message.text,
        button=written_alike(message.payload or ""),
        file=", ".join(each.doc.title for each in attachments if each.doc),
    )


def written_alike(payload: str) -> str:
    """JSON with spaces where Python sets them."""
    try:
        return json.dumps(json.loads(payload))
    except ValueError:
        return payload


def test_every_fixture_is_told_of() -> None:
    assert set(FIXTURES) == set(MEANT)


@pytest.mark.parametrize("name", MEANT)
def test_a_fixture(name: str) -> None:
    assert by_vkbottle(FIXTURES[name]) == MEANT[name]


def test_a_field_that_does_not_exist_is_refused() -> None:
    event = FIXTURES["text"]
    spoilt = {**event, "object": {**event["object"], "message": {**event["object"]["message"], "hologram": 1}}}

    with pytest.raises(ValidationError, match="hologram"):
        by_vkbottle(spoilt)


KEYBOARDS = [json.loads(params["keyboard"]) for _, params in sent("vk") if "keyboard" in params]
BUTTONS = {
    written_alike(button["action"]["payload"]): button["action"]["label"]
    for keyboard in KEYBOARDS
    for row in keyboard["buttons"]
    for button in row
}


@pytest.mark.parametrize("act", came("vk"), ids=done)
def test_what_the_stand_in_brings(act: dict[str, Any]) -> None:
    check(by_vkbottle(act["update"]), act, BUTTONS)


@pytest.mark.parametrize("keyboard", KEYBOARDS)
def test_a_keyboard_of_ours(keyboard: dict[str, Any]) -> None:
    rows = [[{**button.pop("action"), **button} for button in row] for row in copy.deepcopy(keyboard["buttons"])]

    made = Keyboard(inline=True).schema(rows).get_json()

    # That an inline keyboard is not `one_time` need not be said.
    assert json.loads(made) == {"one_time": False, **keyboard}


def snake_cased(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name)


@pytest.mark.parametrize(("method", "params"), sent("vk"))
def test_a_call_of_ours(method: str, params: dict[str, str]) -> None:
    section, name = method.split(".")
    category = type(getattr(API("token"), section))
    snake = snake_cased(name)
    # Some are written anew without types above those that are made of the schema.
    written = [vars(part)[snake] for part in category.__mro__ if snake in vars(part)]
    made = written[-1]
    types = typing.get_type_hints(made)

    inspect.signature(made).bind(None, **params)
    for field, value in params.items():
        assert field in types, f"{method} has no {field}"
        is_list = "list[" in str(types[field])
        TypeAdapter(types[field]).validate_python(value.split(",") if is_list else value)


class Answering(API):
    """Instead of the network."""

    def __init__(self, answer: Any) -> None:
        super().__init__("token")
        self.answer = answer

    async def request(self, method: str, data: dict[str, Any], version: str | None = None) -> Any:
        return self.answer


CALLS = dict(sent("vk"))
# VK tells of each kind of event whether it is on, the stand-in of those that it has been told to switch on or off.
IN_PART = {"groups.getCallbackSettings", "groups.getLongPollSettings"}
ANSWERS = [(method, answer) for method, answer in answered("vk", "/method/") if method not in IN_PART]


@pytest.mark.parametrize(("method", "answer"), ANSWERS)
def test_an_answer_of_the_stand_in(method: str, answer: dict[str, Any]) -> None:
    section, name = method.split(".")
    ask = getattr(getattr(Answering(answer), section), snake_cased(name))

    assert asyncio.run(ask(**CALLS[method])) is not None
