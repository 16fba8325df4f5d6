"""Files and pasted lists over the web chat's door: bounded while they come, kept once, refused like messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from rasa_twin24.channels.attachments import MEGABYTE
from rasa_twin24.channels.web_messages import shown_list
from tests.channels.test_web import WEBHOOK, Page, words
from tests.channels.web_bot import WebBot
from tests.loopback import client

pytestmark = pytest.mark.rasa

FILE = "/webhooks/web/file"
RAW = {"content-type": "application/octet-stream"}
CONTENT = bytes(range(256)) * 40
ME = "web:owner"


@pytest.fixture
async def bot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WebBot]:
    monkeypatch.setenv("BOT_MAX_FILE_MB", "1")
    async with WebBot(tmp_path) as bot:
        yield bot


@pytest.fixture
async def page(bot: WebBot) -> AsyncIterator[Page]:
    async with client(bot.url) as http:
        yield Page(http)


async def send(page: Page, key: str, name: str, content: bytes = CONTENT) -> Any:
    answer = await page.http.post(FILE, params={"key": key, "name": name}, content=content, headers=RAW)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def kept(bot: WebBot) -> list[tuple[str, bytes]]:
    found = [await bot.ledger.files.get(ME, file_id) for file_id in bot.agent.files]
    return [(file.name, file.content) for file in found if file is not None]


async def all_kept(bot: WebBot) -> list[str]:
    rows = await bot.ledger._store.run(lambda connection: connection.exec_driver_sql("SELECT name FROM files").all())
    return [row.name for row in rows]


async def test_a_file_is_a_line_and_a_turn(page: Page, bot: WebBot) -> None:
    assert await send(page, "k1", "база №1.xlsx") == {"seq": 1}

    lines = await page.read(2)
    assert words(lines) == [("person", "база №1.xlsx"), ("bot", "Понял: /provide_file")]
    assert lines[0]["key"] == "k1"
    assert await kept(bot) == [("база №1.xlsx", CONTENT)]
    mine = await page.http.get(lines[0]["file"])
    assert (mine.status_code, mine.content) == (200, CONTENT)
    assert mine.headers["content-disposition"].startswith("attachment;")


async def test_a_repeated_key_is_one_file(page: Page, bot: WebBot) -> None:
    answers = await asyncio.gather(*(send(page, "k1", "a.csv") for _ in range(10)))

    assert sorted(answer.get("repeated", False) for answer in answers) == [False] + [True] * 9
    await page.send("k2", text="ещё")
    assert [text for _, text in words(await page.read(4))] == ["a.csv", "Понял: /provide_file", "ещё", "Понял: ещё"]
    assert await all_kept(bot) == ["a.csv"]


@pytest.mark.parametrize("step", ["transcript.add", "inbox.claim"])
async def test_killed_before_it_was_claimed(page: Page, bot: WebBot, step: str) -> None:
    section, name = step.split(".")
    real = getattr(getattr(bot.ledger, section), name)

    async def die(*_arguments: Any, **_more: Any) -> Any:
        raise RuntimeError

    setattr(getattr(bot.ledger, section), name, die)
    answer = await page.http.post(FILE, params={"key": "k1", "name": "a.csv"}, content=CONTENT, headers=RAW)
    assert (answer.status_code, answer.json()) == (503, {"error": "storage"})
    setattr(getattr(bot.ledger, section), name, real)

    await send(page, "k1", "a.csv")
    assert words(await page.read(2)) == [("person", "a.csv"), ("bot", "Понял: /provide_file")]
    assert await all_kept(bot) == ["a.csv"]
    assert await kept(bot) == [("a.csv", CONTENT)]


async def test_the_largest(page: Page, bot: WebBot) -> None:
    await send(page, "k1", "a.csv", b"x" * MEGABYTE)
    answer = await page.http.post(FILE, params={"key": "k2"}, content=b"x" * (MEGABYTE + 1), headers=RAW)
    assert (answer.status_code, answer.json()) == (413, {"error": "too_long"})
    assert words(await page.read(2))[0] == ("person", "a.csv")
    assert len((await kept(bot))[0][1]) == MEGABYTE


async def test_a_file_of_unknown_length_is_bounded(page: Page, bot: WebBot) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _chunk in range(100):
            yield b"x" * 65_536

    answer = await page.http.post(FILE, params={"key": "k1", "name": "a.csv"}, content=endless(), headers=RAW)
    assert answer.status_code == 413
    assert await all_kept(bot) == []


@pytest.mark.parametrize(
    ("headers", "query", "body", "status", "error"),
    [
        pytest.param({"content-type": "text/plain"}, {"key": "k"}, b"x", 415, "content_type", id="plain text"),
        pytest.param({"content-type": "application/json"}, {"key": "k"}, b"x", 415, "content_type", id="a message"),
        pytest.param(
            {"content-type": "multipart/form-data; boundary=x"}, {"key": "k"}, b"x", 415, "content_type", id="a form"
        ),
        pytest.param({"origin": "https://evil.example"}, {"key": "k"}, b"x", 403, "origin", id="other site"),
        pytest.param({"sec-fetch-site": "cross-site"}, {"key": "k"}, b"x", 403, "origin", id="cross-site"),
        pytest.param({"host": "evil.example"}, {"key": "k"}, b"x", 403, "door", id="DNS rebinding"),
        pytest.param({"x-forwarded-for": "8.8.8.8"}, {"key": "k"}, b"x", 403, "door", id="through a proxy"),
        pytest.param({}, {}, b"x", 400, "key", id="no key"),
        pytest.param({}, {"key": "a b"}, b"x", 400, "key", id="odd key"),
        pytest.param({}, {"key": "k"}, b"", 400, "empty", id="empty"),
    ],
)
async def test_refused(
    page: Page, bot: WebBot, headers: dict[str, str], query: dict[str, str], body: bytes, status: int, error: str
) -> None:
    answer = await page.http.post(FILE, params={**query, "name": "a.csv"}, content=body, headers={**RAW, **headers})
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert bot.agent.heard == []
    assert await all_kept(bot) == []


async def test_the_door_of_the_token(tmp_path: Path) -> None:
    async with (
        WebBot(tmp_path, open_door=False) as bot,
        client(bot.url) as http,
    ):
        answer = await http.post(FILE, params={"key": "k", "name": "a.csv"}, content=b"x", headers=RAW)
        assert answer.status_code == 401
        assert await all_kept(bot) == []


async def test_names_are_cleaned(page: Page, bot: WebBot) -> None:
    await send(page, "k1", "..\\..\\a\u202egpj.exe\r\n")
    assert words(await page.read(2))[0] == ("person", "agpj.exe")
    assert (await kept(bot))[0][0] == "agpj.exe"


LIST = "\n".join(f"Иван, 8 916 {number:07}" for number in range(40))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(LIST, LIST[:500].rstrip() + "…", id="lines"),
        pytest.param("я" * 20_000, "я" * 500 + "…", id="long"),
        pytest.param("/start " + "x" * 20_000, "/start " + "x" * 493 + "…", id="no command"),
    ],
)
async def test_a_pasted_list_is_a_file_without_a_name(page: Page, bot: WebBot, text: str, shown: str) -> None:
    await page.send("k1", text=text)

    lines = await page.read(2)
    assert words(lines) == [("person", shown), ("bot", "Понял: /provide_file")]
    assert lines[0]["file"] is None
    assert await kept(bot) == [("", text.encode())]


async def test_a_list_longer_than_a_message_was_ever(page: Page, bot: WebBot) -> None:
    text = "\n".join(f"8916{number:07}" for number in range(80_000))
    answer = await page.http.post(WEBHOOK, json={"key": "k1", "text": text})
    assert answer.json() == {"seq": 1}
    await page.read(2)
    assert await kept(bot) == [("", text.encode())]


async def test_the_page_sends_a_list_raw(page: Page, bot: WebBot) -> None:
    await send(page, "k1", "", b"89161234567\n89161234568")
    assert words(await page.read(2))[0] == ("person", "89161234567\n89161234568")
    assert await kept(bot) == [("", b"89161234567\n89161234568")]


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("Привет".encode(), "Привет"),
        (("я" * 501).encode(), "я" * 500 + "…"),
        (("👍" * 600).encode(), "👍" * 500 + "…"),
        (b"x" + "👍".encode() * 600, "x" + "👍" * 499 + "…"),  # the cut is within a sign
        (b"a\x00\r\nb", "a\nb"),
        (b"\xff" * 10, "�" * 10),
    ],
    ids=["short", "letters", "emoji", "cut", "signs", "no UTF-8"],
)
def test_the_beginning_that_is_shown(content: bytes, shown: str) -> None:
    assert shown_list(content) == shown
