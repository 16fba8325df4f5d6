"""Telegram's updates and our calls, read by aiogram and by python-telegram-bot."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import aiogram.methods
import pytest
import telegram
from aiogram.methods import Response
from aiogram.types import Update
from pydantic import BaseModel

from payloads.reading import Meaning, Unread, answered, came, check, done, fixtures, sent

FIXTURES = fixtures("telegram")
IVAN = "500100"
MEANT = {
    "text": Meaning("message text", IVAN, "Позвони 8 916 123-45-67 и 8 (903) 765-43-21"),
    "text_no_username": Meaning("message text", "500200", "Привет 👋"),
    "start_command": Meaning("message text", IVAN, "/start k7Qd"),
    "forwarded_text": Meaning("message text", IVAN, "Позвони 8 916 123-45-67"),
    "from_another_bot": Meaning("message text", "888001", "да"),
    "group_message": Meaning("message text", IVAN, "@calls_bot позвони 8 916 123-45-67"),
    "channel_post": Meaning("channel_post text", "", "Позвони 8 916 123-45-67"),
    "edited": Meaning("edited_message text", IVAN, "Позвони 8 916 123-45-68"),
    "button": Meaning("callback_query", IVAN, button="ok:7f3a"),
    "button_inaccessible_message": Meaning("callback_query", IVAN, button="ok:7f3a"),
    "group_button": Meaning("callback_query", "500300", button="ok:7f3a"),
    "contact_own": Meaning("message contact", IVAN, phones=("79991234567",)),
    "contact_foreign": Meaning("message contact", IVAN, phones=("+7 999 765-43-21",)),
    "contact_without_telegram": Meaning("message contact", IVAN, phones=("84951234567",)),
    "document": Meaning("message document", IVAN, "новая база", file="база.xlsx"),
    "document_too_big": Meaning("message document", IVAN, file="all.csv"),
    "photo": Meaning("message photo", IVAN, "список на бумаге"),
    "photo_album_part": Meaning("message photo", IVAN),
    "voice": Meaning("message voice", IVAN),
    "sticker": Meaning("message sticker", IVAN),
    "location": Meaning("message location", IVAN),
    "blocked": Meaning("my_chat_member kicked", IVAN),
    "unblocked": Meaning("my_chat_member member", IVAN),
}
# What does not exist today.
UNKNOWN = {"unknown_kind", "unknown_content"}
# In a form everything is a text.
IN_FORMS = {"sendDocument"}


def by_aiogram(raw: dict[str, Any]) -> Meaning:
    update = Update.model_validate(raw)
    if unread := list(unknown_to_aiogram(update)):
        raise Unread(unread)
    event: Any = update.event
    sender = str(event.from_user.id) if event.from_user else ""
    if update.callback_query:
        return Meaning(update.event_type, sender, button=event.data)
    if update.my_chat_member:
        return Meaning(f"{update.event_type} {event.new_chat_member.status}", sender)
    return Meaning(
        f"{update.event_type} {event.content_type}",
        sender,
        event.text or event.caption or "",
        phones=(event.contact.phone_number,) if event.contact else (),
        file=event.document.file_name if event.document else "",
    )


def unknown_to_aiogram(value: Any, where: str = "") -> Iterator[str]:
    """Where fields are that the models keep without knowing them."""
    if isinstance(value, BaseModel):
        yield from (f"{where}.{name}" for name in value.model_extra or {})
        for name in type(value).model_fields:
            yield from unknown_to_aiogram(getattr(value, name), f"{where}.{name}")
    elif isinstance(value, list):
        for each in value:
            yield from unknown_to_aiogram(each, where)


def by_python_telegram_bot(raw: dict[str, Any]) -> Meaning:
    update = telegram.Update.de_json(raw, None)
    if unread := list(unknown_to_python_telegram_bot(update)):
        raise Unread(unread)
    (kind,) = [kind for kind in telegram.Update.ALL_TYPES if getattr(update, kind)]
    sender = str(update.effective_user.id) if update.effective_user else ""
    if update.callback_query:
        return Meaning(kind, sender, button=update.callback_query.data)
    if update.my_chat_member:
        return Meaning(f"{kind} {update.my_chat_member.new_chat_member.status}", sender)
    message: Any = update.effective_message
    contents = ("text", "contact", "document", "photo", "voice", "sticker", "location")
    (content,) = [content for content in contents if getattr(message, content)]
    return Meaning(
        f"{kind} {content}",
        sender,
        message.text or message.caption or "",
        phones=(message.contact.phone_number,) if message.contact else (),
        file=message.document.file_name if message.document else "",
    )


def unknown_to_python_telegram_bot(value: Any, where: str = "") -> Iterator[str]:
    if isinstance(value, telegram.TelegramObject):
        yield from (f"{where}.{name}" for name in value.api_kwargs)
        for name in {name for part in type(value).__mro__ for name in getattr(part, "__slots__", ())}:
            if not name.startswith("_") and name != "api_kwargs":
                yield from unknown_to_python_telegram_bot(getattr(value, name, None), f"{where}.{name}")
    elif isinstance(value, tuple):
        for each in value:
            yield from unknown_to_python_telegram_bot(each, where)


readers = pytest.mark.parametrize("read", [by_aiogram, by_python_telegram_bot])
CAME = came("telegram")
BUTTONS = {
    button["callback_data"]: button["text"]
    for _, params in sent("telegram")
    for row in (params.get("reply_markup") or {}).get("inline_keyboard", [])
    for button in row
}


def test_every_fixture_is_told_of() -> None:
    assert set(FIXTURES) == set(MEANT) | UNKNOWN


@readers
@pytest.mark.parametrize("name", MEANT)
def test_a_fixture(read: Callable[[Any], Meaning], name: str) -> None:
    assert read(FIXTURES[name]) == MEANT[name]


@readers
@pytest.mark.parametrize("name", sorted(UNKNOWN))
def test_what_does_not_exist_is_unknown_to_others_too(read: Callable[[Any], Meaning], name: str) -> None:
    with pytest.raises(Unread):
        read(FIXTURES[name])


@readers
@pytest.mark.parametrize("act", CAME, ids=done)
def test_what_the_stand_in_brings(read: Callable[[Any], Meaning], act: dict[str, Any]) -> None:
    check(read(act["update"]), act, BUTTONS)


@pytest.mark.parametrize(("method", "params"), sent("telegram", "download"))
def test_a_call_of_ours(method: str, params: dict[str, Any]) -> None:
    model = getattr(aiogram.methods, method[0].upper() + method[1:])

    call = model.model_validate_json(json.dumps(params), strict=method not in IN_FORMS)

    assert list(unknown_to_aiogram(call)) == []


@pytest.mark.parametrize(("method", "answer"), answered("telegram", "-TOKEN/"))
def test_an_answer_of_the_stand_in(method: str, answer: dict[str, Any]) -> None:
    returned = getattr(aiogram.methods, method[0].upper() + method[1:]).__returning__

    read = Response[returned].model_validate(answer)

    assert list(unknown_to_aiogram(read)) == []
    assert read.ok
    assert read.result is not None


@pytest.mark.parametrize("params", [params for _, params in sent("telegram") if "reply_markup" in params])
def test_a_keyboard_of_ours(params: dict[str, Any]) -> None:
    keyboard = telegram.InlineKeyboardMarkup.de_json(params["reply_markup"], None)

    assert list(unknown_to_python_telegram_bot(keyboard)) == []
    assert keyboard.to_dict() == params["reply_markup"]


def test_all_that_we_ask_for_exists() -> None:
    asked = [params["allowed_updates"] for _, params in sent("telegram") if "allowed_updates" in params]

    assert asked
    assert all(set(kinds) <= set(telegram.Update.ALL_TYPES) for kinds in asked)
