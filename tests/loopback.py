"""The HTTP client of tests that ask a server on this machine."""

from __future__ import annotations

from typing import Any

import httpx

# No test is about how fast loopback is: a busy machine may well hold an answer back for longer than httpx waits.
PATIENCE = 60.0


def client(base_url: str = "", timeout: float = PATIENCE, **options: Any) -> httpx.AsyncClient:
    """Asks no proxy of the environment's."""
    return httpx.AsyncClient(base_url=base_url, timeout=timeout, trust_env=False, **options)
