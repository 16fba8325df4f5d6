"""Who may come in, from where, and what the page may say: tables of headers and bodies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasa_twin24.channels.incoming import BUTTON, TEXT
from rasa_twin24.channels.web_door import (
    at_this_machine,
    came_by_link,
    chat_address,
    cookie_name,
    from_own_page,
    is_json,
    over_https,
    same_secret,
)
from rasa_twin24.channels.web_messages import (
    BadRequest,
    Question,
    Sent,
    first_language,
    read_question,
    read_sent,
    shown,
)

KEY = "0f3b8a52c7d94e1f8a6b5c4d3e2f1a09"


@pytest.mark.parametrize(
    ("peer", "headers", "expected"),
    [
        pytest.param("127.0.0.1", {"host": "127.0.0.1:5005"}, True, id="by address"),
        pytest.param("127.0.0.1", {"host": "localhost:5005"}, True, id="by name"),
        pytest.param("127.0.0.1", {"host": "LOCALHOST"}, True, id="without a port, in capitals"),
        pytest.param("::1", {"host": "[::1]:5005"}, True, id="IPv6"),
        pytest.param("::ffff:127.0.0.1", {"host": "127.0.0.1"}, True, id="IPv4 seen by an IPv6 socket"),
        pytest.param("192.168.1.7", {"host": "127.0.0.1:5005"}, False, id="another machine"),
        pytest.param("::ffff:192.168.1.7", {"host": "localhost"}, False, id="another machine, by an IPv6 socket"),
        pytest.param("", {"host": "localhost"}, False, id="a peer that is not known"),
        pytest.param("127.0.0.1", {"host": "evil.example:5005"}, False, id="DNS rebinding"),
        pytest.param("127.0.0.1", {"host": "localhost.evil.example"}, False, id="a name that only begins so"),
        pytest.param("127.0.0.1", {"host": "localhost@evil.example"}, False, id="a user name before the host"),
        pytest.param("127.0.0.1", {"host": "127.0.0.1.nip.io"}, False, id="an address inside a name"),
        pytest.param("127.0.0.1", {"host": "[::1"}, False, id="half a bracket"),
        pytest.param("127.0.0.1", {}, False, id="no host"),
        pytest.param("127.0.0.1", {"host": "localhost", "x-forwarded-for": "8.8.8.8"}, False, id="proxy: nginx"),
        pytest.param("127.0.0.1", {"host": "localhost", "forwarded": "for=8.8.8.8"}, False, id="proxy: standard"),
        pytest.param("127.0.0.1", {"host": "localhost", "x-forwarded-proto": "https"}, False, id="proxy: tunnel"),
    ],
)
def test_open_door(peer: str, headers: dict[str, str], expected: bool) -> None:
    assert at_this_machine(peer, headers) is expected


@pytest.mark.parametrize(
    ("given_secret", "kept", "expected"),
    [
        ("s3cret", "s3cret", True),
        ("s3cre", "s3cret", False),
        ("s3cret ", "s3cret", False),
        ("секрет", "s3cret", False),
        ("\ud800", "s3cret", False),
        ("", "s3cret", False),
        (None, "s3cret", False),
        ("", "", False),
        (None, "", False),
    ],
)
def test_secret(given_secret: str | None, kept: str, expected: bool) -> None:
    assert same_secret(given_secret, kept) is expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({"host": "localhost:5005"}, True, id="a program: no browser's headers"),
        pytest.param({"host": "localhost:5005", "origin": "http://localhost:5005"}, True, id="own page"),
        pytest.param({"host": "bot.example", "origin": "https://bot.example"}, True, id="own page behind TLS"),
        pytest.param({"host": "bot.example:443", "origin": "https://bot.example"}, True, id="the port spelt out"),
        pytest.param({"host": "Bot.Example", "origin": "https://bot.example"}, True, id="capitals"),
        pytest.param({"host": "[::1]:5005", "origin": "http://[::1]:5005"}, True, id="IPv6"),
        pytest.param(
            {"host": "a:1", "origin": "http://a:1", "sec-fetch-site": "same-origin"}, True, id="own page, told twice"
        ),
        pytest.param({"host": "a:1", "sec-fetch-site": "none"}, True, id="typed by the person"),
        pytest.param({"host": "a:1", "sec-fetch-site": "cross-site"}, False, id="another site"),
        pytest.param({"host": "a:1", "sec-fetch-site": "same-site"}, False, id="another host of the site"),
        pytest.param({"host": "localhost:5005", "origin": "http://localhost:3000"}, False, id="another port"),
        pytest.param({"host": "localhost:5005", "origin": "http://127.0.0.1:5005"}, False, id="another name"),
        pytest.param({"host": "bot.example:8443", "origin": "https://bot.example"}, False, id="default port, other"),
        pytest.param({"host": "bot.example", "origin": "http://bot.example:443"}, False, id="port of another scheme"),
        pytest.param({"host": "a:1", "origin": "null"}, False, id="sandboxed frame"),
        pytest.param({"host": "a:1", "origin": ""}, False, id="empty origin"),
        pytest.param({"host": "a:1", "origin": "http://a:1.evil.example"}, False, id="origin with a bad port"),
        pytest.param({"host": "a:1", "origin": "ftp://a:1"}, False, id="odd scheme"),
        pytest.param({"origin": "http://a"}, False, id="no host"),
    ],
)
def test_own_page(headers: dict[str, str], expected: bool) -> None:
    assert from_own_page(headers) is expected


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("text/plain", False),
        ("text/plain; application/json", False),
        ("application/x-www-form-urlencoded", False),
        ("application/jsonp", False),
    ],
)
def test_content_type(content_type: str, expected: bool) -> None:
    assert is_json({"content-type": content_type}) is expected
    assert is_json({}) is False


def test_cookie() -> None:
    assert cookie_name({"host": "localhost:5005"}) != cookie_name({"host": "localhost:5006"})
    assert over_https("https", {})
    assert over_https("http", {"x-forwarded-proto": "https"})
    assert not over_https("http", {})
    assert came_by_link({"sec-fetch-site": "cross-site"})
    assert not came_by_link({"sec-fetch-site": "same-origin"})
    assert not came_by_link({})


@pytest.mark.parametrize(
    ("host", "token", "expected"),
    [
        ("127.0.0.1", None, "http://127.0.0.1:5005/chat"),
        ("127.0.0.1", "t0k-en_", "http://127.0.0.1:5005/chat?token=t0k-en_"),
        ("0.0.0.0", None, "http://127.0.0.1:5005/chat"),
        ("::", None, "http://127.0.0.1:5005/chat"),
        ("::1", None, "http://[::1]:5005/chat"),
        ("bot.example", "t", "http://bot.example:5005/chat?token=t"),
    ],
)
def test_address(host: str, token: str | None, expected: str) -> None:
    assert chat_address(host, 5005, token) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param({"key": KEY, "text": "создай обзвон"}, Sent(KEY, TEXT, "создай обзвон"), id="text"),
        pytest.param({"key": "a" * 64, "text": "х"}, Sent("a" * 64, TEXT, "х"), id="longest key"),
        pytest.param({"key": KEY, "button": "AnC2U7chEhDdk1tJ"}, Sent(KEY, BUTTON, "AnC2U7chEhDdk1tJ"), id="button"),
        pytest.param({"key": KEY, "text": "да", "sender": "telegram:1"}, Sent(KEY, TEXT, "да"), id="sender ignored"),
        pytest.param({"key": KEY, "text": "a\ud83d"}, Sent(KEY, TEXT, "a?"), id="half an emoji"),
    ],
)
def test_message(message: dict[str, Any], expected: Sent) -> None:
    assert read_sent(json.dumps(message).encode()) == expected


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"", "json", id="nothing"),
        pytest.param(b"{", "json", id="cut"),
        pytest.param(b"\xff\xfe\xff", "json", id="not UTF-8"),
        pytest.param(b"[" * 200_000, "json", id="deep"),
        pytest.param(b"[]", "json", id="list"),
        pytest.param(b"null", "json", id="null"),
        pytest.param(b'{"text": "x"}', "key", id="no key"),
        pytest.param(b'{"key": 7, "text": "x"}', "key", id="key is a number"),
        pytest.param(b'{"key": "", "text": "x"}', "key", id="empty key"),
        pytest.param(json.dumps({"key": "a" * 65, "text": "x"}).encode(), "key", id="long key"),
        pytest.param(b'{"key": "a b", "text": "x"}', "key", id="key with a blank"),
        pytest.param(b'{"key": "a\\n", "text": "x"}', "key", id="key with a line break at its end"),
        pytest.param(b'{"key": "k"}', "content", id="neither text nor button"),
        pytest.param(b'{"key": "k", "text": "x", "button": "b"}', "content", id="both"),
        pytest.param(b'{"key": "k", "text": ["x"]}', "content", id="text is a list"),
        pytest.param(b'{"key": "k", "button": "/affirm{}"}', "content", id="an intent as a button"),
        pytest.param(b'{"key": "k", "text": " \\n "}', "empty", id="blanks"),
        pytest.param('{"key": "k", "text": "\u200b\\u0000"}'.encode(), "empty", id="invisible"),
    ],
)
def test_bad_message(body: bytes, code: str) -> None:
    with pytest.raises(BadRequest) as refused:
        read_sent(body)
    assert refused.value.code == code


@given(
    st.binary(max_size=300) | st.text(max_size=300).map(lambda text: json.dumps({"key": "k", "text": text}).encode())
)
def test_any_body_is_read_or_refused(body: bytes) -> None:
    try:
        sent = read_sent(body)
    except BadRequest:
        return
    sent.text.encode()  # what no database takes would raise here
    assert shown(sent.text)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({}, Question(0, 0.0, False, ""), id="nothing asked"),
        pytest.param(
            {"after": "17", "wait": "25", "typing": "1", "talk": "ab"}, Question(17, 25.0, True, "ab"), id="all"
        ),
        pytest.param({"wait": "86400"}, Question(0, 25.0, False, ""), id="a day is too long"),
        pytest.param({"typing": "yes"}, Question(0, 0.0, False, ""), id="only 1 is typing"),
    ],
)
def test_question(query: dict[str, str], expected: Question) -> None:
    assert read_question(query) == expected


@pytest.mark.parametrize("number", ["-1", "1.5", "", "nan", "1e3", "٣", "9" * 19, "0x10"])
@pytest.mark.parametrize("name", ["after", "wait"])
def test_bad_question(name: str, number: str) -> None:
    with pytest.raises(BadRequest, match=name):
        read_question({name: number})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  два\r\nслова\x00\x1b[31m ", "два\nслова[31m"),
        ("я" * 10_000, "я" * 10_000),
        ("я" * 10_001, "я" * 10_000 + "…"),
        ("<b>a_b*c</b>", "<b>a_b*c</b>"),
    ],
)
def test_shown_text(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("ru-RU,ru;q=0.9,en-US;q=0.8", "ru-RU"),
        ("en;q=0.5", "en"),
        ("*", None),
        ("", None),
        ("x" * 300, None),
        ("ru\n", "ru"),
    ],
)
def test_language(header: str, expected: str | None) -> None:
    assert first_language(header) == expected
