"""Which addresses lead out of our network: whoever can write to the bot may name one."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from rasa_twin24.channels import outside
from rasa_twin24.channels.outside import FAR_AWAY, address_outside, is_public


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "93.184.216.34",
        "172.15.255.255",
        "172.32.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "2606:4700::1111",
        pytest.param("::ffff:8.8.8.8", id="IPv4-mapped"),
        pytest.param("2002:808:808::1", id="6to4"),
        pytest.param("64:ff9b::808:808", id="NAT64"),
    ],
)
def test_addresses_of_the_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("127.0.0.1", id="loopback"),
        pytest.param("127.255.255.254", id="all of loopback"),
        pytest.param("0.0.0.0", id="this host"),
        pytest.param("10.0.0.1", id="private A"),
        pytest.param("172.16.0.1", id="private B"),
        pytest.param("172.31.255.255", id="end of private B"),
        pytest.param("192.168.1.1", id="private C"),
        pytest.param("169.254.169.254", id="metadata of a cloud"),
        pytest.param("100.64.0.1", id="CGNAT"),
        pytest.param("100.127.255.255", id="end of CGNAT"),
        pytest.param("192.0.2.1", id="documentation"),
        pytest.param("198.18.0.1", id="benchmarks"),
        pytest.param("224.0.0.1", id="multicast"),
        pytest.param("239.1.1.1", id="multicast inside"),
        pytest.param("233.252.1.1", id="multicast outside"),
        pytest.param("240.0.0.1", id="reserved"),
        pytest.param("255.255.255.255", id="broadcast"),
        pytest.param("::", id="this host, IPv6"),
        pytest.param("::1", id="loopback, IPv6"),
        pytest.param("fe80::1", id="link-local"),
        pytest.param("fe80::1%eth0", id="link-local with its interface"),
        pytest.param("fc00::1", id="unique local"),
        pytest.param("fd12:3456::1", id="unique local at random"),
        pytest.param("fec0::1", id="site-local of old"),
        pytest.param("ff02::1", id="multicast, IPv6"),
        pytest.param("ff0e::1", id="global multicast, IPv6"),
        pytest.param("2001:db8::1", id="documentation, IPv6"),
        pytest.param("::127.0.0.1", id="IPv4-compatible loopback"),
        pytest.param("::10.0.0.1", id="IPv4-compatible private"),
        pytest.param("::ffff:127.0.0.1", id="mapped loopback"),
        pytest.param("::ffff:10.0.0.1", id="mapped private"),
        pytest.param("::ffff:169.254.169.254", id="mapped metadata"),
        pytest.param("::ffff:100.64.0.1", id="mapped CGNAT"),
        pytest.param("2002:7f00:1::", id="6to4 of loopback"),
        pytest.param("2002:a00:1::1", id="6to4 of private"),
        pytest.param("2002:a9fe:a9fe::", id="6to4 of metadata"),
        pytest.param("64:ff9b::7f00:1", id="NAT64 of loopback"),
        pytest.param("64:ff9b::a9fe:a9fe", id="NAT64 of metadata"),
        pytest.param("64:ff9b:1::808:808", id="NAT64 of a network's own"),
        pytest.param("2001:0:808:808::f5ff:fffe", id="Teredo of private"),
    ],
)
def test_addresses_inside(address: str) -> None:
    assert not is_public(address)


class Names:
    """A resolver: what a name leads to, and what it was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.addresses: dict[str, list[str]] = {}
        self.asked: list[tuple[str, int]] = []
        loop = SimpleNamespace(getaddrinfo=self._look_up)
        monkeypatch.setattr(outside, "asyncio", SimpleNamespace(get_running_loop=lambda: loop))

    async def _look_up(self, host: str, port: int, **_more: Any) -> list[tuple[Any, ...]]:
        self.asked.append((host, port))
        if host not in self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port)) for found in self.addresses[host]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    return Names(monkeypatch)


async def test_a_name_leads_to_the_first_of_its_addresses(names: Names) -> None:
    names.addresses["cdn.example"] = ["93.184.216.34", "2606:4700::1111"]

    assert await address_outside(httpx.URL("https://cdn.example/a.csv")) == "93.184.216.34"
    assert await address_outside(httpx.URL("https://CDN.example:8443/a.csv")) == "93.184.216.34"
    assert names.asked == [("cdn.example", 443), ("cdn.example", 8443)]


async def test_a_name_in_other_letters_is_asked_for_as_it_is_connected_to(names: Names) -> None:
    """Python and httpx write «ß» differently for the resolver: both must mean one host."""
    names.addresses["xn--fa-hia.example"] = ["93.184.216.34"]

    assert await address_outside(httpx.URL("https://faß.example/")) == "93.184.216.34"


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.1"],
        ["93.184.216.34", "10.0.0.1"],
        ["10.0.0.1", "93.184.216.34"],
        ["93.184.216.34", "::1"],
        ["93.184.216.34", "fe80::1%eth0"],
        [],
    ],
)
async def test_a_name_with_an_address_inside_is_refused(names: Names, addresses: list[str]) -> None:
    names.addresses["rebound.example"] = addresses

    with pytest.raises(ValueError, match=FAR_AWAY):
        await address_outside(httpx.URL("https://rebound.example/a.csv"))


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.example/a.csv",
        "ftp://cdn.example/a.csv",
        "file:///etc/passwd",
        "https:///a.csv",
        "//cdn.example/a.csv",
        "/a.csv",
        "https://bot@cdn.example/a.csv",
        "https://bot:secret@cdn.example/a.csv",
        "https://api.telegram.org@cdn.example/a.csv",
    ],
)
async def test_other_shapes_are_refused_before_anybody_is_asked(names: Names, url: str) -> None:
    names.addresses["cdn.example"] = ["93.184.216.34"]

    with pytest.raises(ValueError, match=FAR_AWAY):
        await address_outside(httpx.URL(url))
    assert names.asked == []


async def test_an_unknown_name_is_another_matter(names: Names) -> None:
    with pytest.raises(OSError, match="not known"):
        await address_outside(httpx.URL("https://gone.example/a.csv"))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f000001", "017700000001", "127.1", "[::1]", "[::ffff:127.0.0.1]", "localhost"],
)
async def test_loopback_however_it_is_written(host: str) -> None:
    """With the system's own resolver, which reads all of these."""
    with pytest.raises(ValueError, match=r"public|Invalid|IPv4"):
        await address_outside(httpx.URL(f"https://{host}/a.csv"))
