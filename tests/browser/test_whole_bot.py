"""A newcomer's first look: the real bot, the built-in sandbox, the page in Chromium, nothing configured."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.bot_process import BotProcess
from tests.browser.chromium import ENTER, Chromium, until

pytestmark = [pytest.mark.browser, pytest.mark.rasa]


@pytest.fixture(scope="module")
def running(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotProcess]:
    bot = BotProcess(tmp_path_factory.mktemp("whole"))
    asyncio.run(bot.start())
    yield bot
    assert asyncio.run(bot.stop()) == 0


def said(browser: Chromium) -> str:
    return str(browser.run("return document.querySelector('[role=log]').innerText"))


def test_the_scenario_of_the_readme(browser: Chromium, running: BotProcess) -> None:
    browser.open(f"{running.url}/chat")

    def say(text: str) -> None:
        field = until(lambda: browser.find("textarea"), "the text field")
        field.type(text)
        browser.keys(ENTER)

    def hear(part: str) -> None:
        until(lambda: part in said(browser), f"«{part}»")

    def press(label: str) -> None:
        def button() -> bool:
            for found in browser.find_all("[role=log] button"):
                if found.text == label and found.enabled:
                    found.click()
                    return True
            return False

        until(button, f"the button «{label}»")

    say("создай обзвон Весенняя акция")
    hear("Задание «Весенняя акция» создано, id: ")
    say("8 916 123-45-67, +7 (903) 111-22-33")
    hear("Всего в задании: 2. Ещё номер?")
    press("Нет, это все")
    hear("Запустить обзвон? Звонки платные.")
    say("да")
    hear("Обзвон «Весенняя акция» запущен")
    hear("Обзвон «Весенняя акция» завершён. Номеров: 2, звонков: 2.")

    page = re.search(r"Its tasks: (\S+)", running.log)
    assert page is not None
    assert page[1] in [str(link.property("href")) for link in browser.find_all("a")]
    tasks = httpx.get(page[1] + "tasks.json").json()
    assert "Весенняя акция" in str(tasks)
    assert "79161234567" not in str(tasks)


def test_pages_fit_a_phone(browser: Chromium, running: BotProcess, tmp_path: Path) -> None:
    browser.screen(375, 740, phone=True)
    browser.open(f"{running.url}/chat")
    until(lambda: "Весенняя акция" in said(browser), "the talk so far")
    assert browser.run("return document.documentElement.scrollWidth <= window.innerWidth")
    assert [line for line in browser.console() if "SEVERE" in line] == []
    browser.screenshot(tmp_path / "chat.png")
    assert (tmp_path / "chat.png").stat().st_size > 5_000
