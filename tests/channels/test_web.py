"""The web chat over real HTTP, with a real ledger and Rasa's own registering; the agent is a script."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from rasa_twin24.channels.attachments import MEGABYTE
from tests.channels.web_bot import WebBot
from tests.loopback import client
from tests.waiting import PATIENCE

pytestmark = pytest.mark.rasa

WEBHOOK, MESSAGES = "/webhooks/web/webhook", "/webhooks/web/messages"


class Page:
    """What the page does, without the page."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.after = 0

    async def send(self, key: str, **content: str) -> Any:
        answer = await self.http.post(WEBHOOK, json={"key": key, **content})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def look(self, wait: int = 0, **query: Any) -> Any:
        answer = await self.http.get(MESSAGES, params={"after": self.after, "wait": wait, **query})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def read(self, lines: int) -> list[dict[str, Any]]:
        """The next lines, as many as are expected; fails when they do not come."""
        read: list[dict[str, Any]] = []
        end = time.monotonic() + PATIENCE
        while len(read) < lines:
            assert time.monotonic() < end, f"only {read} came"
            answer = await self.look(wait=5)
            self.after = answer["latest"]
            read += answer["lines"]
        return read


def words(lines: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(line["author"], line["text"]) for line in lines]


@pytest.fixture
async def bot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WebBot]:
    monkeypatch.setenv("BOT_MAX_FILE_MB", "1")
    async with WebBot(tmp_path) as bot:
        yield bot


@pytest.fixture
async def page(bot: WebBot) -> AsyncIterator[Page]:
    async with client(bot.url) as http:
        yield Page(http)


async def test_text_and_answer(page: Page, bot: WebBot) -> None:
    assert await page.send("k1", text="  привет\r\nдва\x00  ") == {"seq": 1}

    lines = await page.read(2)

    assert words(lines) == [("person", "привет\nдва"), ("bot", "Понял: привет\nдва")]
    assert [(line["seq"], line["key"], line["buttons"]) for line in lines] == [(1, "k1", []), (2, None, [])]
    assert lines[0]["at"] == pytest.approx(time.time(), abs=10)


async def test_repeated_key_is_one_message(page: Page, bot: WebBot) -> None:
    answers = await asyncio.gather(*(page.send("k1", text="привет") for _ in range(20)))

    assert sorted(answer.get("repeated", False) for answer in answers) == [False] + [True] * 19
    assert {answer["seq"] for answer in answers} == {1}
    await page.send("k2", text="ещё")
    assert words(await page.read(4)) == [
        ("person", "привет"),
        ("bot", "Понял: привет"),
        ("person", "ещё"),
        ("bot", "Понял: ещё"),
    ]
    assert bot.agent.heard == ["привет", "ещё"]


async def test_lines_stand_in_the_order_they_were_sent(page: Page, bot: WebBot) -> None:
    for number in range(8):
        await page.send(f"k{number}", text=str(number))

    lines = await page.read(16)

    assert [line["text"] for line in lines if line["author"] == "person"] == [str(n) for n in range(8)]
    assert bot.agent.heard == [str(n) for n in range(8)]


async def test_button(page: Page, bot: WebBot) -> None:
    await page.send("k1", text="спроси")
    question = (await page.read(2))[1]
    yes, no = question["buttons"]
    assert (yes["title"], no["title"]) == ("Да, запускай", "Нет")

    await page.send("k2", button=yes["token"])
    assert words(await page.read(2)) == [("person", "Да, запускай"), ("bot", "Понял: /affirm")]

    # Its neighbour was used up with it, but what the person pressed is still told.
    await page.send("k3", button=no["token"])
    assert words(await page.read(2)) == [("person", "Нет"), ("bot", "Понял: /stale_button")]


async def test_unknown_button_has_no_line_and_an_answer(page: Page) -> None:
    assert await page.send("k1", button="AAAAAAAAAAAAAAAA") == {"seq": None}
    assert words(await page.read(1)) == [("bot", "Понял: /stale_button")]


async def test_a_later_message_ends_the_waiting(page: Page, bot: WebBot) -> None:
    await page.send("k1", text="привет")
    await page.read(2)
    began = time.monotonic()
    waiting = asyncio.create_task(page.look(wait=25))
    await asyncio.sleep(0.5)
    assert not waiting.done()

    await bot.ledger.notices.add("web:owner", "finished")

    answer = await waiting
    assert words(answer["lines"]) == [("bot", "Обзвон закончен.")]
    assert time.monotonic() - began < 20


async def test_waiting_without_news_ends_in_time(page: Page) -> None:
    began = time.monotonic()
    answer = await page.look(wait=1)
    assert 0.9 < time.monotonic() - began < 20
    assert (answer["lines"], answer["latest"], answer["reset"], answer["typing"]) == ([], 0, False, False)


async def test_typing_comes_and_goes(page: Page) -> None:
    await page.send("k1", text="подумай 1")
    await page.read(1)

    began = await page.look(wait=5)
    assert (began["lines"], began["typing"]) == ([], True)
    ended = await page.look(wait=5, typing=1)
    if not ended["lines"]:  # the sign may go a moment before the answer is asked for
        ended = await page.look(wait=5)
    assert words(ended["lines"]) == [("bot", "Подумал.")]
    assert (await page.look(typing=1))["typing"] is False


async def test_a_quick_turn_does_not_show_typing(page: Page) -> None:
    await page.send("k1", text="привет")
    answer = await page.look(wait=5, after=1)
    assert (words(answer["lines"]), answer["typing"]) == ([("bot", "Понял: привет")], False)


async def test_a_new_page_gets_the_last_lines(page: Page, bot: WebBot) -> None:
    for number in range(1, 251):
        await bot.ledger.transcript.add("web:owner", "bot", f"строка {number}")
    await bot.ledger.transcript.add("telegram:5", "bot", "чужое")

    first = await page.look()
    assert [line["text"] for line in first["lines"]] == [f"строка {number}" for number in range(51, 251)]

    # Away for more lines than are given at once: the page must not show a talk with a hole in it.
    missed = await page.look(after=20, talk=first["talk"])
    assert (missed["reset"], len(missed["lines"]), missed["latest"]) == (True, 200, 250)
    few = await page.look(after=248, talk=first["talk"])
    assert (few["reset"], [line["seq"] for line in few["lines"]]) == (False, [249, 250])


async def test_a_page_of_another_ledger_starts_anew(page: Page) -> None:
    assert await page.look(after=7) == {**(await page.look()), "reset": True}

    await page.send("k1", text="привет")
    await page.read(2)
    beyond = await page.look(after=99)
    assert (beyond["reset"], beyond["latest"], len(beyond["lines"])) == (True, 2, 2)
    # The number fits by chance; the name of the talk does not.
    other = await page.look(after=1, talk="0123456789abcdef")
    assert (other["reset"], other["latest"], len(other["lines"])) == (True, 2, 2)


async def test_killed_between_the_line_and_the_claim(page: Page, bot: WebBot) -> None:
    # What such a process leaves behind; the page got no answer and sends again.
    await bot.ledger.transcript.add("web:owner", "person", "привет", client_key="k1")

    assert await page.send("k1", text="привет") == {"seq": 1}

    assert words(await page.read(2)) == [("person", "привет"), ("bot", "Понял: привет")]


async def test_stopped_in_the_middle_of_a_turn(tmp_path: Path) -> None:
    async with WebBot(tmp_path) as bot, client(bot.url) as http:
        bot.agent.handle_message = hang  # type: ignore[method-assign]
        await Page(http).send("k1", text="привет")

    async with WebBot(tmp_path) as bot, client(bot.url) as http:
        page = Page(http)
        assert await page.send("k1", text="привет") == {"seq": 1, "repeated": True}
        assert words(await page.read(2)) == [("person", "привет"), ("bot", "Понял: привет")]
        assert bot.agent.heard == ["привет"]


async def hang(_message: object) -> None:
    await asyncio.sleep(60)


async def test_a_page_that_goes_away_while_sending_is_answered(page: Page, bot: WebBot) -> None:
    claim, gone = bot.ledger.inbox.claim, asyncio.Event()

    async def slow_claim(*arguments: Any) -> Any:
        await gone.wait()
        return await claim(*arguments)

    bot.ledger.inbox.claim = slow_claim  # type: ignore[method-assign]
    with pytest.raises(httpx.ReadTimeout):
        await page.http.post(WEBHOOK, json={"key": "k1", "text": "привет"}, timeout=0.5)
    gone.set()

    assert words(await page.read(2)) == [("person", "привет"), ("bot", "Понял: привет")]


async def test_database_down(page: Page, bot: WebBot) -> None:
    async def broken(*_arguments: Any) -> Any:
        raise OperationalError("INSERT", {}, Exception("disk I/O error"))

    find, bot.ledger.transcript.find = bot.ledger.transcript.find, broken  # type: ignore[method-assign]
    answer = await page.http.post(WEBHOOK, json={"key": "k1", "text": "привет"})
    assert (answer.status_code, answer.json()) == (503, {"error": "storage"})

    bot.ledger.transcript.find = find  # type: ignore[method-assign]
    claim, bot.ledger.inbox.claim = bot.ledger.inbox.claim, broken  # type: ignore[method-assign]
    answer = await page.http.post(WEBHOOK, json={"key": "k1", "text": "привет"})
    assert (answer.status_code, answer.json()) == (503, {"error": "storage"})

    bot.ledger.inbox.claim = claim  # type: ignore[method-assign]
    assert await page.send("k1", text="привет") == {"seq": 1}
    assert words(await page.read(2)) == [("person", "привет"), ("bot", "Понял: привет")]

    bot.ledger.transcript.after = broken  # type: ignore[method-assign]
    assert (await page.http.get(MESSAGES)).status_code == 503


async def test_a_turn_that_the_database_left_is_answered_when_it_is_back(page: Page, bot: WebBot) -> None:
    """The chat's own lines are kept there too: the apology comes late."""
    add, done = bot.ledger.transcript.add, bot.ledger.inbox.done
    left = asyncio.Event()

    async def broken(*_arguments: Any, **_more: Any) -> Any:
        raise OperationalError("INSERT", {}, Exception("server closed"))

    def forget() -> None:
        bot.ledger.transcript.add = broken  # type: ignore[method-assign]
        bot.ledger.inbox.done = broken  # type: ignore[method-assign]
        left.set()

    bot.agent.forgetting = forget
    await page.send("k1", text="забудь")
    await left.wait()
    await asyncio.sleep(0.3)
    bot.ledger.transcript.add = add  # type: ignore[method-assign]
    bot.ledger.inbox.done = done  # type: ignore[method-assign]
    lines = await page.read(2)
    assert words(lines) == [("person", "забудь"), ("bot", "Памяти нет.")]
    await page.send("k2", text="привет")
    assert words(await page.read(2)) == [("person", "привет"), ("bot", "Понял: привет")]


@pytest.mark.parametrize(
    ("headers", "body", "status", "error"),
    [
        pytest.param(
            {"content-type": "text/plain"}, b'{"key": "k", "text": "x"}', 415, "content_type", id="plain text"
        ),
        pytest.param({"origin": "https://evil.example"}, b'{"key": "k", "text": "x"}', 403, "origin", id="other site"),
        pytest.param({"sec-fetch-site": "cross-site"}, b'{"key": "k", "text": "x"}', 403, "origin", id="cross-site"),
        pytest.param({"host": "evil.example"}, b'{"key": "k", "text": "x"}', 403, "door", id="DNS rebinding"),
        pytest.param({"x-forwarded-for": "8.8.8.8"}, b'{"key": "k", "text": "x"}', 403, "door", id="through a proxy"),
        pytest.param({}, b'{"key": "k"}', 400, "content", id="no content"),
        pytest.param({}, b"[]", 400, "json", id="not an object"),
        pytest.param({}, b" " * (MEGABYTE + 256 * 1024 + 1), 413, "too_long", id="too long"),
        pytest.param({}, b"x" * 5_000_000, 413, "too_long", id="far too long"),
    ],
)
async def test_refused_message(
    page: Page, bot: WebBot, headers: dict[str, str], body: bytes, status: int, error: str
) -> None:
    sent = {"content-type": "application/json", **headers}
    answer = await page.http.post(WEBHOOK, content=body, headers=sent)
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert bot.agent.heard == []
    assert (await page.look())["lines"] == []


async def test_a_body_of_unknown_length_is_bounded(page: Page) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _chunk in range(100):
            yield b"x" * 65_536

    answer = await page.http.post(WEBHOOK, content=endless(), headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert (await page.look())["lines"] == []


async def test_longest_body_is_taken(page: Page, bot: WebBot) -> None:
    frame = len('{"key": "k1", "text": ""}')
    for key, blanks, taken in (("k1", 256 * 1024 - frame, True), ("k2", 0, False)):
        # What is longer than a file is not taken either, whatever stands around it.
        body = f'{{"key": "{key}", "text": "' + "x" * (MEGABYTE + (not taken)) + '"}' + " " * blanks
        answer = await page.http.post(WEBHOOK, content=body, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()) == ((200, {"seq": 1}) if taken else (413, {"error": "too_long"}))


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        pytest.param({"host": "evil.example"}, {}, 403, id="DNS rebinding"),
        pytest.param({"sec-fetch-site": "cross-site"}, {}, 403, id="other site"),
        pytest.param({}, {"after": "x"}, 400, id="no number"),
    ],
)
async def test_refused_question(page: Page, headers: dict[str, str], query: dict[str, str], status: int) -> None:
    answer = await page.http.get(MESSAGES, params=query, headers=headers)
    assert answer.status_code == status


async def test_open_door_page(page: Page, bot: WebBot) -> None:
    bot.channel.sandbox_page = 'http://127.0.0.1:9/?a=1&b="2"'
    answer = await page.http.get("/chat")

    assert answer.status_code == 200
    assert 'href="http://127.0.0.1:9/?a=1&amp;b=&quot;2&quot;"' in answer.text
    assert "{{" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    for address in re.findall(r'(?:href|src)="(/[^"]+)"', answer.text):
        file = await page.http.get(address)
        assert (file.status_code, file.headers["x-content-type-options"]) == (200, "nosniff"), address
    assert (await page.http.get("/chat/web.py")).status_code == 404
    assert (await page.http.get("/chat/..%2fweb.py")).status_code == 404
    assert await bot.channel.address("127.0.0.1", bot.port) == f"{bot.url}/chat"
    assert (await page.http.get("/chat", headers={"host": "evil.example"})).status_code == 403


async def test_token_door(tmp_path: Path) -> None:
    async with (
        WebBot(tmp_path, open_door=False) as bot,
        client(bot.url) as http,
    ):
        address = await bot.channel.address("127.0.0.1", bot.port)
        token = address.partition("?token=")[2]
        assert len(token) >= 32

        for path in ("/chat", "/chat?token=", f"/chat?token={token[:-1]}", f"/chat?token={token}x"):
            answer = await http.get(path)
            assert answer.status_code == 401, path
            assert "set-cookie" not in answer.headers
            assert token not in answer.text
            assert "refresh" not in answer.headers
        assert (await http.get(MESSAGES)).status_code == 401
        assert (await http.post(WEBHOOK, json={"key": "k", "text": "x"})).status_code == 401

        answer = await http.get(address)
        assert (answer.status_code, answer.headers["location"]) == (303, "/chat")
        cookie = answer.headers["set-cookie"]
        for attribute in ("HttpOnly", "SameSite=Strict", "Path=/", f"Max-Age={30 * 24 * 3600}"):
            assert attribute in cookie
        assert "Secure" not in cookie

        assert (await http.get("/chat")).status_code == 200
        assert (await http.get("/chat?token=wrong")).status_code == 401
        page = Page(http)
        await page.send("k1", text="привет")
        assert words(await page.read(2))[1] == ("bot", "Понял: привет")
        foreign = await http.post(WEBHOOK, json={"key": "k2", "text": "x"}, headers={"origin": "https://evil.example"})
        assert foreign.status_code == 403

        https = await http.get(address, headers={"x-forwarded-proto": "https"})
        assert "Secure" in https.headers["set-cookie"]

    # The address that was printed yesterday opens today's bot.
    async with WebBot(tmp_path, open_door=False) as again:
        assert (await again.channel.address("127.0.0.1", 1)).partition("?token=")[2] == token


async def test_a_link_on_another_site_gets_a_second_chance(tmp_path: Path) -> None:
    async with (
        WebBot(tmp_path, open_door=False) as bot,
        client(bot.url) as http,
    ):
        answer = await http.get("/chat", headers={"sec-fetch-site": "cross-site"})
        assert (answer.status_code, answer.headers["refresh"]) == (401, "0; url=/chat")


async def test_a_waiting_page_does_not_hold_up_the_stop(tmp_path: Path) -> None:
    bot = WebBot(tmp_path)
    await bot.start()
    async with client(bot.url) as http:
        waiting = [asyncio.create_task(http.get(MESSAGES, params={"wait": 25})) for _ in range(3)]
        await asyncio.sleep(0.3)
        assert await bot.stop() < 15
        assert {(await each).status_code for each in waiting} == {503}


async def test_language_of_the_browser_goes_along(page: Page, bot: WebBot) -> None:
    kept: list[str | None] = []
    receive = bot.channel.reception.receive

    async def note(incoming: Any) -> bool:
        kept.append(incoming.language)
        return await receive(incoming)

    bot.channel.reception.receive = note  # type: ignore[method-assign]
    await page.http.post(WEBHOOK, json={"key": "k1", "text": "hi"}, headers={"accept-language": "en-GB,en;q=0.9"})
    assert kept == ["en-GB"]
