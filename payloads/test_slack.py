"""Slack's events read by Slack's own Bolt, and our messages by the models of its SDK."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.models.blocks import ActionsBlock, ButtonElement, PlainTextObject, SectionBlock

from payloads.reading import Meaning, came, check, done, fixtures, sent

FIXTURES = fixtures("slack")
ANNA = "U0ANNA"
MEANT = {
    "text": Meaning("message", ANNA, "Позвони"),
    "channel_message": Meaning("message", ANNA, "коллеги"),
    "bot_message": Meaning("message bot_message", "", "привет"),
    "message_deleted": Meaning("message message_deleted", ANNA),
    "unfolded_link": Meaning("message message_changed", ANNA, "<https://example.org>"),
    "app_uninstalled": Meaning("app_uninstalled"),
}
# The library passes over what the bot itself has done.
OWN = {"own_message_changed"}
BOT = AuthorizeResult(enterprise_id=None, team_id="T0TEAM", bot_token="xoxb-1", bot_id="B0BOT", bot_user_id="U0BOT")
# No network, no signatures: those are looked at in tests/channels/.
APART = {"authorize": lambda **_: BOT, "request_verification_enabled": False, "process_before_response": True}


def by_bolt(raw: dict[str, Any]) -> Meaning | None:
    """None where no listener is called."""
    app = App(signing_secret="secret", **APART)
    read: list[Meaning] = []

    @app.event(re.compile(".*"))
    def listen(event: dict[str, Any], context: Any) -> None:
        kind = " ".join([event["type"], *([event["subtype"]] if "subtype" in event else [])])
        said = event["message"] if kind == "message message_changed" else event
        files = ", ".join(file["name"] for file in event.get("files", []))
        read.append(Meaning(kind, context.user_id or "", said.get("text", ""), file=files))

    @app.action(re.compile(".*"))
    def press(ack: Any, action: dict[str, Any], context: Any) -> None:
        ack()
        read.append(Meaning("action", context.user_id, button=action["value"]))

    answer = app.dispatch(BoltRequest(body=json.dumps(raw), headers={"content-type": "application/json"}))
    assert answer.status == 200
    return read[0] if read else None


def test_every_fixture_is_told_of() -> None:
    assert set(FIXTURES) == set(MEANT) | OWN


@pytest.mark.parametrize("name", MEANT)
def test_a_fixture(name: str) -> None:
    assert by_bolt(FIXTURES[name]) == MEANT[name]


@pytest.mark.parametrize("name", sorted(OWN))
def test_what_the_bot_did_itself_is_so_to_others_too(name: str) -> None:
    assert by_bolt(FIXTURES[name]) is None


BLOCKS = [block for _, params in sent("slack") for block in (params or {}).get("blocks", [])]
BUTTONS = {
    button["value"]: button["text"]["text"]
    for block in BLOCKS
    if block["type"] == "actions"
    for button in block["elements"]
}


@pytest.mark.parametrize("act", came("slack"), ids=done)
def test_what_the_stand_in_brings(act: dict[str, Any]) -> None:
    read = by_bolt(act["update"])

    assert read is not None
    check(read, act, BUTTONS)


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_of_ours_is_the_librarys_too(block: dict[str, Any]) -> None:
    """The models check lengths and numbers as they are written."""
    if block["type"] == "section":
        text = PlainTextObject(text=block["text"]["text"], emoji=False)
        assert SectionBlock(text=text).to_dict() == block
    else:
        buttons = [
            ButtonElement(
                text=PlainTextObject(text=one["text"]["text"]), action_id=one["action_id"], value=one["value"]
            )
            for one in block["elements"]
        ]
        assert ActionsBlock(elements=buttons).to_dict() == block


@pytest.mark.parametrize(("method", "params"), sent("slack"))
def test_a_call_of_ours(method: str, params: dict[str, Any]) -> None:
    signature = inspect.signature(getattr(WebClient, method.replace(".", "_")))
    named = {name for name, one in signature.parameters.items() if one.kind is not inspect.Parameter.VAR_KEYWORD}

    signature.bind(None, **params)
    assert set(params) <= named
