"""Who may come in through the web chat's door. Pure: headers and addresses in, a verdict out.

The chat has one owner and no passwords. It is opened either by being at the bot's own machine (the open door of the
built-in sandbox) or by a cookie that only the printed address gives.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
# Proxies and tunnels add one of these: behind one, a loopback peer is anybody.
PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
DEFAULT_PORTS = {"http": 80, "https": 443}
# How long the browser keeps the door's cookie, seconds: 30 days.
COOKIE_SECONDS = 30 * 24 * 3600


def at_this_machine(peer: str, headers: Mapping[str, str]) -> bool:
    """Whether a request certainly comes from a browser on the bot's own machine that wanted the bot.

    The name asked for counts too: a page anywhere may let its own name point here (DNS rebinding) and would then be
    allowed to read the answers.
    """
    if any(name in headers for name in PROXY_HEADERS):
        return False
    return _is_loopback(peer) and host_name(headers.get("host", "")) in LOOPBACK_NAMES


def same_secret(given: str | None, kept: str) -> bool:
    """Compare in constant time; nothing equals an empty secret."""
    return bool(kept) and hmac.compare_digest((given or "").encode("utf-8", "replace"), kept.encode())


def from_own_page(headers: Mapping[str, str]) -> bool:
    """Whether a request may come from the chat's own page.

    `Origin` and `Sec-Fetch-Site` are written by the browser and out of a page's reach; programs send neither. A proxy
    in front has to hand the `Host` header through unchanged.
    """
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or _is_origin_of(origin, headers.get("host", ""))


def is_json(headers: Mapping[str, str]) -> bool:
    """Whether the body is declared as JSON, which another site's page cannot do without being asked first."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def is_raw(headers: Mapping[str, str]) -> bool:
    """Whether the body is declared as bytes without a meaning; another site's page cannot do that either."""
    return headers.get("content-type", "").strip().lower() == "application/octet-stream"


def came_by_link(headers: Mapping[str, str]) -> bool:
    """Whether a link on another site was followed: the browser then holds a SameSite=Strict cookie back."""
    return headers.get("sec-fetch-site") == "cross-site"


def over_https(scheme: str, headers: Mapping[str, str]) -> bool:
    return scheme == "https" or headers.get("x-forwarded-proto", "").lower() == "https"


def cookie_name(headers: Mapping[str, str]) -> str:
    """Browsers share cookies between the ports of a host; the name keeps two bots on one machine apart."""
    return f"rasa_twin24_web_{_port(headers.get('host', '')) or 'default'}"


def chat_address(host: str, port: int, token: str | None) -> str:
    """The address to open, for a bot that listens on `host`; 0.0.0.0 and :: are reached at the machine itself."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 — read, not bound
        host = "127.0.0.1"
    name = f"[{host}]" if ":" in host else host
    query = f"?token={token}" if token else ""
    return f"http://{name}:{port}/chat{query}"


def host_name(header: str) -> str:
    """The name in a `Host` header, without its port; empty when there is none."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _is_origin_of(origin: str, host: str) -> bool:
    try:
        url = urlsplit(origin)
        default = DEFAULT_PORTS[url.scheme]
        return (url.hostname, url.port or default) == (host_name(host), _port(host) or default)
    except (KeyError, ValueError):
        return False


def _port(host: str) -> int | None:
    try:
        return urlsplit(f"//{host}").port
    except ValueError:
        return None


def _is_loopback(address: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback
