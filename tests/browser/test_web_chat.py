"""The web chat as a person meets it: Chromium, a keyboard, a thumb, a lost connection."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import ENTER, SHIFT, SPACE, TAB, Chromium, Element, until
from tests.browser.conftest import RunningBot

pytestmark = [pytest.mark.browser, pytest.mark.rasa]

ROOT = Path(__file__).parents[2]
HOSTILE = [
    "a_b<c>*",
    "<script>window.hacked = 1</script>",
    "<img src=x onerror=window.hacked=1>",
    "&lt;b&gt; &amp; \"кавычки\" 'апостроф'",
    "[ссылка](javascript:window.hacked=1) http://evil.example/ `код` **жирно**",
    "{{constructor}} ${window.hacked=1} {slot} %s \\u003cb\\u003e",
    "слева \u202eсправа налево\u202c и обратно",
    "й" * 300,
    "👩‍👩‍👧 эмодзи и й из двух знаков",
]
# What is new on the page has moved into its place.
STILL = "return document.getAnimations().every((each) => each.animationName !== 'appear')"


class Chat:
    """The page, in a person's words."""

    def __init__(self, browser: Chromium, bot_url: str) -> None:
        self.browser = browser
        self._url = f"{bot_url}/chat"

    def open(self) -> Chat:
        self.browser.open(self._url)
        until(
            lambda: self.browser.run("return document.querySelector('[aria-live=polite]') !== null"),
            "the page is ready",
        )
        return self

    @property
    def field(self) -> Element:
        return self.browser.find("textarea")

    @property
    def status(self) -> str:
        return str(self.browser.run("return document.getElementById('connection').textContent"))

    @property
    def messages(self) -> list[tuple[str, str]]:
        """(author, text) of every message, in the order of the page."""
        found = self.browser.run(
            "return [...document.querySelectorAll('.message')].map((message) =>"
            " [message.querySelector('.unseen').textContent, message.querySelector('.text').textContent])"
        )
        return [(author.strip(" :"), text) for author, text in found]

    @property
    def choices(self) -> list[Element]:
        return self.browser.find_all("#log button")

    @property
    def open_choices(self) -> list[str]:
        return [choice.text for choice in self.choices if choice.enabled]

    def say(self, text: str) -> None:
        self.browser.run("document.querySelector('textarea').focus()")
        for index, line in enumerate(text.split("\n")):
            if index:
                self.browser.keys(ENTER, holding=SHIFT)
            self.field.type(line)
        self.browser.keys(ENTER)

    def expect(self, *messages: tuple[str, str]) -> None:
        """The talk becomes exactly this, and a moment later it still is."""
        until(lambda: self.messages == list(messages), f"the talk is {messages}; it is {self.messages}")
        time.sleep(0.3)
        assert self.messages == list(messages)


@pytest.fixture
def chat(browser: Chromium, bot: RunningBot) -> Chat:
    return Chat(browser, bot.url).open()


def test_first_look(chat: Chat, browser: Chromium) -> None:
    assert browser.run("return document.documentElement.lang") == "ru"
    assert browser.run("return document.title") == "Бот обзвона TWIN"
    assert "создай обзвон Весенняя акция" in browser.find("#empty").text
    assert (chat.field.role, chat.field.name) == ("textbox", "Сообщение боту")
    assert browser.find("#send").name == "Отправить"
    log = browser.find("#log")
    assert (log.role, log.name) == ("log", "Сообщения")
    link = browser.find("a")
    assert (link.role, link.name) == ("link", "Что видит TWIN (откроется в новой вкладке)")
    assert [starter.name for starter in browser.find_all("#starters button")] == [
        "Создать обзвон",
        "Мои обзвоны",
        "Что ты умеешь?",
    ]

    browser.find("#starters button").click()

    chat.expect(("Вы", "Создать обзвон"), ("Бот", "Понял: Создать обзвон"))
    assert not browser.find("#empty").shown
    assert browser.focused == chat.field


def test_talk(chat: Chat, browser: Chromium) -> None:
    chat.say("первая\nвторая  строка")
    chat.expect(("Вы", "первая\nвторая  строка"), ("Бот", "Понял: первая\nвторая  строка"))
    assert chat.field.property("value") == ""
    assert browser.find(".message.person .text").text.split("\n") == ["первая", "вторая  строка"]

    chat.field.type("мышью")
    browser.find("#send").click()
    until(lambda: len(chat.messages) == 4, "the second message is answered")

    chat.say("   ")
    time.sleep(0.3)
    assert len(chat.messages) == 4

    browser.reload()
    until(lambda: len(chat.messages) == 4, "the page that is opened again shows the talk")


def test_choices(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    chat.say("спроси")
    until(lambda: chat.open_choices == ["Да, запускай", "Нет"], "there are two choices")
    first, second = (browser.run("return arguments[0].getBoundingClientRect().toJSON()", at(c)) for c in chat.choices)
    assert first["left"] == second["left"]
    assert first["bottom"] <= second["top"]
    assert browser.find(".choices").role == "group"

    chat.choices[0].click()

    chat.expect(("Вы", "спроси"), ("Бот", "Запускать?"), ("Вы", "Да, запускай"), ("Бот", "Понял: /affirm"))
    assert chat.choices == []
    assert browser.focused == chat.field
    assert bot.heard == ["спроси", "/affirm"]


def test_a_pressed_choice_cannot_be_pressed_again(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    chat.say("спроси")
    until(lambda: chat.open_choices, "there are choices")
    bot.stop()  # the answer takes its time

    browser.run("const [yes, no] = document.querySelectorAll('#log button'); yes.click(); yes.click(); no.click()")

    until(lambda: chat.choices and not chat.open_choices, "no choice can be pressed")
    bot.start()
    chat.expect(("Вы", "спроси"), ("Бот", "Запускать?"), ("Вы", "Да, запускай"), ("Бот", "Понял: /affirm"))


def test_only_the_latest_choices_are_there(chat: Chat) -> None:
    chat.say("спроси")
    until(lambda: chat.open_choices, "there are choices")
    chat.say("спроси")
    until(lambda: len(chat.messages) == 4, "the bot has asked again")
    assert chat.open_choices == ["Да, запускай", "Нет"]
    chat.say("привет")
    until(lambda: len(chat.messages) == 6, "the talk went on")
    assert chat.choices == []


def test_news_do_not_take_the_choices_away(chat: Chat, bot: RunningBot) -> None:
    chat.say("спроси")
    until(lambda: chat.open_choices, "there are choices")
    bot.run(bot.bot.ledger.notices.add("web:owner", "finished"))
    chat.expect(("Вы", "спроси"), ("Бот", "Запускать?"), ("Бот", "Обзвон закончен."))
    assert chat.open_choices == ["Да, запускай", "Нет"]


def test_a_later_message_appears_by_itself(chat: Chat) -> None:
    chat.say("позже")
    chat.expect(("Вы", "позже"), ("Бот", "Скажу, когда закончу."), ("Бот", "Обзвон закончен."))


def test_typing(chat: Chat, browser: Chromium) -> None:
    sign = browser.find("#typing")
    assert not sign.shown
    chat.say("подумай 1.5")
    until(lambda: sign.shown, "the bot is shown typing")
    assert "печатает" in sign.text
    chat.expect(("Вы", "подумай 1.5"), ("Бот", "Подумал."))
    until(lambda: not sign.shown, "the sign is gone")


def test_lost_connection(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    chat.say("до")
    chat.expect(("Вы", "до"), ("Бот", "Понял: до"))

    bot.stop()
    until(lambda: chat.status == "Нет связи с ботом, пробую снова…", "the lost connection is told")
    assert browser.find("#connection").role == "status"
    chat.say("один")
    chat.say("два")
    chat.expect(("Вы", "до"), ("Бот", "Понял: до"), ("Вы", "один"), ("Вы", "два"))
    assert [sending.text for sending in browser.find_all(".sending .foot")] == ["отправляется"] * 2

    bot.start()
    until(lambda: chat.status == "Связь восстановлена", "the connection is back")
    talk = [
        ("Вы", "до"),
        ("Бот", "Понял: до"),
        ("Вы", "один"),
        ("Бот", "Понял: один"),
        ("Вы", "два"),
        ("Бот", "Понял: два"),
    ]
    until(lambda: sorted(chat.messages) == sorted(talk), "both messages are answered")
    assert browser.find_all(".sending") == []
    assert bot.heard == ["до", "один", "два"]
    until(lambda: chat.status == "", "the good news go away")

    browser.reload()
    until(lambda: sorted(chat.messages) == sorted(talk), "nothing was lost or doubled")
    time.sleep(1)
    assert bot.heard == ["до", "один", "два"]


def test_unsent_message_outlives_the_page(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    bot.stop()
    chat.say("важное")
    until(lambda: chat.messages == [("Вы", "важное")], "the message is shown at once")
    browser.open("about:blank")

    bot.start()
    chat.open()

    chat.expect(("Вы", "важное"), ("Бот", "Понял: важное"))
    assert bot.heard == ["важное"]


def test_lost_answer_is_not_a_second_message(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    # The bot takes the message; what it answers does not arrive.
    browser.run(
        "const real = window.fetch; let first = true;"
        "window.fetch = async (url, options) => {"
        "  const answer = await real(url, options);"
        "  if (options.method === 'POST' && first) { first = false; throw new TypeError('cut'); }"
        "  return answer;"
        "};"
    )
    chat.say("привет")
    chat.expect(("Вы", "привет"), ("Бот", "Понял: привет"))
    until(lambda: browser.run("return localStorage.length") == 0, "the message was sent again and is confirmed")
    assert bot.heard == ["привет"]
    assert chat.messages == [("Вы", "привет"), ("Бот", "Понял: привет")]


def test_old_unsent_message_waits_for_the_person(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    def leave(key: str, minutes: int) -> None:
        browser.run(
            "const [key, minutes] = arguments;"
            "localStorage.setItem('rasa-twin24.unsent.' + key,"
            " JSON.stringify({ key, text: key, title: key, at: Date.now() - minutes * 60000 }))",
            key,
            minutes,
        )

    leave("stale1", 16)
    leave("stale2", 17)
    leave("recent", 14)
    chat.open()

    until(lambda: bot.heard == ["recent"], "the recent one is sent")
    until(lambda: [held.text for held in browser.find_all(".held .foot")] == ["не отправлено"] * 2, "the old are held")
    group = browser.find(".held .choices")
    assert (group.role, group.name) == ("group", "Что сделать с сообщением")
    assert chat.messages[-2:] == [("Вы", "stale2"), ("Вы", "stale1")]

    chat.choices[1].click()  # "Убрать" of the older
    until(lambda: chat.messages[-1:] == [("Вы", "stale1")] and len(browser.find_all(".held")) == 1, "one is gone")
    chat.choices[0].click()  # "Отправить" of the other
    until(lambda: bot.heard == ["recent", "stale1"], "the other is sent")
    assert browser.run("return localStorage.length") == 0


def test_two_tabs_show_one_talk(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    first = browser.new_tab()
    second = str(browser.ask("GET", "/window"))
    try:
        other = Chat(browser, bot.url).open()
        other.say("из второй")
        talk = [("Вы", "из второй"), ("Бот", "Понял: из второй")]
        other.expect(*talk)
        browser.turn_to(first)
        chat.expect(*talk)
        chat.say("спроси")
        until(lambda: chat.open_choices, "there are choices")
        browser.turn_to(second)
        until(lambda: other.open_choices == ["Да, запускай", "Нет"], "the other tab has them too")
    finally:
        browser.turn_to(second)
        browser.ask("DELETE", "/window")
        browser.turn_to(first)
    assert bot.heard == ["из второй", "спроси"]


def test_hostile_texts(chat: Chat, browser: Chromium) -> None:
    for text in HOSTILE:
        # Not typed key by key: the driver knows no emoji, and a paste is how such texts come.
        browser.run("document.querySelector('textarea').value = arguments[0]", text)
        browser.keys(ENTER)
    expected = [message for text in HOSTILE for message in (("Вы", text), ("Бот", f"Понял: {text}"))]
    until(lambda: len(chat.messages) == len(expected), "all is answered")
    assert sorted(chat.messages) == sorted(expected)
    assert browser.run("return window.hacked") is None
    tags = browser.run(
        "return [...new Set([...document.querySelectorAll('.message *')].map((e) => e.localName))].sort()"
    )
    assert tags == ["div", "p", "span"]


def test_phone_numbers_are_not_broken(chat: Chat, browser: Chromium) -> None:
    browser.screen(320, 640, phone=True)
    numbers = "+7 916 123-45-67, 8 (495) 111-22-33, 89161234567"
    chat.say(numbers)
    chat.expect(("Вы", numbers), ("Бот", f"Понял: {numbers}"))
    heights = browser.run("return [...document.querySelectorAll('.number')].map((e) => e.getClientRects().length)")
    assert heights == [1] * 6


def test_keyboard_alone(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    browser.keys(*"спроси", ENTER)  # the field has the focus from the start
    until(lambda: chat.open_choices, "there are choices")

    order = []
    while len(order) < 7:
        browser.keys(TAB)
        if browser.run("return document.activeElement === document.body"):
            continue  # between the page's end and its beginning
        order.append(browser.focused.name)
        ring = browser.run("return getComputedStyle(document.activeElement).outlineStyle")
        assert ring == "solid", f"no ring around {order[-1]}"
    assert order == [
        "Отправить",  # what follows the field
        "Что видит TWIN (откроется в новой вкладке)",
        "Разговор с ботом",
        "Да, запускай",
        "Нет",
        "Прикрепить файл с номерами",
        "Сообщение боту",
    ]

    while browser.focused.name != "Нет":
        browser.keys(TAB)
    browser.keys(SPACE)
    chat.expect(("Вы", "спроси"), ("Бот", "Запускать?"), ("Вы", "Нет"), ("Бот", "Понял: /deny"))
    assert browser.focused == chat.field
    browser.keys(*"ok", ENTER)
    until(lambda: bot.heard[-1] == "ok", "the talk goes on without a mouse")


def test_what_is_confirmed_is_not_read_out_twice(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    chat.say("до")
    until(lambda: len(chat.messages) == 2, "answered")
    bot.stop()
    chat.say("привет")
    until(lambda: len(chat.messages) == 3, "shown at once")
    browser.run(
        "window.added = [];"
        "new MutationObserver((changes) => changes.forEach((change) =>"
        "  change.addedNodes.forEach((node) => window.added.push(node.textContent))))"
        ".observe(document.getElementById('log'), { childList: true });"
    )
    bot.start()
    until(lambda: len(chat.messages) == 4, "answered after the break")
    time.sleep(0.3)
    assert [text[:12] for text in browser.run("return window.added")] == ["Бот: Понял: "]


@pytest.mark.parametrize("width", [320, 390, 768])
def test_narrow_screen(chat: Chat, browser: Chromium, width: int) -> None:
    browser.screen(width, 640, phone=True)
    chat.say("спроси")
    until(lambda: chat.open_choices, "there are choices")
    chat.say("1234567890" * 40)
    chat.say("спроси")
    until(lambda: len(chat.messages) == 6, "answered")
    until(lambda: browser.run(STILL), "nothing moves")
    assert browser.run("return document.documentElement.scrollWidth") == width
    assert browser.run("const e = document.getElementById('scroll'); return e.scrollWidth <= e.clientWidth")
    assert browser.run("return document.documentElement.scrollHeight") <= 640
    # Below 16 px a phone zooms in on the field; below 44 px a thumb misses the button.
    assert browser.run("return parseFloat(getComputedStyle(document.querySelector('textarea')).fontSize)") >= 16
    small = browser.run(
        "return [...document.querySelectorAll('button')].filter((e) => e.offsetParent && e.offsetHeight < 44)"
        ".map((e) => e.textContent)"
    )
    assert small == []


def test_a_touch_does_not_bring_up_the_keyboard(chat: Chat, browser: Chromium) -> None:
    browser.screen(390, 844, phone=True)
    chat.say("спроси")
    until(lambda: chat.open_choices, "there are choices")
    browser.run("document.activeElement.blur()")
    box = browser.run("return arguments[0].getBoundingClientRect().toJSON()", at(chat.choices[0]))
    point = {"x": box["x"] + 20, "y": box["y"] + 20}
    browser.devtools("Input.dispatchTouchEvent", type="touchStart", touchPoints=[point])
    browser.devtools("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    until(lambda: len(chat.messages) == 4, "the choice is answered")
    assert browser.run("return document.activeElement === document.body")


def test_reading_back_is_not_disturbed(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    chat.say("много 60")
    until(lambda: len(chat.messages) == 61, "there is much to read")
    place = "return document.getElementById('scroll').scrollTop"
    end = "const e = document.getElementById('scroll'); return e.scrollHeight - e.clientHeight - e.scrollTop < 2"
    assert browser.run(end), "new lines are followed"

    browser.run("document.getElementById('scroll').scrollTop = 100")
    down = browser.find("#down")
    until(lambda: down.shown, "there is a way back down")
    bot.run(bot.bot.ledger.notices.add("web:owner", "finished"))
    until(lambda: len(chat.messages) == 62, "news came")
    assert browser.run(place) == 100
    assert down.name == "К последним сообщениям"
    down.click()
    until(lambda: browser.run(end) and not down.shown, "at the end again")


def test_too_long_message_stays_in_the_field(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    browser.run("document.querySelector('textarea').value = 'я'.repeat(530000)")
    browser.find("#send").click()
    trouble = browser.find("#trouble")
    until(lambda: trouble.shown, "the page says so")
    assert (trouble.role, trouble.text) == ("alert", "Сообщение слишком длинное. Отправьте его по частям.")
    assert browser.run("return document.querySelector('textarea').value.length") == 530_000
    assert bot.heard == []


def test_draft_outlives_a_reload(chat: Chat, browser: Chromium) -> None:
    chat.field.type("не дописал")
    browser.reload()
    until(lambda: chat.field.property("value") == "не дописал", "the draft is back")


def test_calm_and_dark(chat: Chat, browser: Chromium) -> None:
    dots = "return getComputedStyle(document.querySelector('.dots i')).animationName"
    colour = "return getComputedStyle(document.body).backgroundColor"
    assert browser.run(dots) == "beat"
    light = browser.run(colour)
    browser.devtools(
        "Emulation.setEmulatedMedia",
        features=[
            {"name": "prefers-reduced-motion", "value": "reduce"},
            {"name": "prefers-color-scheme", "value": "dark"},
        ],
    )
    assert browser.run(dots) == "none"
    assert browser.run(colour) != light


def test_token_door(browser: Chromium, closed_bot: RunningBot) -> None:
    browser.open(f"{closed_bot.url}/chat")
    assert browser.find("h1").text == "Чат закрыт"

    address = closed_bot.run(closed_bot.bot.channel.address("127.0.0.1", closed_bot.port))
    browser.open(address)

    assert browser.url == f"{closed_bot.url}/chat"
    chat = Chat(browser, closed_bot.url).open()
    chat.say("привет")
    chat.expect(("Вы", "привет"), ("Бот", "Понял: привет"))
    assert browser.run("return document.cookie") == ""
    assert not browser.find_all("a.sandbox")[0].shown

    browser.ask("DELETE", "/cookie")
    chat.say("ещё")
    until(lambda: chat.status.startswith("Чат закрыт."), "the page says what happened")
    browser.open(address)
    until(lambda: closed_bot.heard == ["привет", "ещё"], "what was unsent is sent once the door is open again")


def test_address_with_the_token_as_a_link_on_another_site(browser: Chromium, closed_bot: RunningBot) -> None:
    address = closed_bot.run(closed_bot.bot.channel.address("127.0.0.1", closed_bot.port))
    with foreign_site(f'<a href="{address}">chat</a>') as site:
        browser.open(site)
        browser.find("a").click()
        until(lambda: browser.url == f"{closed_bot.url}/chat" and browser.find_all("textarea"), "the chat is open")


def test_another_site_cannot_speak_for_the_person(browser: Chromium, bot: RunningBot) -> None:
    attack = f"""
      <form method="post" enctype="text/plain" action="{bot.url}/webhooks/web/webhook" target="frame">
        <input name='{{"key":"form","text":"да","x":"' value='"}}'>
      </form>
      <iframe name="frame"></iframe><iframe id="chat" src="{bot.url}/chat"></iframe>
      <script>
        document.forms[0].submit();
        const url = "{bot.url}/webhooks/web/webhook";
        const body = JSON.stringify({{ key: "fetch", text: "да" }});
        const json = {{ "Content-Type": "application/json" }};
        Promise.allSettled([
          fetch(url, {{ method: "POST", mode: "no-cors", body }}),
          fetch(url, {{ method: "POST", headers: json, body }}),
          fetch(url, {{ method: "POST", headers: json, body, credentials: "include" }}),
          fetch("{bot.url}/webhooks/web/messages?after=0").then((answer) => answer.text()),
        ]).then((results) => {{ window.results = results.map((result) => result.status); }});
      </script>"""
    with foreign_site(attack) as site:
        browser.open(site)
        results = until(lambda: browser.run("return window.results"), "all attacks are over")
        assert results == ["fulfilled", "rejected", "rejected", "rejected"]  # the first is told nothing
        time.sleep(0.5)
        browser.console()  # full of refusals, as it should be
    assert bot.heard == []
    Chat(browser, bot.url).open()
    assert browser.find_all(".message") == []


def test_killed_while_it_was_thinking(browser: Chromium, tmp_path: Path) -> None:
    with bot_process(tmp_path, 0) as (process, url):
        chat = Chat(browser, url).open()
        chat.say("подумай 2")
        until(lambda: chat.messages == [("Вы", "подумай 2")] and not browser.find_all(".sending"), "taken")
        process.kill()
        process.wait()
    until(lambda: chat.status.startswith("Нет связи"), "the lost connection is told")
    chat.say("ещё")
    with bot_process(tmp_path, int(url.rpartition(":")[2])):
        chat.expect(("Вы", "подумай 2"), ("Вы", "ещё"), ("Бот", "Подумал."), ("Бот", "Понял: ещё"))
        browser.open("about:blank")


def at(element: Element) -> dict[str, Any]:
    """An element as a script's argument."""
    return {"element-6066-11e4-a52e-4f735466cecf": element.id}


@contextmanager
def foreign_site(markup: str) -> Iterator[str]:
    """A page of somebody else; its name is another site to the browser than 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"<!doctype html><meta charset=utf-8>{markup}".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Not into the test's output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def bot_process(folder: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The scripted bot as a process of its own, which can be killed."""
    command = [sys.executable, "-m", "tests.channels.web_bot", str(port), str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.endswith("/chat"), "the bot did not start"
        yield process, address.removesuffix("/chat")
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.stdout.close()
