"""A separate action server: the SDK's own, on loopback, whose errors echo nothing.

`rasa run actions` listens on all addresses and answers a failure with the whole request, numbers included.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import structlog
from rasa_sdk.endpoint import create_app
from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, json

from rasa_twin24.logs import guard_logs

log = structlog.get_logger(__name__)

HOST, PORT = "127.0.0.1", 5055
# Rasa sends a conversation's events along; Sanic's default would be 100 MB.
MAX_BODY = 16 * 1024 * 1024


def make_app(package: str = "actions") -> Sanic:
    """The SDK's application with an error handler of ours in place of its own, and no other site let in (CORS)."""
    app = create_app(package, cors_origins=[])
    app.config.REQUEST_MAX_SIZE = MAX_BODY
    app.config.MOTD = False

    # Registered later than the SDK's, which it replaces.
    @app.exception(Exception)
    async def failed(_request: Request, error: Exception) -> HTTPResponse:
        status = error.status_code if isinstance(error, SanicException) else 500
        if status >= 500:
            log.error("action_request_failed", exc_info=error)
        return json({"error": type(error).__name__}, status=status)

    return app


def serve(env: Mapping[str, str], host: str = HOST, port: int = PORT) -> None:
    """Run until it is told to stop."""
    logging.basicConfig(format="%(message)s", level=env.get("LOG_LEVEL") or "WARNING")
    logging.getLogger("rasa_sdk.executor").setLevel(logging.WARNING)
    guard_logs(env)
    make_app().run(host=host, port=port, workers=1, access_log=False)
