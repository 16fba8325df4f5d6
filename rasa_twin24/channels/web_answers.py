"""What the web chat's addresses answer, and how much of a request they read."""

from __future__ import annotations

from sanic.exceptions import PayloadTooLarge
from sanic.request import Request
from sanic.response import HTTPResponse, json, redirect, text

from rasa_twin24.channels import web_door, web_page

# What is read of a body that is too long and thrown away, bytes: who is cut off while sending does not hear why.
MAX_DRAINED = 16 * 1024 * 1024


def asset(name: str) -> HTTPResponse:
    if name not in web_page.ASSETS:
        return text("", status=404, headers=web_page.HEADERS)
    return text(web_page.asset(name), headers=web_page.HEADERS, content_type=web_page.ASSETS[name])


async def bounded_body(request: Request, most: int) -> bytes:
    """The body of a streamed request; raises `PayloadTooLarge` as soon as it is longer."""
    request.stream.request_max_size = most
    try:
        await request.receive_body()
    except PayloadTooLarge:
        request.stream.request_max_size = most + MAX_DRAINED
        raise
    body: bytes = request.body
    return body


def let_in(request: Request, token: str) -> HTTPResponse:
    """Swap the token in the address, which histories and shoulders see, for a cookie that scripts cannot read."""
    response = redirect("/chat", headers=dict(web_page.HEADERS), status=303)
    name = web_door.cookie_name(request.headers)
    response.cookies[name] = token
    response.cookies[name]["path"] = "/"
    response.cookies[name]["httponly"] = True
    response.cookies[name]["samesite"] = "Strict"
    response.cookies[name]["max-age"] = web_door.COOKIE_SECONDS
    if web_door.over_https(request.scheme, request.headers):
        response.cookies[name]["secure"] = True
    return response


def not_ready(request: Request) -> HTTPResponse:
    # A connection kept alive would hold up the stop of the server.
    request.stream.keep_alive = False
    return json_answer({"error": "not_ready"}, 503)


def page_answer(page: str, status: int) -> HTTPResponse:
    return text(page, status=status, headers=dict(web_page.HEADERS), content_type="text/html; charset=utf-8")


def json_answer(body: dict[str, object], status: int = 200) -> HTTPResponse:
    return json(body, status=status, headers=web_page.HEADERS)
