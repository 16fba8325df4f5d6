"""Updates as the Bot API words them, from plain facts: https://core.telegram.org/bots/api#update."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

# https://core.telegram.org/bots/api#update
KINDS = frozenset(
    {
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
    }
)
# https://core.telegram.org/bots/api#setwebhook, allowed_updates
SENT_ONLY_WHEN_ASKED_FOR = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

KICKED_FOR_EVER = 0  # until_date of a person who blocked the bot


def message(message_id: int, sender: dict[str, Any], chat: dict[str, Any], **content: Any) -> dict[str, Any]:
    """A Message from a person."""
    written = {"message_id": message_id, "from": sender, "chat": chat, "date": int(time.time()), **content}
    if "text" in content and (entities := _commands(content["text"])):
        written["entities"] = entities
    return written


def callback_query(
    query_id: str, sender: dict[str, Any], shown: dict[str, Any], data: str, chat_instance: str
) -> dict[str, Any]:
    """A press of an inline button under `shown`."""
    return {
        "id": query_id,
        "from": sender,
        "message": shown,
        "chat_instance": chat_instance,
        "data": data,
    }


def inaccessible(chat: dict[str, Any], message_id: int) -> dict[str, Any]:
    """What a press carries instead of a message that is gone or too old."""
    return {"chat": chat, "message_id": message_id, "date": 0}


def contact(
    phone: str, first_name: str, user_id: int | None, last_name: str | None = None, vcard: str | None = None
) -> dict[str, Any]:
    """A contact card; without an id when the person of the card has no Telegram."""
    card: dict[str, Any] = {"phone_number": phone, "first_name": first_name}
    more = {"last_name": last_name, "user_id": user_id, "vcard": vcard}
    return card | {name: value for name, value in more.items() if value is not None}


def voice(file_id: str, seconds: int, size: int) -> dict[str, Any]:
    """A voice note."""
    return {**_file(file_id, size), "duration": seconds, "mime_type": "audio/ogg"}


def photo(file_id: str, size: int) -> list[dict[str, Any]]:
    """A photo in two sizes; the larger one can be fetched."""
    return [
        {**_file(f"{file_id}s", min(size, 1200)), "width": 90, "height": 67},
        {**_file(file_id, size), "width": 1280, "height": 960},
    ]


def document(file_id: str, name: str, mime_type: str | None, size: int) -> dict[str, Any]:
    """A file; the name and the type are what the sender's application says."""
    described = {**_file(file_id, size), "file_name": name}
    if mime_type is not None:
        described["mime_type"] = mime_type
    return described


def sticker(file_id: str, emoji: str) -> dict[str, Any]:
    """A still sticker."""
    return {
        **_file(file_id, 9000),
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
        "emoji": emoji,
    }


def my_chat_member(
    sender: dict[str, Any], chat: dict[str, Any], bot: dict[str, Any], *, blocked: bool
) -> dict[str, Any]:
    """The bot was blocked in a private chat, or let in again."""
    gone = {"user": bot, "status": "kicked", "until_date": KICKED_FOR_EVER}
    here = {"user": bot, "status": "member"}
    return {
        "chat": chat,
        "from": sender,
        "date": int(time.time()),
        "old_chat_member": here if blocked else gone,
        "new_chat_member": gone if blocked else here,
    }


def chats_in(update: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Chat objects of an update of any kind, well-formed or not."""
    for body in update.values():
        if not isinstance(body, dict):
            continue
        inner = body.get("message")
        for owner in (body, inner if isinstance(inner, dict) else {}):
            chat = owner.get("chat")
            if isinstance(chat, dict) and isinstance(chat.get("id"), int):
                yield chat


def _file(file_id: str, size: int) -> dict[str, Any]:
    return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": size}


def _commands(text: str) -> list[dict[str, Any]]:
    """Only a command at the very start is marked; that is all a bot is called by."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    if not text.startswith("/") or not first[1:].partition("@")[0].isidentifier():
        return []
    return [{"type": "bot_command", "offset": 0, "length": len(first)}]
