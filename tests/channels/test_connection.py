"""A messenger's HTTP interface: repeats and pauses, files from addresses that others choose, and nothing that leaks."""

from __future__ import annotations

import datetime as dt
import logging
import ssl
import traceback
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
import structlog
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rasa_twin24.channels import connection
from rasa_twin24.channels.connection import (
    LONGEST_PAUSE,
    LONGEST_WAIT,
    MOST_REDIRECTS,
    TRIES,
    Connection,
    MessengerError,
)
from tests.channels.test_outside import Names

BASE = "https://api.example.org"
TOKEN = "123:secret_Part"
CONTENT = b"+79161234567\n" * 100


class Clock:
    """Time that passes only while the connection waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.waits: list[float] = []
        monkeypatch.setattr(connection, "time", SimpleNamespace(monotonic=lambda: self.now))

    async def sleep(self, seconds: float) -> None:
        self.waits.append(round(seconds, 3))
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


class Internet:
    """What answers requests, by address; the requests as they would go out."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[httpx.Request], httpx.Response]] = {}
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.get(str(request.url))
        return answer(request) if answer else httpx.Response(404)

    def has(self, address: str, content: bytes = CONTENT) -> None:
        self.answers[address] = lambda _request: httpx.Response(200, stream=Pieces(content))

    def leads(self, address: str, to: str) -> None:
        self.answers[address] = lambda _request: httpx.Response(302, headers={"Location": to})


class Pieces(httpx.AsyncByteStream):
    """A body that comes bit by bit and tells how much of it was taken; no length is announced."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.given = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.content), 100):
            piece = self.content[start : start + 100]
            self.given += len(piece)
            yield piece


@pytest.fixture
def internet() -> Internet:
    return Internet()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What each name leads to."""
    known: dict[str, list[str]] = {"cdn.example": ["93.184.216.34"], "inner.example": ["10.0.0.7"]}
    resolver = Names(monkeypatch)
    resolver.addresses = known
    return known


@pytest.fixture
async def files(clock: Clock, internet: Internet, names: dict[str, list[str]]) -> AsyncIterator[Connection]:
    opened = Connection(BASE, transport=httpx.MockTransport(internet), sleep=clock.sleep)
    yield opened
    await opened.close()


# --- repeats and pauses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("errors", "waits"),
    [
        ([MessengerError("m", 429, "", 7)], [7]),
        ([MessengerError("m", 429, ""), MessengerError("m", 429, "")], [1, 2]),
        ([MessengerError("m", 500, ""), MessengerError("m", 503, ""), MessengerError("m", 0, "")], [0.5, 1, 2]),
        ([MessengerError("m", 9, "its own flood control", passing=True)], [0.5]),
        ([MessengerError("m", 503, "", LONGEST_WAIT)], [LONGEST_WAIT]),
    ],
)
async def test_what_passes_is_tried_again(
    clock: Clock, files: Connection, errors: list[MessengerError], waits: list[float]
) -> None:
    rest = list(errors)

    async def once() -> str:
        if rest:
            raise rest.pop(0)
        return "done"

    assert await files.repeat(once) == "done"
    assert clock.waits == waits


@pytest.mark.parametrize(
    "error",
    [
        MessengerError("m", 400, "wrong"),
        MessengerError("m", 403, "blocked", gone=True),
        MessengerError("m", 500, "done already", passing=False),
        MessengerError("m", 429, "", LONGEST_WAIT + 1),
        MessengerError("m", 400, "", 5),
    ],
)
async def test_what_does_not_pass_is_not(clock: Clock, files: Connection, error: MessengerError) -> None:
    tries = 0

    async def once() -> None:
        nonlocal tries
        tries += 1
        raise error

    with pytest.raises(MessengerError) as caught:
        await files.repeat(once)
    assert caught.value is error
    assert (tries, clock.waits) == (1, [])


async def test_it_gives_up_in_the_end(clock: Clock, files: Connection) -> None:
    tries = 0

    async def once() -> None:
        nonlocal tries
        tries += 1
        raise MessengerError("m", 500, "")

    with pytest.raises(MessengerError):
        await files.repeat(once)
    assert tries == TRIES


async def test_other_faults_are_not_taken_for_the_messengers(files: Connection) -> None:
    async def once() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await files.repeat(once)


async def test_while_the_messenger_refuses_everything_who_asks_waits(clock: Clock, files: Connection) -> None:
    await files.ready("send")
    assert clock.waits == []
    files.hold(30)
    files.hold(5)  # does not shorten it
    await files.ready("send")
    await files.ready("send")
    assert clock.waits == [30]

    files.hold(10 * LONGEST_PAUSE)
    with pytest.raises(MessengerError, match="send: 429"):
        await files.ready("send")
    clock.now += LONGEST_PAUSE
    await files.ready("send")
    assert clock.waits == [30]


# --- files ----------------------------------------------------------------------------------------------------


async def test_a_file_below_the_base_is_asked_for_as_it_is(files: Connection, internet: Internet) -> None:
    for address in (
        "files/1.csv",
        "/files/1.csv",
        f"{BASE}/files/1.csv",
        "HTTPS://API.example.org/files/1.csv",
        f"{BASE}:443/files/1.csv",
    ):
        internet.has(f"{BASE}/files/1.csv")

        assert await files.download(address, 10_000, headers={"Authorization": TOKEN}) == CONTENT

    for request in internet.requests:
        assert request.headers["accept-encoding"] == "identity"
        assert request.headers["authorization"] == TOKEN
        assert "sni_hostname" not in request.extensions


async def test_another_host_is_asked_at_the_very_address_that_was_looked_at(
    files: Connection, internet: Internet
) -> None:
    internet.has("https://93.184.216.34:8443/a.csv?sig=1")

    assert await files.download("https://cdn.example:8443/a.csv?sig=1", 10_000) == CONTENT

    (request,) = internet.requests
    assert request.headers["host"] == "cdn.example:8443"
    assert request.extensions["sni_hostname"] == "cdn.example"
    assert request.headers["accept-encoding"] == "identity"


async def test_an_address_of_ipv6(files: Connection, internet: Internet, names: dict[str, list[str]]) -> None:
    names["six.example"] = ["2606:4700::1111"]
    internet.has("https://[2606:4700::1111]/a.csv")

    assert await files.download("https://six.example/a.csv", 10_000) == CONTENT
    assert internet.requests[0].headers["host"] == "six.example"


async def test_names_in_other_letters(files: Connection, internet: Internet, names: dict[str, list[str]]) -> None:
    names["xn--e1afmkfd.example"] = ["93.184.216.34"]
    internet.has("https://93.184.216.34/a.csv")

    assert await files.download("https://пример.example/a.csv", 10_000) == CONTENT
    (request,) = internet.requests
    assert request.extensions["sni_hostname"] == request.headers["host"] == "xn--e1afmkfd.example"


async def test_through_a_proxy_the_name_is_left_to_it(
    internet: Internet, clock: Clock, names: dict[str, list[str]]
) -> None:
    proxied = Connection(BASE, proxy="http://10.1.1.1:3128", transport=httpx.MockTransport(internet), sleep=clock.sleep)
    # httpx sends through a proxy's own transport: the stand-in takes its place.
    proxied._client._mounts = {}
    internet.has("https://cdn.example/a.csv")

    assert await proxied.download("https://cdn.example/a.csv", 10_000) == CONTENT
    with pytest.raises(MessengerError, match="403"):
        await proxied.download("https://inner.example/a.csv", 10_000)
    await proxied.close()
    assert [str(request.url) for request in internet.requests] == ["https://cdn.example/a.csv"]


@pytest.mark.parametrize(
    "address",
    [
        "http://cdn.example/a.csv",
        "http://api.example.org/a.csv",
        "https://api.example.org:8443/a.csv",
        "https://inner.example/a.csv",
        "https://bot:secret@cdn.example/a.csv",
        "ftp://cdn.example/a.csv",
        "file:///etc/passwd",
    ],
)
async def test_an_address_inside_is_not_asked(
    files: Connection, internet: Internet, names: dict[str, list[str]], address: str
) -> None:
    names["api.example.org"] = ["192.168.0.5"]

    with pytest.raises(MessengerError, match="download: 403 an address that is not public"):
        await files.download(address, 10_000)
    assert internet.requests == []


@pytest.mark.parametrize(
    "address",
    ["https://[nonsense/a.csv", "https://a\x00b.example/", "https://cdn.example:port/", "https://" + "a" * 300],
)
async def test_an_address_that_is_none_is_a_file_that_is_lost(
    files: Connection, internet: Internet, address: str
) -> None:
    with pytest.raises(MessengerError, match="download: 0"):
        await files.download(address, 10_000)
    assert internet.requests == []


async def test_an_unknown_host_may_be_known_later(
    files: Connection, internet: Internet, clock: Clock, names: dict[str, list[str]]
) -> None:
    with pytest.raises(MessengerError, match="download: 0 unknown host"):
        await files.download("https://gone.example/a.csv", 10_000)
    assert (internet.requests, len(clock.waits)) == ([], TRIES - 1)


@pytest.mark.parametrize(
    "to",
    [
        "https://inner.example/a.csv",
        "https://127.0.0.1/a.csv",
        "http://cdn.example/b.csv",
        "//inner.example/a.csv",
        "https://u:p@cdn.example/b.csv",
    ],
)
async def test_a_redirect_inside_is_not_followed(
    files: Connection, internet: Internet, names: dict[str, list[str]], to: str
) -> None:
    names["127.0.0.1"] = ["127.0.0.1"]
    internet.leads("https://93.184.216.34/a.csv", to)

    with pytest.raises(MessengerError, match="403"):
        await files.download("https://cdn.example/a.csv", 10_000)
    assert len(internet.requests) == 1


async def test_a_redirect_is_followed_without_the_secret(
    files: Connection, internet: Internet, names: dict[str, list[str]]
) -> None:
    internet.leads(f"{BASE}/files/1", "https://cdn.example/a")
    internet.leads("https://93.184.216.34/a", "b?c")
    internet.has("https://93.184.216.34/b?c")

    assert await files.download("files/1", 10_000, headers={"Authorization": TOKEN}) == CONTENT
    assert [request.headers.get("authorization") for request in internet.requests] == [TOKEN, None, None]
    assert internet.requests[2].headers["host"] == "cdn.example"


async def test_redirects_in_a_circle_end(files: Connection, internet: Internet) -> None:
    internet.leads("https://93.184.216.34/a", "https://cdn.example/a")

    with pytest.raises(MessengerError, match="400 led from one address to the next"):
        await files.download("https://cdn.example/a", 10_000)
    assert len(internet.requests) == MOST_REDIRECTS + 1


async def test_a_redirect_to_nonsense(files: Connection, internet: Internet) -> None:
    internet.leads("https://93.184.216.34/a", "https://[nonsense")

    with pytest.raises(MessengerError, match="download: 0"):
        await files.download("https://cdn.example/a", 10_000)


@pytest.mark.parametrize(("most", "is_taken"), [(len(CONTENT), True), (len(CONTENT) - 1, False), (50, False)])
async def test_a_file_is_counted_while_it_comes(
    files: Connection, internet: Internet, most: int, is_taken: bool
) -> None:
    stream = Pieces(CONTENT)
    internet.answers[f"{BASE}/1"] = lambda _request: httpx.Response(200, stream=stream)

    assert await files.download("1", most) == (CONTENT if is_taken else None)
    assert stream.given <= most + 100  # no more than one piece beyond


@pytest.mark.parametrize(("status", "tries"), [(404, 1), (410, 1), (204, 1), (206, 1), (500, TRIES), (429, TRIES)])
async def test_no_file(files: Connection, internet: Internet, status: int, tries: int) -> None:
    internet.answers[f"{BASE}/1"] = lambda _request: httpx.Response(status, content=b"<html>")

    with pytest.raises(MessengerError, match=f"download: {status} no file"):
        await files.download("1", 10_000)
    assert len(internet.requests) == tries


# --- what it is trusted by, and what it must not tell -----------------------------------------------------------


@pytest.mark.parametrize("failing", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
async def test_neither_errors_nor_logs_hold_an_address(
    clock: Clock, failing: type[httpx.TransportError], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def fail(request: httpx.Request) -> httpx.Response:
        raise failing(f"no way to {request.url}")

    broken = Connection(BASE, headers={"Authorization": TOKEN}, transport=httpx.MockTransport(fail), sleep=clock.sleep)
    told = []
    with structlog.testing.capture_logs() as logs:
        for ask in (
            lambda: broken.repeat(lambda: broken.request("send", "POST", f"bot{TOKEN}/send", json={"text": TOKEN})),
            lambda: broken.download(f"file/bot{TOKEN}/1", 100),
        ):
            with pytest.raises(MessengerError, match=failing.__name__) as caught:
                await ask()
            told.append("".join(traceback.format_exception(caught.type, caught.value, caught.tb)))
    await broken.close()

    assert logs
    for text in (*told, repr(logs), caplog.text):
        assert "secret_Part" not in text


async def test_httpx_tells_no_addresses_either(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    quiet = Connection(BASE, transport=httpx.MockTransport(lambda _request: httpx.Response(200, stream=Pieces(b"1"))))
    await quiet.request("send", "POST", f"bot{TOKEN}/send")
    await quiet.download(f"file/bot{TOKEN}/1", 100)
    await quiet.close()

    assert "secret_Part" not in caplog.text


@pytest.mark.parametrize("content", [None, b"", b"no certificate\n"], ids=["missing", "empty", "other"])
def test_a_file_without_certificates_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ValueError, match=r"ca\.pem holds no certificates"):
        Connection(BASE, ca_bundle=str(file))


@pytest.mark.parametrize(
    "proxy", ["10.1.1.1:3128", "ftp://u:secret_Part@10.1.1.1", "http://u:secret_Part@[::x", "http://"]
)
def test_a_proxy_that_is_none_is_named_without_its_password(proxy: str) -> None:
    with pytest.raises(ValueError, match="a proxy is written") as caught:
        Connection(BASE, proxy=proxy)

    assert "secret_Part" not in "".join(traceback.format_exception(caught.type, caught.value, caught.tb))


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """One that signs itself: it is the CA's own file as well; and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / f"{name}.pem", folder / f"{name}.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    files[1].write_bytes(key.private_bytes(*form))
    return files


@pytest.fixture
async def cdn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SimpleNamespace]:
    """A real server behind TLS on the loopback that is called cdn.example, taken for a public one."""
    pem, key = certificate(tmp_path, "cdn.example")
    seen: list[str] = []

    async def give(request: web.Request) -> web.Response:
        seen.append(request.headers["Host"])
        return web.Response(body=CONTENT)

    app = web.Application()
    app.router.add_get("/a.csv", give)
    runner = web.AppRunner(app)
    await runner.setup()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem, key)
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()

    async def loopback(_url: httpx.URL) -> str:
        return "127.0.0.1"

    monkeypatch.setattr(connection, "address_outside", loopback)
    yield SimpleNamespace(port=runner.addresses[0][1], pem=pem, seen=seen)
    await runner.cleanup()


async def test_the_certificate_has_to_be_the_names_whatever_address_is_asked(
    cdn: SimpleNamespace, clock: Clock, tmp_path: Path
) -> None:
    known = Connection(BASE, ca_bundle=str(cdn.pem), sleep=clock.sleep)
    assert await known.download(f"https://cdn.example:{cdn.port}/a.csv", 10_000) == CONTENT
    assert cdn.seen == [f"cdn.example:{cdn.port}"]
    # Though the same address was connected to a moment ago, under another name.
    with pytest.raises(MessengerError, match="download: 0 ConnectError"):
        await known.download(f"https://other.example:{cdn.port}/a.csv", 10_000)
    await known.close()

    unknown = Connection(BASE, sleep=clock.sleep)
    with pytest.raises(MessengerError, match="download: 0 ConnectError"):
        await unknown.download(f"https://cdn.example:{cdn.port}/a.csv", 10_000)
    await unknown.close()
    assert len(cdn.seen) == 1
