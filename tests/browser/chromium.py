"""Debian's Chromium, driven through its own driver in the words of the WebDriver standard.

https://www.w3.org/TR/webdriver2/ is JSON over HTTP, so httpx is all it takes: current clients for it need packages
that Rasa 3.6 holds at older versions.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from tests.waiting import PATIENCE

T = TypeVar("T")

# The key under which the standard hands out an element.
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ENTER, TAB, SHIFT, ESCAPE, SPACE, END = "\ue007", "\ue004", "\ue008", "\ue00c", " ", "\ue010"

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=ru",
)


def require_chromium() -> tuple[str, str]:
    """Chromium and its driver; skips the test where they are missing, and fails it on CI."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser and driver:
        return browser, driver
    missing = "the browser tests need the Debian packages: chromium chromium-driver"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


class Chromium:
    """A browser with an empty profile. Raises `AssertionError` with the driver's words when an order fails."""

    def __init__(self, folder: Path) -> None:
        browser, driver = require_chromium()
        self._log = folder / "chromedriver.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen([driver, "--port=0"], stdout=log, stderr=subprocess.STDOUT)
        try:
            port = until(self._port, "chromedriver listens")
            self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE, trust_env=False)
            options = {"binary": browser, "args": [*FLAGS, f"--user-data-dir={folder / 'profile'}"]}
            capabilities = {
                "browserName": "chrome",
                "goog:chromeOptions": options,
                "goog:loggingPrefs": {"browser": "ALL"},
            }
            made = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        except BaseException:
            self._end()
            raise
        self._session = f"/session/{made['sessionId']}"

    def close(self) -> None:
        try:
            self.ask("DELETE", "")
        finally:
            self._http.close()
            self._end()

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One command of the standard; `path` is what follows the session's id."""
        return self._ask(method, self._session + path, body)

    def open(self, url: str) -> None:
        self.ask("POST", "/url", {"url": url})

    def reload(self) -> None:
        self.ask("POST", "/refresh", {})

    @property
    def url(self) -> str:
        return str(self.ask("GET", "/url"))

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of a function in the page."""
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, css: str) -> Element:
        """The first match, waited for."""
        found = until(lambda: self.find_all(css), f"there is {css}")
        return found[0]

    def find_all(self, css: str) -> list[Element]:
        found = self.ask("POST", "/elements", {"using": "css selector", "value": css})
        return [Element(self, each[ELEMENT]) for each in found]

    @property
    def focused(self) -> Element:
        return Element(self, self.ask("GET", "/element/active")[ELEMENT])

    def keys(self, *keys: str, holding: str = "") -> None:
        """Press keys one after another, as a keyboard does, on whatever has the focus."""
        pressed = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        if holding:
            pressed = [
                {"type": "keyDown", "value": holding},
                *pressed,
                {"type": "keyUp", "value": holding},
            ]
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": pressed}]})

    def screen(self, width: int, height: int, *, phone: bool = False, dark: bool = False) -> None:
        """A screen of this size, a phone's with a finger instead of a mouse."""
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if phone else 1,
            mobile=phone,
        )
        self.devtools("Emulation.setTouchEmulationEnabled", enabled=phone)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.devtools("Emulation.setEmulatedMedia", features=[scheme])

    def devtools(self, command: str, **parameters: Any) -> Any:
        """https://chromedevtools.github.io/devtools-protocol/"""
        return self.ask("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def console(self) -> list[str]:
        """What the console got since the last call."""
        return [entry["message"] for entry in self.ask("POST", "/se/log", {"type": "browser"})]

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.ask("GET", "/screenshot")))

    def new_tab(self) -> str:
        """Open a tab and turn to it; returns the one that was left."""
        left = str(self.ask("GET", "/window"))
        self.turn_to(self.ask("POST", "/window/new", {"type": "tab"})["handle"])
        return left

    def turn_to(self, tab: str) -> None:
        self.ask("POST", "/window", {"handle": tab})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self._http.request(method, path, json=body)
        value = answer.json()["value"]
        assert answer.status_code == 200, f"{method} {path}: {value.get('error')}: {value.get('message')}"
        return value

    def _port(self) -> int | None:
        assert self._process.poll() is None, "chromedriver ended at once, see its log"
        told = re.search(r"started successfully on port (\d+)", self._log.read_text())
        return int(told[1]) if told else None

    def _end(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)


class Element:
    def __init__(self, browser: Chromium, element: str) -> None:
        self._browser = browser
        self.id = element

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Element) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def text(self) -> str:
        return str(self._ask("GET", "text"))

    @property
    def name(self) -> str:
        """As a screen reader is told."""
        return str(self._ask("GET", "computedlabel"))

    @property
    def role(self) -> str:
        return str(self._ask("GET", "computedrole"))

    @property
    def enabled(self) -> bool:
        return bool(self._ask("GET", "enabled"))

    @property
    def shown(self) -> bool:
        return bool(self._ask("GET", "displayed"))

    def property(self, name: str) -> Any:
        return self._ask("GET", f"property/{name}")

    def click(self) -> None:
        self._ask("POST", "click", {})

    def type(self, text: str) -> None:
        self._ask("POST", "value", {"text": text})

    def _ask(self, method: str, what: str, body: dict[str, Any] | None = None) -> Any:
        return self._browser.ask(method, f"/element/{self.id}/{what}", body)


def until(look: Callable[[], T], wish: str, seconds: float = PATIENCE) -> T:
    """What `look` gives as soon as it is something. Raises `AssertionError` naming the wish when it never comes."""
    end = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < end, f"waited {seconds:g} s in vain: {wish}; last seen: {seen!r}"
        time.sleep(0.05)
