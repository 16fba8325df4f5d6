"""What the bot sends to Slack: Rasa's output channel without what is unsafe or lost in it. https://docs.slack.dev"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from rasa.core.channels.slack import SlackBot
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from rasa_twin24.channels.connection import LONGEST_PAUSE, MessengerError
from rasa_twin24.channels.reply import split_text, utf16_length

# Of a text; Slack itself cuts a longer one into several messages, and does not edit it.
# https://docs.slack.dev/reference/methods/chat.postMessage#truncating
MAX_TEXT = 4000
# Of a section block's text. https://docs.slack.dev/reference/block-kit/blocks/section-block
MAX_SECTION = 3000
# Of an actions block. https://docs.slack.dev/reference/block-kit/blocks/actions-block
MAX_BUTTONS = 25
# https://docs.slack.dev/reference/block-kit/block-elements/button-element
MAX_TITLE = 75
# The person left the workspace, or cannot be written to. https://docs.slack.dev/reference/methods/chat.postMessage#errors
GONE = ("channel_not_found", "user_not_found", "user_disabled", "users_not_found", "is_archived", "cannot_dm_bot")
# A message that cannot be edited any more. https://docs.slack.dev/reference/methods/chat.update#errors
LOST_MESSAGES = ("message_not_found", "cant_update_message", "edit_window_closed", "msg_too_long")
PASSING = ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited")

# At DEBUG it logs what is sent.
logging.getLogger("slack_sdk").setLevel(logging.WARNING)


class SlackOutput(SlackBot):  # type: ignore[misc]
    """The stock one adds parameters that Slack has not, cuts texts at blank lines, and drops more than five buttons.

    Texts are in Slack's own writing: see `escaped`. Returns the message's id, `<channel>/<ts>`.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        super().__init__(client.token)
        self.client = client

    async def send_text_message(self, recipient_id: str, text: str, **_more: Any) -> str:
        return _id(await self.client.chat_postMessage(channel=recipient_id, **message(text)))

    async def send_text_with_buttons(
        self, recipient_id: str, text: str, buttons: list[dict[str, Any]], **_more: Any
    ) -> str:
        return _id(await self.client.chat_postMessage(channel=recipient_id, **message(text, buttons)))

    async def edit(self, channel: str, when: str, text: str, buttons: list[dict[str, Any]]) -> None:
        # chat.update cannot be told that a text is no mark-up; without `blocks` the old buttons would stay as well.
        await self.client.chat_update(channel=channel, ts=when, text=text, blocks=_blocks(text, buttons))

    async def send_file(self, person: str, name: str, content: bytes) -> None:
        """https://docs.slack.dev/messaging/working-with-files#uploading_files"""
        opened = await self.client.conversations_open(users=person)
        channel = opened["channel"]["id"]  # a file is not shared with a person's id
        await self.client.files_upload_v2(channel=channel, content=content, filename=name, title=name)


def message(text: str, buttons: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Nothing in a text is mark-up, whatever a task is called: blocks are shown instead of it, and theirs is plain.

    https://docs.slack.dev/reference/block-kit/composition-objects/text-object
    """
    content: dict[str, Any] = {"text": text, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
    return {**content, "blocks": _blocks(text, buttons)} if buttons else content


def _blocks(text: str, buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    section = {"type": "section", "text": {"type": "plain_text", "text": _literal(text), "emoji": False}}
    elements = [
        {
            "type": "button",
            "action_id": f"button_{number}",
            "text": {"type": "plain_text", "text": button["title"]},
            "value": button["payload"],
        }
        for number, button in enumerate(buttons)
    ]
    return [section, {"type": "actions", "elements": elements}] if elements else [section]


def escaped(text: str) -> str:
    """https://docs.slack.dev/messaging/formatting-message-text#escaping"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _literal(text: str) -> str:
    """What was `escaped`: a plain text of a block needs it not."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def split_escaped(text: str, most: int) -> list[str]:
    """The parts of a text, each of at most `most` UTF-16 units after escaping, and none cut within an escape."""
    parts = []
    for part in split_text(text, most):
        written = escaped(part)
        if utf16_length(written) <= most:
            parts.append(written)
        else:  # so few are to be escaped in what people write that halves will do
            halves = split_text(part, max(utf16_length(part) // 2, 2))
            parts += [piece for half in halves for piece in split_escaped(half, most)]
    return parts


def slack_error(name: str, error: Exception) -> MessengerError:
    """Slack's error by its code alone: what slack_sdk says of it quotes addresses and answers."""
    if isinstance(error, asyncio.TimeoutError):
        return MessengerError(name, 0, "TimeoutError")
    if not isinstance(error, SlackApiError):
        return MessengerError(name, 0, type(error).__name__)
    response = error.response
    data = getattr(response, "data", None)
    status = getattr(response, "status_code", None) or getattr(response, "status", None) or 0
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    told = str((getattr(response, "headers", None) or {}).get("Retry-After") or "")
    wait = float(min(int(told), LONGEST_PAUSE)) if told.isascii() and told.isdigit() else None
    passing = status in (0, 429) or status >= 500 or code in PASSING
    shown = code if code.replace("_", "").isalnum() else "no answer of Slack's"
    return MessengerError(name, int(status), shown[:60], wait, passing=passing, gone=code in GONE)


def _id(answer: Any) -> str:
    return f"{answer['channel']}/{answer['ts']}"
