"""What a call may carry: the fields of every method played here, with their types.

Fields: https://core.telegram.org/bots/api, version 10.1. Arguments come in the query, as JSON, as a form or
as multipart; outside JSON everything is text, and objects are JSON inside a text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from .refusals import bad_request, stricter

_ADDRESS = {"business_connection_id": "string", "chat_id": "chat", "message_thread_id": "integer"}
_SENDING = {
    **_ADDRESS,
    "direct_messages_topic_id": "integer",
    "disable_notification": "boolean",
    "protect_content": "boolean",
    "allow_paid_broadcast": "boolean",
    "message_effect_id": "string",
    "suggested_post_parameters": "object",
    "reply_parameters": "object",
    "reply_markup": "markup",
}
_EDITING = {
    "business_connection_id": "string",
    "chat_id": "chat",
    "message_id": "integer",
    "reply_markup": "markup",
}

FIELDS: dict[str, dict[str, str]] = {
    "getMe": {},
    "getUpdates": {
        "offset": "integer",
        "limit": "integer",
        "timeout": "integer",
        "allowed_updates": "array",
    },
    "setWebhook": {
        "url": "string",
        "certificate": "file",
        "ip_address": "string",
        "max_connections": "integer",
        "allowed_updates": "array",
        "drop_pending_updates": "boolean",
        "secret_token": "string",
    },
    "deleteWebhook": {"drop_pending_updates": "boolean"},
    "getWebhookInfo": {},
    "sendMessage": {
        **_SENDING,
        "text": "string",
        "parse_mode": "string",
        "entities": "array",
        "link_preview_options": "object",
    },
    "sendDocument": {
        **_SENDING,
        "document": "file",
        "thumbnail": "file",
        "caption": "string",
        "parse_mode": "string",
        "caption_entities": "array",
        "disable_content_type_detection": "boolean",
    },
    "sendChatAction": {**_ADDRESS, "action": "string"},
    "editMessageText": {
        **_EDITING,
        "text": "string",
        "parse_mode": "string",
        "entities": "array",
        "link_preview_options": "object",
    },
    "editMessageReplyMarkup": _EDITING,
    "deleteMessage": {"chat_id": "chat", "message_id": "integer"},
    "answerCallbackQuery": {
        "callback_query_id": "string",
        "text": "string",
        "show_alert": "boolean",
        "url": "string",
        "cache_time": "integer",
    },
    "setMyCommands": {"commands": "array", "scope": "object", "language_code": "string"},
    "getMyCommands": {"scope": "object", "language_code": "string"},
    "getFile": {"file_id": "string"},
}

_MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "document": "there is no document in the request",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
    "action": "wrong parameter action in request",
    "commands": "can't parse commands JSON object",
    "file_id": "invalid file_id",
}
_REQUIRED: dict[str, tuple[str, ...]] = {
    "sendMessage": ("chat_id", "text"),
    "sendDocument": ("chat_id", "document"),
    "sendChatAction": ("chat_id", "action"),
    "editMessageText": ("chat_id", "message_id", "text"),
    "editMessageReplyMarkup": ("chat_id", "message_id"),
    "deleteMessage": ("chat_id", "message_id"),
    "answerCallbackQuery": ("callback_query_id",),
    "setMyCommands": ("commands",),
    "getFile": ("file_id",),
}
_JSON_TYPES: dict[str, tuple[str, type]] = {
    "string": ("String", str),
    "boolean": ("Boolean", bool),
    "object": ("Object", dict),
    "array": ("Array", list),
    "markup": ("Object", dict),
}


@dataclass(frozen=True)
class Upload:
    """A file that came with a multipart request."""

    name: str
    content: bytes
    mime_type: str


async def read_arguments(request: web.Request) -> dict[str, Any]:
    """All arguments of a request, as sent; raises `Refusal` for a body that cannot be read."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError as error:
            raise bad_request("can't parse request JSON object") from error
        if not isinstance(body, dict):
            raise bad_request("object expected as request body")
        arguments.update(body)
    elif request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        arguments.update({name: _as_sent(value) for name, value in (await request.post()).items()})
    elif request.can_read_body:
        raise stricter(f"a body of type {request.content_type} is not read")
    return arguments


def check_arguments(method: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments with their documented types; raises `Refusal` for a wrong, missing or unknown one."""
    fields = FIELDS[method]
    attached = {
        value.removeprefix("attach://")
        for value in arguments.values()
        if isinstance(value, str) and value.startswith("attach://")
    }
    checked: dict[str, Any] = {}
    for name, value in arguments.items():
        if name in attached and isinstance(value, Upload):
            continue
        if name not in fields:
            raise stricter(f'{method} has no parameter "{name}"')
        checked[name] = _convert(name, value, fields[name], arguments)
    for name in _REQUIRED.get(method, ()):
        if name not in checked:
            raise bad_request(_MISSING[name])
    return checked


def _as_sent(value: str | bytes | web.FileField) -> object:
    if isinstance(value, web.FileField):
        with value.file:
            return Upload(value.filename, value.file.read(), value.content_type)
    return value


def _convert(name: str, value: object, kind: str, arguments: dict[str, Any]) -> Any:
    if kind == "integer":
        return _integer(name, value)
    if kind == "chat":
        return _chat(value)
    if kind == "file":
        return _file(name, value, arguments)
    if isinstance(value, str) and kind != "string":
        value = _decode(name, value, kind)
    type_name, expected = _JSON_TYPES[kind]
    if not isinstance(value, expected):
        if kind == "markup":
            raise bad_request("object expected as reply markup")
        raise bad_request(f'field "{name}" must be of type {type_name}')
    return value


def _decode(name: str, value: str, kind: str) -> object:
    if kind == "boolean":
        return {"true": True, "false": False, "True": True, "False": False}.get(value, value)
    try:
        return json.loads(value)
    except ValueError as error:
        what = "reply keyboard markup" if kind == "markup" else name
        raise bad_request(f"can't parse {what} JSON object") from error


def _integer(name: str, value: object) -> int:
    if isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise bad_request(f'field "{name}" must be of type Integer')


def _chat(value: object) -> int | str:
    if isinstance(value, str) and value.startswith("@"):
        return value
    if value == "":
        raise bad_request("chat_id is empty")
    return _integer("chat_id", value)


def _file(name: str, value: object, arguments: dict[str, Any]) -> Upload | str:
    if isinstance(value, str) and value.startswith("attach://"):
        value = arguments.get(value.removeprefix("attach://"))
    if not isinstance(value, Upload | str):
        raise bad_request(f"there is no {name} in the request")
    return value
