"""The HTTP client of tests that ask a server on this machine."""

from __future__ import annotations

from typing import Any

import httpx

from tests.waiting import PATIENCE


def client(base_url: str = "", timeout: float = PATIENCE, **options: Any) -> httpx.AsyncClient:
    """Asks no proxy of the environment's, and waits longer for an answer than httpx does by itself."""
    return httpx.AsyncClient(base_url=base_url, timeout=timeout, trust_env=False, **options)
