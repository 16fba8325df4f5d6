"""The page as a browser makes it, with names that try to be markup."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.sandbox.twin_over_http import FakeClock, TwinOverHttp, phones

PAGE_SECONDS = 60

HOSTILE = """a_b<c>*<img src=x onerror="document.title='taken'"></h2><script>document.title='taken'</script>"""
ESCAPED = """a_b&lt;c&gt;*&lt;img src=x onerror="document.title='taken'"&gt;&lt;/h2&gt;&lt;script&gt;"""


@pytest.fixture
def chromium() -> str:
    found = shutil.which("chromium")
    if found is None:
        missing = "the package chromium is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


async def opened(chromium: str, url: str, profile: Path) -> tuple[str, str]:
    """The document after the page has run for a while, and what the browser logged."""
    browser = await asyncio.create_subprocess_exec(
        chromium,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={profile}",
        "--enable-logging=stderr",
        "--virtual-time-budget=1500",
        "--dump-dom",
        url,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        document, logged = await asyncio.wait_for(browser.communicate(), PAGE_SECONDS)
    finally:
        if browser.returncode is None:
            browser.kill()
            await browser.wait()
    return document.decode(), logged.decode(errors="replace")


@pytest.mark.browser
async def test_the_page_shows_tasks_and_their_names_as_text(
    chromium: str, twin: TwinOverHttp, clock: FakeClock, tmp_path: Path
) -> None:
    task_id = await twin.created(name=HOSTILE)
    clock.pass_time(0.5)
    await twin.add_phones(task_id, phones(5))
    clock.pass_time(0.5)
    await twin.act(task_id, "play")
    clock.pass_time(3.0)

    document, logged = await opened(chromium, twin.server.page_url, tmp_path)

    assert "<title>Песочница TWIN" in document
    assert ESCAPED in document
    assert "<img" not in document
    assert "CONSOLE" not in logged
    assert re.search(r'class="status PROCESS">идёт обзвон<', document)
    assert 'aria-valuemax="5" aria-valuenow="1"' in document
    assert re.findall(r'<th scope="row">(.*?)</th>', document) == ["•••01", "•••00"]
    assert len(re.findall(r'<th scope="col">', document)) == 3
    assert re.search(r'id="empty"[^>]*hidden', document)


@pytest.mark.browser
async def test_an_empty_sandbox_tells_what_to_do(chromium: str, twin: TwinOverHttp, tmp_path: Path) -> None:
    document, logged = await opened(chromium, twin.server.page_url, tmp_path)
    assert re.search(r'<section class="empty" id="empty">\s*<p>Заданий пока нет.', document)
    assert "CONSOLE" not in logged
