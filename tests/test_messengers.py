"""credentials.yml: which messengers there are, which are turned on, and what is said of a slip in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rasa_twin24 import messengers
from rasa_twin24.channels.telegram import TelegramInput
from rasa_twin24.channels.web import WebInput

PROJECT = Path(__file__).parent.parent
TELEGRAM = "rasa_twin24.channels.telegram.TelegramInput"
WEB = "rasa_twin24.channels.web.WebInput"
# Importing the channels imports Rasa's base class, which takes seconds.
pytestmark = pytest.mark.rasa


def read(folder: Path, text: str, **env: str) -> messengers.Blocks:
    file = folder / "credentials.yml"
    file.write_text(text)
    return messengers.read_blocks(env, file)


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("a.B:\n  token: ${TOKEN}\n", {"token": "1:x"}),
        ("a.B:\n  url: https://${HOST}:${PORT}/\n", {"url": "https://bot.example:/"}),
        ("a.B:\n  most: 5\n  quiet: true\n", {"most": 5, "quiet": True}),
        ("a.B:\n  token: $TOKEN\n", {"token": "$TOKEN"}),
        ("a.B:\n", {}),
        ("a.B: {}\n", {}),
    ],
)
def test_blocks_are_filled_from_the_environment(tmp_path: Path, text: str, block: dict[str, Any]) -> None:
    assert read(tmp_path, text, TOKEN="1:x", HOST="bot.example") == {"a.B": block}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "one block for each messenger"),
        ("- a\n", "one block for each messenger"),
        ("a.B: on\n", "one block for each messenger"),
        ("a: [\n", "credentials.yml is no YAML"),
    ],
)
def test_a_file_of_another_shape_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read(tmp_path, text)


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"credentials\.yml"):
        messengers.read_blocks({}, tmp_path / "credentials.yml")


def test_which_are_turned_on(tmp_path: Path) -> None:
    text = (PROJECT / "credentials.yml").read_text()

    assert [type(one) for one in messengers.make(read(tmp_path, text))] == [WebInput]
    made = messengers.make(read(tmp_path, text, TELEGRAM_BOT_TOKEN="1:x"))
    assert [type(one) for one in made] == [WebInput, TelegramInput]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rest:\n", "names rest, a stock channel of Rasa"),
        ("rasa_twin24.messengers.make:\n", "names rasa_twin24.messengers.make, which is no channel"),
        ("rasa_twin24.channels.gone.Input:\n", "names rasa_twin24.channels.gone.Input, which cannot"),
        ("rasa_twin24.channels.telegram.Input:\n", "names rasa_twin24.channels.telegram.Input, which cannot"),
        (f"{TELEGRAM}:\n  token: 1:x\n  ca_bundle: /nowhere/ca.pem\n", "/nowhere/ca.pem holds no certificates"),
        (f"{TELEGRAM}:\n  token: 1:x\n  proxy: u:secret_Part@10.1.1.1\n", "a proxy is written"),
    ],
)
def test_a_slip_in_a_block_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        messengers.make(read(tmp_path, text))

    assert text.partition(":")[0] in str(caught.value)
    assert "secret_Part" not in str(caught.value)


@pytest.mark.parametrize(
    ("owner", "is_known"), [("telegram:5", True), ("web:anna", True), ("tg:5", False), ("icq:77", False)]
)
def test_an_owner_is_in_a_messenger_that_there_is(tmp_path: Path, owner: str, is_known: bool) -> None:
    blocks = read(tmp_path, f"{WEB}:\n{TELEGRAM}:\n")  # also in one that is off
    if is_known:
        messengers.check_owners(["telegram:1", owner], blocks)
    else:
        with pytest.raises(ValueError, match=f"BOT_OWNERS: '{owner}' .*telegram, web"):
            messengers.check_owners(["telegram:1", owner], blocks)


def test_a_module_that_fails_while_it_is_imported_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "half_written.py").write_text("class Input(\n")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ValueError, match=r"half_written\.Input, which cannot be imported"):
        messengers.make(read(tmp_path, "half_written.Input:\n"))


def test_every_variable_of_a_messenger_is_explained() -> None:
    named = messengers.variables((PROJECT / "credentials.yml").read_text("utf-8"))
    example = (PROJECT / ".env.example").read_text("utf-8")

    assert {name for name in named if f"\n{name}=" not in example} == set()


OURS = {
    "telegram.TelegramInput": {"token": "1:x"},
    "max.MaxInput": {"token": "t"},
    "vk.VkInput": {"token": "t", "group_id": "1"},
    "viber.ViberInput": {"token": "t", "webhook_url": "https://bot.example.org"},
    "whatsapp.WhatsAppInput": {"token": "t", "phone_number_id": "1", "app_secret": "s", "verify_token": "v"},
    "slack.SlackInput": {"token": "t", "signing_secret": "s"},
}


@pytest.mark.parametrize("path", OURS)
@pytest.mark.parametrize(
    ("setting", "fault"),
    [({"ca_bundle": "/nowhere/ca.pem"}, "holds no certificates"), ({"proxy": "no proxy"}, "a proxy is written")],
    ids=["certificates", "proxy"],
)
async def test_the_network_of_a_block_is_that_of_its_messenger(path: str, setting: dict[str, str], fault: str) -> None:
    channel = messengers.find(f"rasa_twin24.channels.{path}").from_credentials({**OURS[path], **setting})
    with pytest.raises(ValueError, match=fault):
        channel.connect()
