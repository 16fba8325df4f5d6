"""MAX's updates read by maxapi, and our calls beside those that it makes itself."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from maxapi import Bot
from maxapi.connection.base import BaseConnection
from maxapi.enums.upload_type import UploadType
from maxapi.types.attachments import Attachments
from maxapi.types.attachments.upload import AttachmentUpload
from maxapi.types.updates import UpdateUnionAdapter
from maxapi.types.updates.message_callback import MessageForCallback
from pydantic import TypeAdapter, ValidationError

from payloads.reading import Meaning, answered, came, check, done, fixtures, sent

FIXTURES = fixtures("max")
IVAN = "500100"
CALLS = "Запусти обзвон"
MEANT = {
    "text": Meaning("message_created", IVAN, CALLS),
    "reply": Meaning("message_created", IVAN, "да"),
    "link_preview": Meaning("message_created share", IVAN, CALLS),
    "forwarded_text": Meaning("message_created", IVAN),
    "group_message": Meaning("message_created", IVAN, CALLS),
    "channel_post": Meaning("message_created", "", CALLS),
    "from_another_bot": Meaning("message_created", IVAN, CALLS),
    "edited": Meaning("message_edited", IVAN, "Останови обзвон"),
    "button": Meaning("message_callback", IVAN, button="ok:7f3a"),
    "button_without_message": Meaning("message_callback", IVAN, button="ok:7f3a"),
    "contact_own": Meaning("message_created contact", IVAN, phones=("79991234567",)),
    "contact_foreign": Meaning("message_created contact", IVAN, phones=("79997654321", "84951234567")),
    "contact_without_number": Meaning("message_created contact", IVAN),
    "file": Meaning("message_created file", IVAN, "новая база", file="база.xlsx"),
    "photo": Meaning("message_created image", IVAN),
    "voice": Meaning("message_created audio", IVAN),
    "sticker": Meaning("message_created sticker", IVAN),
    "location": Meaning("message_created location", IVAN),
    "started": Meaning("bot_started", IVAN),
    "stopped": Meaning("bot_stopped", IVAN),
    "dialog_removed": Meaning("dialog_removed", IVAN),
}
UNKNOWN = {"unknown_kind", "unknown_content"}


def by_maxapi(raw: dict[str, Any]) -> Meaning:
    update = UpdateUnionAdapter.validate_json(json.dumps(without_names(raw)), strict=True, extra="forbid")
    kind = update.update_type.value
    if kind == "message_callback":
        return Meaning(kind, str(update.callback.user.user_id), button=update.callback.payload)
    if not kind.startswith("message_"):
        return Meaning(kind, str(update.user.user_id))
    message = update.message
    attachments = message.body.attachments or []
    return Meaning(
        " ".join([kind, *(each.type for each in attachments)]),
        str(message.sender.user_id) if message.sender else "",
        message.body.text or "",
        phones=tuple(phone for each in attachments if each.type == "contact" for phone in each.payload.vcf.phones),
        file=next((each.filename for each in attachments if each.type == "file"), ""),
    )


def without_names(value: Any) -> Any:
    """maxapi does not know a user's `name`, which is deprecated and still sent.

    https://github.com/max-messenger/max-bot-api-client-go, stabs/webhook.message_edited.json
    """
    if isinstance(value, list):
        return [without_names(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: without_names(each) for key, each in value.items() if not (key == "name" and "user_id" in value)}


def test_every_fixture_is_told_of() -> None:
    assert set(FIXTURES) == set(MEANT) | UNKNOWN


@pytest.mark.parametrize("name", MEANT)
def test_a_fixture(name: str) -> None:
    assert by_maxapi(FIXTURES[name]) == MEANT[name]


@pytest.mark.parametrize("name", sorted(UNKNOWN))
def test_what_does_not_exist_is_unknown_to_others_too(name: str) -> None:
    with pytest.raises(ValidationError, match="hologram"):
        by_maxapi(FIXTURES[name])


def buttons() -> dict[str, str]:
    found = [one for _, params in sent("max", "download") for one in ((params["body"] or {}).get("attachments") or ())]
    rows = [row for one in found if one["type"] == "inline_keyboard" for row in one["payload"]["buttons"]]
    return {button["payload"]: button["text"] for row in rows for button in row}


BUTTONS = buttons()


@pytest.mark.parametrize("act", came("max"), ids=done)
def test_what_the_stand_in_brings(act: dict[str, Any]) -> None:
    check(by_maxapi(act["update"]), act, BUTTONS)


# --- calls ----------------------------------------------------------------------------------------------------


def attached(body: dict[str, Any]) -> list[Any] | None:
    """Our attachments as the library has them."""
    if "attachments" not in body:
        return None
    keyboard, upload = TypeAdapter(Attachments), TypeAdapter(AttachmentUpload)
    return [
        (upload if one["type"] == "file" else keyboard).validate_json(json.dumps(one), strict=True, extra="forbid")
        for one in body["attachments"]
    ]


def message(body: dict[str, Any]) -> dict[str, Any]:
    """What `send_message` and `edit_message` take."""
    assert set(body) <= {"text", "attachments"}
    return {"text": body.get("text"), "attachments": attached(body)}


def polled(query: dict[str, str]) -> dict[str, Any]:
    return {key: value.split(",") if key == "types" else int(value) for key, value in query.items()}


SAME: dict[str, Callable[[Bot, dict[str, Any], Any], Any]] = {
    "GET /me": lambda bot, query, body: bot.get_me(),
    "GET /subscriptions": lambda bot, query, body: bot.get_subscriptions(),
    "POST /subscriptions": lambda bot, query, body: bot.subscribe_webhook(**body),
    "DELETE /subscriptions": lambda bot, query, body: bot.unsubscribe_webhook(**query),
    "GET /updates": lambda bot, query, body: bot.get_updates(**polled(query)),
    "POST /messages": lambda bot, query, body: bot.send_message(**query, **message(body)),
    "PUT /messages": lambda bot, query, body: bot.edit_message(**query, **message(body)),
    "POST /answers": lambda bot, query, body: bot.send_callback(
        **query, message=MessageForCallback(**message(body["message"]))
    ),
    "POST /chats/{chat}/actions": lambda bot, query, body: bot.send_action(chat_id=1, action=body["action"]),
    "POST /uploads": lambda bot, query, body: bot.get_upload_url(UploadType(query["type"])),
}


class Asked(Exception):
    """Instead of the network."""


def library_asks(monkeypatch: pytest.MonkeyPatch, name: str, params: dict[str, Any]) -> tuple[str, Any, Any, Any]:
    """Its call instead of ours: address, query, body, and the model of the answer."""

    async def ask(_connection: BaseConnection, method: Any, path: Any, model: Any = None, **content: Any) -> None:
        raise Asked(f"{method.value} {getattr(path, 'value', path)}", content.get("params"), content.get("json"), model)

    monkeypatch.setattr(BaseConnection, "request", ask)
    query = {key: value for key, value in params.items() if key != "body"}
    with pytest.raises(Asked) as asked:
        asyncio.run(SAME[name](Bot("token"), query, params["body"]))
    path, query, body, model = asked.value.args
    return path, query, body, model


CALLS = sent("max", "download")


@pytest.mark.parametrize(("name", "params"), CALLS)
def test_a_call_of_ours_is_the_librarys_too(monkeypatch: pytest.MonkeyPatch, name: str, params: dict[str, Any]) -> None:
    path, query, body, _ = library_asks(monkeypatch, name, params)

    assert path == name.replace("{chat}", "1")
    if name != "POST /chats/{chat}/actions":
        assert {**{key: str(value) for key, value in (query or {}).items()}, "body": params["body"]} == params
    # The library names the attachments of a new message even where there are none.
    ours = {"attachments": [], **params["body"]} if name == "POST /messages" else params["body"]
    assert plain(body) == ours


# What goes without saying; `intent` buttons had once, and the library says it still.
DEFAULTS = [("intent", "default"), ("notify", True)]


def plain(value: Any) -> Any:
    """As JSON, without what the library leaves open or need not say."""
    if isinstance(value, dict):
        kept = {key: plain(each) for key, each in value.items() if each is not None}
        return {key: each for key, each in kept.items() if (key, each) not in DEFAULTS}
    return [plain(each) for each in value] if isinstance(value, list) else getattr(value, "value", value)


# Those of `GET /updates` the library reads update by update, as above.
ANSWERED = set(SAME) - {"GET /updates"}
ANSWERS = [(re.sub(r"/chats/\d+/", "/chats/{chat}/", call), answer) for call, answer in answered("max", "")]


@pytest.mark.parametrize(("name", "answer"), [(name, answer) for name, answer in ANSWERS if name in ANSWERED])
def test_an_answer_of_the_stand_in(monkeypatch: pytest.MonkeyPatch, name: str, answer: dict[str, Any]) -> None:
    *_, model = library_asks(monkeypatch, name, dict(CALLS)[name])

    model.model_validate_json(json.dumps(answer), strict=True, extra="forbid")


def test_all_kinds_of_answers_are_looked_at() -> None:
    assert {name for name, _ in ANSWERS} >= ANSWERED
