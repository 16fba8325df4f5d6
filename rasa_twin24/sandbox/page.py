"""The page that shows a newcomer what the bot did: its text, its data, and the headers that fence it in."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from rasa_twin24.sandbox.account import CALLER_LABEL, SCRIPT_TITLE
from rasa_twin24.sandbox.sandbox import Sandbox
from rasa_twin24.sandbox.tasks import DIAL, Task, iso_moment

# Enough to look at; a list of thousands would only make the page slow.
SHOWN_TASKS = 50
SHOWN_CALLS = 100

_TEMPLATE = Path(__file__).with_name("page.html")
_NONCE = "{{nonce}}"


def page_html(nonce: str) -> str:
    """The page, whose style and script the browser runs only because they carry the nonce."""
    return _TEMPLATE.read_text("utf-8").replace(_NONCE, nonce)


def page_headers(nonce: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; "
            "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }


def page_data(sandbox: Sandbox) -> dict[str, object]:
    """What the page shows, newest first; of a phone number only the last two digits."""
    tasks = sandbox.tasks
    now = sandbox.clock()
    return {
        "now": iso_moment(now),
        "script": SCRIPT_TITLE,
        "caller": CALLER_LABEL,
        "count": len(tasks),
        "tasks": [_shown(task, now) for task in reversed(tasks[-SHOWN_TASKS:])],
    }


def masked(phone: str) -> str:
    return f"•••{phone[-2:]}"


def _shown(task: Task, now: float) -> dict[str, object]:
    results = Counter(call.status_at(now) for call in task.calls)
    return {
        "id": task.id,
        "name": task.name,
        "status": task.status,
        "candidates": len(task.candidates),
        "finished": len(task.calls) - results[DIAL],
        "results": dict(results),
        "createdAt": iso_moment(task.created_at),
        "calls": [
            {"phone": masked(call.phone), "status": call.status_at(now), "at": iso_moment(call.started_at)}
            for call in reversed(task.calls[-SHOWN_CALLS:])
        ],
    }
