"""Slack keeps what every messenger keeps."""

from __future__ import annotations

import hashlib
import hmac
import html
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from rasa_twin24.channels.slack import SlackInput
from tests.channels.bot import ChannelBot
from tests.channels.contract import MessengerContract, Post, Shown, Stage
from tests.standins.slack import Fault, Message, Slack

pytestmark = pytest.mark.rasa

SIGNATURE, WHEN = "X-Slack-Signature", "X-Slack-Request-Timestamp"
PATH = "/webhooks/slack/webhook"
JSON = "application/json"
# What Slack calls a refusal with this status.
ERRORS = {400: "invalid_arguments", 429: "ratelimited", 500: "internal_error"}
STATUSES = {400: 200}  # all but the worst refusals are a 200


class WaitingSlack(Slack):
    """What its people do waits, and the contract brings it."""

    update: Post

    async def answer(self, body: bytes, content_type: str, **_headers: str) -> tuple[int, str]:
        self.update = self.signed(body, content_type, int(time.time()))
        return 200, ""

    def signed(self, body: bytes, content_type: str, when: int) -> Post:
        made = hmac.new(self.signing_secret.encode(), f"v0:{when}:".encode() + body, hashlib.sha256).hexdigest()
        return Post(PATH, body, {WHEN: str(when), SIGNATURE: f"v0={made}", "Content-Type": content_type})


class SlackStage(Stage):
    owner, other, stranger = "U0ANNA", "U0BORIS", "U0EVIL"
    most_text = 4000

    def __init__(self, slack: WaitingSlack, bot: ChannelBot) -> None:
        self.slack = slack
        self.bot = bot
        self.secrets = (slack.token, slack.signing_secret)
        # Where each button was shown: a press names its message also when the button is gone from it.
        self.asked: dict[str, Message] = {}

    def genuine(self, body: bytes) -> Post:
        return self.slack.signed(body, JSON, int(time.time()))

    def forged(self, post: Post) -> Sequence[Post]:
        signature, when = post.headers[SIGNATURE], post.headers[WHEN]
        changed = post.body[:-3] + bytes([post.body[-3] ^ 1]) + post.body[-2:]
        others = [
            {},
            {WHEN: when},
            {SIGNATURE: signature},
            *({WHEN: when, SIGNATURE: each} for each in ("", "v0=", "v0=" + "0" * 64, signature[:-1], signature[3:])),
            {WHEN: str(int(when) + 1), SIGNATURE: signature},
        ]
        return [
            *(Post(PATH, post.body, {"Content-Type": JSON, **headers}) for headers in others),
            Post(PATH, changed, post.headers),
            self.slack.signed(post.body, JSON, int(when) - 600),  # somebody's recording
        ]

    async def says(self, person: str, text: str) -> Post:
        """Slack itself escapes three signs of what is typed, and no others."""
        await self.slack.person(person).says(html.escape(text, quote=False))
        return self.slack.update

    async def presses(self, person: str, token: str) -> Post:
        who = self.slack.person(person)
        shown = self.asked.get(token)
        if shown is None or shown.channel != who.direct:
            shown = Message(who.direct, "1750000000.000100", "?")
        await who.presses_value(token, shown)
        return self.slack.update

    async def unknown(self, person: str) -> Post:
        await self.slack.push_event({"type": "hologram", "user": person, "channel_type": "im"})
        return self.slack.update

    async def file(self, person: str, name: str, content: bytes, announced: int | None = None) -> Post:
        await self.slack.person(person).sends_file(name, content, size=announced)
        return self.slack.update

    async def file_at(self, person: str, address: str) -> Post:
        await self.slack.person(person).sends_file("a.csv", b"1", url_private=address)
        return self.slack.update

    async def voice(self, person: str) -> Post:
        await self.slack.person(person).sends_file("audio.m4a", b"1", mimetype="audio/mp4", subtype="slack_audio")
        return self.slack.update

    async def says_in_group(self, person: str, text: str) -> Post:
        await self.slack.person(person).says(text, channel="C0SALES", channel_type="channel")
        return self.slack.update

    async def blocks(self, person: str) -> None:
        """Nobody can block a bot; who has left the workspace cannot be written to, and nothing tells of it."""
        self.slack.faults.append(Fault("chat.postMessage", error="channel_not_found", times=1_000))

    async def unblocks(self, person: str) -> None:
        self.slack.faults.clear()

    def shown(self, person: str) -> Sequence[Shown]:
        messages = self.slack.person(person).messages
        for message in messages:
            self.asked.update(dict.fromkeys(message.buttons.values(), message))
        return [Shown(text_of(message), tuple(message.buttons.items())) for message in messages]

    def files_shown(self, person: str) -> Sequence[tuple[str, bytes]]:
        direct = self.slack.person(person).direct
        return [(name, content) for channel, name, content in self.slack.shared if channel == direct]

    def fails(self, status: int, *, retry_after: int | None = None, times: int = 1) -> None:
        refusal: dict[str, Any] = {"status": STATUSES.get(status, status), "error": ERRORS[status]}
        self.slack.faults.append(Fault("chat.postMessage", retry_after=retry_after, times=times, **refusal))


def text_of(message: Message) -> str:
    """Blocks are shown instead of the text, and theirs is not escaped."""
    sections = [block["text"]["text"] for block in message.blocks if block["type"] == "section"]
    return "\n".join(sections) if message.blocks else html.unescape(message.text)


class TestSlack(MessengerContract):
    lacks = frozenset({"contact", "leaving"})

    @pytest.fixture
    async def stage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
        monkeypatch.setenv("BOT_OWNERS", f"slack:{SlackStage.owner},slack:{SlackStage.other}")
        for proxy in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(proxy, raising=False)
        async with WaitingSlack() as slack:
            for person in (SlackStage.owner, SlackStage.other, SlackStage.stranger):
                slack.person(person)
            block = {"token": slack.token, "signing_secret": slack.signing_secret, "api_url": f"{slack.url}/api/"}
            async with ChannelBot(SlackInput.from_credentials(block), tmp_path) as bot:
                yield SlackStage(slack, bot)
            assert slack.violations == []
