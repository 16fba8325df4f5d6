"""The files of the web chat's page and the headers that fence them in."""

from __future__ import annotations

import html
from pathlib import Path
from urllib.parse import quote

_FOLDER = Path(__file__).parent
_SANDBOX_LINK = "{{sandbox_page}}"
_HIDDEN = "{{sandbox_hidden}}"
_MAX_FILE = "{{max_file_bytes}}"

# Style and scripts, by the name they have under /chat/. They hold no secret and need no key.
ASSETS = {
    "web_chat.css": "text/css; charset=utf-8",
    "web_chat.js": "text/javascript; charset=utf-8",
    "web_talk.js": "text/javascript; charset=utf-8",
}

# Everything comes from the bot itself, nothing in the markup may run, and no page may put the chat into a frame.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def chat_page(sandbox_page: str | None, most_file_bytes: int) -> str:
    """The chat; with the address of the sandbox's page it says that nobody is called and links there."""
    page = (_FOLDER / "web_chat.html").read_text("utf-8").replace(_MAX_FILE, str(most_file_bytes))
    page = page.replace(_HIDDEN, "" if sandbox_page else "hidden")
    return page.replace(_SANDBOX_LINK, html.escape(sandbox_page or ""))


def locked_page() -> str:
    """What everybody sees who may not come in."""
    return (_FOLDER / "web_locked.html").read_text("utf-8")


def attachment(name: str) -> str:
    """The header that lets a browser save a file under its name and never show it. RFC 6266."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def asset(name: str) -> str:
    """A file of ASSETS."""
    return (_FOLDER / name).read_text("utf-8")
