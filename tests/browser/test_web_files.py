"""Files in the web chat: chosen, dropped, pasted; with a keyboard, on a phone, over a lost connection."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.browser.chromium import ENTER, SPACE, TAB, Chromium, until
from tests.browser.conftest import RunningBot
from tests.browser.test_web_chat import STILL, Chat
from tests.channels.test_progress_lines import PHRASES

pytestmark = [pytest.mark.browser, pytest.mark.rasa]

LEAVE = """
  const event = new Event('beforeunload', { cancelable: true });
  dispatchEvent(event);
  return event.defaultPrevented;"""
FILE = ("Бот", "Понял: /provide_file")
CONTENT = "Имя;Телефон\r\nИван;+7 916 123-45-67\r\n"
DROP = """
  const transfer = new DataTransfer();
  for (const [name, content] of arguments[0]) transfer.items.add(new File([content], name));
  const event = (kind) => new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true });
  document.querySelector('#log').dispatchEvent(event('dragover'));
  window.shownWhileDragging = getComputedStyle(document.getElementById('drop')).display;
  document.querySelector('#log').dispatchEvent(event('drop'));
"""


@pytest.fixture
def chat(browser: Chromium, bot: RunningBot) -> Chat:
    return Chat(browser, bot.url).open()


def kept(bot: RunningBot) -> list[tuple[str, bytes]]:
    """Names and contents of the files that were heard of, in their order."""
    found = [bot.run(bot.bot.ledger.files.get("web:owner", file_id)) for file_id in bot.bot.agent.files]
    return [(file.name, file.content) for file in found if file is not None]


def trouble(browser: Chromium) -> str:
    return str(browser.run("return document.getElementById('trouble').textContent"))


def test_several_files_one_after_another(chat: Chat, browser: Chromium, bot: RunningBot, tmp_path: Path) -> None:
    names = ["база 1.csv", "<b>x & 8 916 123-45-67.txt"]
    for name in names:
        (tmp_path / name).write_text(CONTENT + name, "utf-8", newline="")
    browser.find("#files").type("\n".join(str(tmp_path / name) for name in names))

    until(lambda: len(chat.messages) == 4, "both are answered")
    assert sorted(chat.messages) == sorted([("Вы", names[0]), FILE, ("Вы", names[1]), FILE])
    assert kept(bot) == [(name, (CONTENT + name).encode()) for name in names]
    assert browser.run("return document.querySelectorAll('.message.person .attached').length") == 2
    assert browser.focused == chat.field


def test_a_file_is_dropped(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    browser.run(DROP, [["a.vcf", "1"], ["b.vcf", "2"]])

    until(lambda: kept(bot) == [("a.vcf", b"1"), ("b.vcf", b"2")], "both are there")
    assert browser.run("return window.shownWhileDragging") == "grid"
    assert not browser.find("#drop").shown


def test_what_cannot_be_sent_is_named_and_holds_up_no_other(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    browser.run(DROP, [["большой.csv", "x" * (2**20 + 1)], ["пустой.csv", ""], ["a.csv", "x" * 2**20]])

    until(lambda: trouble(browser), "the page says so")
    assert trouble(browser).split("\n") == [
        "Файл «большой.csv» больше 1 МБ, он не отправлен. Разделите его на части.",
        "Файл «пустой.csv» пустой, он не отправлен.",
    ]
    assert browser.find("#trouble").role == "alert"
    chat.expect(("Вы", "a.csv"), FILE)
    assert [(name, len(content)) for name, content in kept(bot)] == [("a.csv", 2**20)]
    chat.field.type("д")
    until(lambda: not browser.find("#trouble").shown, "it goes away with the next message")


def test_what_cannot_be_read(chat: Chat, browser: Chromium, bot: RunningBot, tmp_path: Path) -> None:
    # As a folder, or a file on a disk that was pulled out.
    browser.run("File.prototype.arrayBuffer = async () => { throw new DOMException('x', 'NotReadableError'); }")
    browser.run(DROP, [["папка", "x"]])
    until(lambda: trouble(browser).startswith("Файл «папка» не читается, он не отправлен."), "the page says so")
    assert bot.heard == []


def test_a_lower_limit_of_the_bot_is_told(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    bot.bot.channel.reception.attachments.most_bytes = 10  # set anew after the page was opened
    browser.run(DROP, [["a.csv", "x" * 11]])

    until(lambda: [held.text for held in browser.find_all(".held .foot")], "it is held")
    assert browser.find(".held .foot").text == "не отправлено: больше, чем можно"
    assert [choice.text for choice in chat.choices] == ["Убрать"]
    chat.choices[0].click()
    until(lambda: chat.messages == [], "it is gone")


def test_a_file_over_a_lost_connection(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    bot.stop()
    browser.run(DROP, [["a.csv", CONTENT]])
    chat.say("и ещё")
    until(lambda: chat.status.startswith("Нет связи"), "the lost connection is told")
    assert [sending.text for sending in browser.find_all(".sending .foot")] == ["отправляется"] * 2
    assert browser.run(LEAVE)

    bot.start()
    talk = sorted([("Вы", "a.csv"), FILE, ("Вы", "и ещё"), ("Бот", "Понял: и ещё")])
    until(lambda: sorted(chat.messages) == talk, "both are answered")
    assert bot.heard == ["/provide_file", "и ещё"]
    assert kept(bot) == [("a.csv", CONTENT.encode())]
    until(lambda: not browser.run(LEAVE), "the page can be left")


def test_a_lost_answer_is_not_a_second_file(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    browser.run(
        "const real = window.fetch; let first = true;"
        "window.fetch = async (url, options) => {"
        "  const answer = await real(url, options);"
        "  if (options.method === 'POST' && first) { first = false; throw new TypeError('cut'); }"
        "  return answer;"
        "};"
    )
    browser.run(DROP, [["a.csv", CONTENT]])
    chat.expect(("Вы", "a.csv"), FILE)
    time.sleep(1)
    assert bot.heard == ["/provide_file"]
    assert kept(bot) == [("a.csv", CONTENT.encode())]


def test_a_long_text_is_pasted(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    numbers = "\n".join(f"Иван, +7 916 {number:07}" for number in range(10_000))
    browser.run("document.querySelector('textarea').value = arguments[0]", numbers)
    browser.keys(ENTER)

    shown = numbers[:500].rstrip() + "…"
    until(lambda: chat.messages == [("Вы", shown), FILE], "the beginning is shown")
    assert kept(bot) == [("", numbers.encode())]
    assert browser.find_all(".attached") == []
    browser.reload()
    until(lambda: chat.messages == [("Вы", shown), FILE], "as it is kept")


def test_a_short_list_is_a_file_too(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    numbers = "\n".join(f"8916{number:07}" for number in range(31))
    browser.run("document.querySelector('textarea').value = arguments[0]", numbers)
    browser.keys(ENTER)
    chat.expect(("Вы", numbers), FILE)
    assert kept(bot) == [("", numbers.encode())]


def test_a_file_is_pasted_and_a_text_with_a_picture_is_a_text(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    paste = """
      const transfer = new DataTransfer();
      if (arguments[0]) transfer.items.add(arguments[0], 'text/plain');
      transfer.items.add(new File(['1'], 'a.csv'));
      const event = new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true });
      document.querySelector('textarea').dispatchEvent(event);
      return event.defaultPrevented;"""
    assert browser.run(paste, "8 916 123-45-67") is False
    assert browser.run(paste, "") is True
    chat.expect(("Вы", "a.csv"), FILE)


def test_keyboard_alone(chat: Chat, browser: Chromium) -> None:
    browser.run("window.opened = 0; document.getElementById('files').click = () => { window.opened += 1; }")
    for _ in range(12):
        browser.keys(TAB)
        if browser.focused.name == "Прикрепить файл с номерами":
            break
    assert browser.focused.role == "button"
    browser.keys(ENTER)
    browser.keys(SPACE)
    assert browser.run("return window.opened") == 2


@pytest.mark.parametrize("dark", [False, True])
def test_narrow_screen(chat: Chat, browser: Chromium, bot: RunningBot, dark: bool, tmp_path: Path) -> None:
    bot.bot.agent.responses.update(PHRASES)
    browser.screen(360, 640, phone=True, dark=dark)
    browser.run(DROP, [["Очень длинное имя файла с номерами клиентов Весенней акции 2026 года.xlsx", "x"]])
    until(lambda: len(chat.messages) == 2, "answered")
    bot.run(bot.bot.ledger.progress.show("a", "web:owner", "filling", done="100", of="10000"))
    until(lambda: chat.open_choices, "the line has its button")
    browser.run(DROP, [["большой " + "я" * 90 + ".csv", "x" * (2**20 + 1)]])
    until(lambda: trouble(browser), "the page says so")
    until(lambda: browser.run(STILL), "nothing moves")
    assert browser.run("return document.documentElement.scrollWidth") == 360
    assert browser.run("const e = document.getElementById('scroll'); return e.scrollWidth <= e.clientWidth")
    assert browser.run("return document.documentElement.scrollHeight") <= 640
    small = browser.run(
        "return [...document.querySelectorAll('button')].filter((e) => e.offsetParent && e.offsetHeight < 44)"
        ".map((e) => e.textContent)"
    )
    assert small == []
    browser.screenshot(tmp_path / "chat.png")


# --- lines that change ------------------------------------------------------------------------------------------


def test_a_line_changes_in_its_place(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    bot.bot.agent.responses.update(PHRASES)
    show = bot.bot.ledger.progress.show
    chat.say("спроси")
    until(lambda: chat.open_choices, "there are choices")
    bot.run(show("a", "web:owner", "filling", done="0", of="9"))
    until(lambda: chat.open_choices == ["Да, запускай", "Нет", "Отменить"], "the line's button stands beside them")
    chat.choices[2]._browser.run("arguments[0].focus()", {"element-6066-11e4-a52e-4f735466cecf": chat.choices[2].id})
    button = browser.focused

    bot.run(show("a", "web:owner", "filling", done="1", of="9"))
    talk = [("Вы", "спроси"), ("Бот", "Запускать?")]
    chat.expect(*talk, ("Бот", "Передано 1 из 9"))
    assert browser.focused == button  # who was about to press it still is
    live = "return document.querySelectorAll('.message')[2].getAttribute('aria-live')"
    assert browser.run(live) == "off"

    chat.say("привет")
    talk += [("Бот", "Передано 1 из 9"), ("Вы", "привет"), ("Бот", "Понял: привет")]
    chat.expect(*talk)
    assert chat.open_choices == ["Отменить"]
    bot.run(bot.bot.ledger.progress.over("a", "filled", of="9"))
    talk[2] = ("Бот", "Передано: 9.")
    chat.expect(*talk)
    assert chat.choices == []
    assert browser.run(live) == "polite"
    browser.reload()
    until(lambda: chat.messages == talk, "the page that is opened again shows it so")


def test_its_button_is_pressed_once(chat: Chat, browser: Chromium, bot: RunningBot) -> None:
    bot.bot.agent.responses.update(PHRASES)
    bot.run(bot.bot.ledger.progress.show("a", "web:owner", "filling", done="0", of="9"))
    until(lambda: chat.open_choices == ["Отменить"], "there is a button")
    chat.choices[0].click()
    chat.expect(("Бот", "Передано 0 из 9"), ("Вы", "Отменить"), ("Бот", "Понял: /cancel"))
    assert chat.choices == []
