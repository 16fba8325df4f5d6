"""Whether an address that somebody else chose leads out of our network."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

import httpx

FAR_AWAY = "an address that is not public, or not https"
# All that is given out as public. https://www.iana.org/assignments/ipv6-address-space
_GIVEN_OUT = ipaddress.ip_network("2000::/3")


async def address_outside(url: httpx.URL) -> str:
    """The IP address of a file's host. Raises ValueError when it is not public or not https, OSError if unknown.

    Of a name every address has to be public: one of them is inside our network as soon as its owner wants it to be.
    """
    if url.scheme != "https" or not url.host or url.userinfo:
        raise ValueError(FAR_AWAY)
    host = url.raw_host.decode()  # as it is connected to: Python would write some names otherwise
    found = await asyncio.get_running_loop().getaddrinfo(host, url.port or 443, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise ValueError(FAR_AWAY)
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet's; one inside another, as IPv6 writes IPv4, is looked at itself."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or _nat64(ip)
        if inner is None:
            return ip.is_global and ip in _GIVEN_OUT
        ip = inner
    return ip.is_global and not ip.is_multicast


def _nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """https://www.rfc-editor.org/rfc/rfc6052#section-2.1"""
    inside = ip in ipaddress.ip_network("64:ff9b::/96")
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if inside else None
