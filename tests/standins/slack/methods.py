"""What Slack's methods take, and what they refuse. https://docs.slack.dev/reference/methods"""

from __future__ import annotations

import re
from typing import Any

# The parameters the bot may use; a slip is a violation even where Slack itself would only warn.
FIELDS = {
    "auth.test": set(),
    "chat.postMessage": {"channel", "text", "blocks", "mrkdwn", "unfurl_links", "unfurl_media", "thread_ts"},
    "chat.update": {"channel", "ts", "text", "blocks"},
    "conversations.open": {"users"},
    "files.getUploadURLExternal": {"filename", "length"},
    "files.completeUploadExternal": {"files", "channel_id"},
}
_ESCAPE = re.compile(r"&(?!amp;|lt;|gt;)")


class Refusal(Exception):
    """Slack's error; `is_slip`: the bot did what it must never do."""

    def __init__(self, error: str, *, is_slip: bool = True) -> None:
        super().__init__(error)
        self.error = error
        self.is_slip = is_slip


def check(method: str, params: dict[str, Any]) -> None:
    if method not in FIELDS:
        raise Refusal("unknown_method")
    if set(params) - FIELDS[method]:
        raise Refusal("invalid_arguments")
    if method.startswith("chat."):
        _check_message(method, params)


def _check_message(method: str, params: dict[str, Any]) -> None:
    text = params.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Refusal("no_text")
    most = 4000 if method == "chat.update" else 40_000
    if len(text) > most:
        raise Refusal("msg_too_long")
    _check_escaped(text)
    blocks = params.get("blocks", [])
    if not isinstance(blocks, list) or len(blocks) > 50:
        raise Refusal("invalid_blocks")
    for block in blocks:
        _check_block(block)


def _check_block(block: dict[str, Any]) -> None:
    if block.get("type") == "section" and set(block) == {"type", "text"}:
        text = block["text"]
        if set(text) != {"type", "text", "emoji"} or text["type"] != "plain_text":  # anything else shows mark-up
            raise Refusal("invalid_blocks")
        if not 1 <= len(text["text"]) <= 3000:
            raise Refusal("invalid_blocks")
        return
    if block.get("type") != "actions" or set(block) != {"type", "elements"}:
        raise Refusal("invalid_blocks")
    buttons = block["elements"]
    if not 1 <= len(buttons) <= 25 or len({button["action_id"] for button in buttons}) != len(buttons):
        raise Refusal("invalid_blocks")
    for button in buttons:
        title = button["text"]
        if set(button) != {"type", "action_id", "text", "value"} or button["type"] != "button":
            raise Refusal("invalid_blocks")
        if title["type"] != "plain_text" or not 1 <= len(title["text"]) <= 75 or len(button["value"]) > 2000:
            raise Refusal("invalid_blocks")


def _check_escaped(text: str) -> None:
    """The bot marks nothing up: a bare sign is one that it forgot."""
    if "<" in text or ">" in text or _ESCAPE.search(text):
        raise Refusal("not_escaped")
