"""Files that the bot sends: as a document of Telegram, as a link in the web chat, and never at a turn's expense."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog

from rasa_twin24.channels import connection
from rasa_twin24.channels.output import MessengerOutput
from rasa_twin24.channels.reply import Reply, to_reply
from rasa_twin24.channels.web_page import attachment
from tests.channels.bot import OWNER, TelegramBot
from tests.channels.web_bot import WebBot
from tests.loopback import client
from tests.standins.telegram import Telegram, User

pytestmark = pytest.mark.rasa

ME = f"telegram:{OWNER}"
CONTENT = b'\xef\xbb\xbf"a";"b"\r\n\x00'


@pytest.mark.parametrize(
    ("custom", "file"),
    [({"file": "x1"}, "x1"), ({}, None), (None, None), ({"file": 5}, None), ({"file": ""}, None), ("x", None)],
)
def test_the_file_of_a_reply(custom: object, file: str | None) -> None:
    assert to_reply({"text": "Вот", "custom": custom}) == Reply("Вот", file=file)


def test_the_header_of_a_download() -> None:
    assert attachment("журнал 1.csv") == (
        "attachment; filename=\"_______1.csv\"; filename*=UTF-8''%D0%B6%D1%83%D1%80%D0%BD%D0%B0%D0%BB%201.csv"
    )
    assert "\n" not in attachment('a"\r\nSet-Cookie: x')


# --- Telegram ---------------------------------------------------------------------------------------------------


@pytest.fixture
async def bot(tg: Telegram, tmp_path: Path) -> AsyncIterator[TelegramBot]:
    async with TelegramBot(tg, tmp_path) as bot:
        yield bot


async def send(bot: TelegramBot, file_id: str, language: str | None = None) -> MessengerOutput:
    output = MessengerOutput(bot.channel, bot.reception.ledger, lambda: bot.reception.phrases, language)
    await output.send_response(ME, {"text": "Вот журнал.", "custom": {"file": file_id}})
    return output


async def test_a_document_after_its_text(bot: TelegramBot, owner: User) -> None:
    await owner.says("привет")
    await owner.expect("Понял")
    await send(bot, await bot.ledger.files.add(ME, "журнал.csv", CONTENT))
    await owner.expect("Вот журнал.")
    document = (await owner.expect("")).document
    assert document is not None
    assert (document.name, document.content) == ("журнал.csv", CONTENT)


async def test_a_document_is_sent_again_after_a_passing_trouble(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    await owner.says("привет")
    await owner.expect("Понял")
    tg.fail_next("sendDocument", status=502)
    tg.fail_next("sendDocument", status=429, retry_after=1)
    output = await send(bot, await bot.ledger.files.add(ME, "a.csv", CONTENT))
    await owner.expect("Вот журнал.")
    document = (await owner.expect("")).document
    assert document is not None
    assert document.content == CONTENT
    assert not output.failed


async def test_a_file_that_cannot_be_sent_is_said(
    bot: TelegramBot, tg: Telegram, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "TRIES", 1)
    await owner.says("привет")
    await owner.expect("Понял")
    tg.fail_next("sendDocument", status=500)
    with structlog.testing.capture_logs() as logs:
        output = await send(bot, await bot.ledger.files.add(ME, "a.csv", CONTENT), "en-US")
    await owner.expect("Вот журнал.")
    await owner.expect("The file could not be sent")
    assert output.failed
    assert tg.token not in repr(logs)


@pytest.mark.parametrize("whose", ["telegram:1", None])
async def test_a_file_of_somebody_else_or_of_yesterday_is_not_sent(
    bot: TelegramBot, owner: User, whose: str | None
) -> None:
    await owner.says("привет")
    await owner.expect("Понял")
    await send(bot, await bot.ledger.files.add(whose, "a.csv", CONTENT) if whose else "unknown")
    await owner.expect("Вот журнал.")
    await owner.expect("Файл отправить не получилось")


async def test_nothing_more_is_tried_with_somebody_who_is_gone(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    await owner.says("привет")
    await owner.expect("Понял")
    file_id = await bot.ledger.files.add(ME, "a.csv", CONTENT)
    await owner.blocks_bot()
    output = await send(bot, file_id)
    assert output.gone
    assert [call.method for call in tg.calls if call.method == "sendDocument"] == []


# --- the web chat -----------------------------------------------------------------------------------------------


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[WebBot]:
    async with WebBot(tmp_path) as bot:
        yield bot


async def test_a_link_that_downloads(web: WebBot) -> None:
    file_id = await web.ledger.files.add("web:owner", "журнал.csv", CONTENT)
    output = web.channel.reception.output(web.channel)
    await output.send_response("web:owner", {"text": "Вот журнал.", "custom": {"file": file_id}})
    async with client(web.url) as http:
        lines = (await http.get("/webhooks/web/messages", params={"after": 0})).json()["lines"]
        assert [(line["text"], line["file"]) for line in lines] == [
            ("Вот журнал.", None),
            ("журнал.csv", f"/chat/files/{file_id}"),
        ]
        answer = await http.get(lines[1]["file"])
        assert (answer.status_code, answer.content) == (200, CONTENT)
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-type"] == "application/octet-stream"
        stolen = await http.get(lines[1]["file"], headers={"Origin": "https://evil.example"})
        assert stolen.status_code == 403
        assert (await http.get("/chat/files/unknown")).status_code == 404
        other = await web.ledger.files.add("telegram:5", "x.csv", CONTENT)
        assert (await http.get(f"/chat/files/{other}")).status_code == 404


async def test_the_door_is_asked(tmp_path: Path) -> None:
    async with WebBot(tmp_path, open_door=False) as web:
        file_id = await web.ledger.files.add("web:owner", "a.csv", CONTENT)
        async with client(web.url) as http:
            assert (await http.get(f"/chat/files/{file_id}")).status_code == 401
            await http.get(await web.channel.address("127.0.0.1", web.port))
            assert (await http.get(f"/chat/files/{file_id}")).content == CONTENT
