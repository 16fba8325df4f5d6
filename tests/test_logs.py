"""The guard of the logs, on what libraries write: tracebacks with local variables, rows, addresses."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from rasa_twin24.logs import Guard, guard_logs, places

ENV = {
    "TWIN24_PASSWORD": "correct horse",
    "TELEGRAM_BOT_TOKEN": "123456:AAF-secret_Part-of_a_token-x",
    "TELEGRAM_WEBHOOK_SECRET": "hook-secret",
    "DATABASE_URL": "postgresql://bot:pg-password@db/bot",
    "BOT_OWNERS": "telegram:100200300",
}
GUARD = Guard(ENV)
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("звонок на 8 (916) 123-45-67 не вышел", "звонок на +7 916 ***-**-67 не вышел"),
        ("phone=+79161234567", "phone=+7 916 ***-**-67"),
        ("not a number of any plan: 70000000000", "not a number of any plan: •••00"),
        ("password 'correct horse'", "password '•••'"),
        (
            "https://api.telegram.org/bot123456:AAF-secret_Part-of_a_token-x/getMe",
            "https://api.telegram.org/bot•••/getMe",
        ),
        ("another bot 987654321:AAabcdefghijklmnopqrstuvwx", "another bot •••"),
        ("GET /chat?token=abcdefgh_ij-k", "GET /chat?token=•••"),
        (f"Authorization: Bearer {JWT}", "Authorization: Bearer •••"),
        (f"token {JWT}!", "token •••!"),
        ("connection to postgresql://bot:pg-password@db/bot", "connection to postgresql://bot:•••@db/bot"),
        ("secret hook-secret", "secret •••"),
        # What must stay readable.
        ("conversation=telegram:100200300", "conversation=telegram:100200300"),
        ("task 3f2b8c1e-77aa-4d1e-9b3c-5a6f7e8d9c01 at 2026-11-24 21:30:00", None),
        ("took 1783680000.123 s, 200 OK, 127.0.0.1:5005", None),
    ],
)
def test_texts(text: str, cleaned: str | None) -> None:
    assert GUARD.clean(text) == (text if cleaned is None else cleaned)


def test_a_short_secret_hides_no_words() -> None:
    assert Guard({"TWIN24_PASSWORD": "the"}).clean("the watch") == "the watch"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """A process's log as Rasa sets it up, guarded."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root, factory = logging.getLogger(), logging.getLogRecordFactory()
    root.addHandler(handler)
    config = structlog.get_config()
    structlog.configure(
        processors=[
            structlog.dev.set_exc_info,
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    guard_logs(ENV)
    yield stream
    logging.setLogRecordFactory(factory)
    structlog.configure(**config)
    root.removeHandler(handler)


def fail_with(phone: str) -> None:
    rest = {"phone": phone}
    raise ValueError(f"no such person: {rest}")


def test_a_traceback_of_the_standard_library_is_its_place(written: io.StringIO) -> None:
    try:
        fail_with("+79161234567")
    except ValueError:
        logging.getLogger("sanic.error").exception("while handling %r", "/chat?token=abcdefgh_ij")
    text = written.getvalue()
    assert text.startswith("while handling '/chat?token=•••' [ValueError at tests/test_logs.py:")
    assert "fail_with]" in text
    assert "916" not in text


@pytest.mark.parametrize("call", ["error", "exception"])
def test_a_traceback_of_structlog_has_no_values(written: io.StringIO, call: str) -> None:
    log = structlog.get_logger("rasa.core.processor")
    try:
        fail_with("+79161234567")
    except ValueError:
        more = {"exc_info": True} if call == "error" else {}
        getattr(log, call)("action.failed", text="номер89161234567", states=[{"a": ("8 916 123 45 67",)}], **more)
    event: dict[str, Any] = json.loads(written.getvalue())
    assert event["error"] == "ValueError"
    assert not {"exception", "exc_info"} & set(event)
    assert "test_logs.py" in event["at"]
    digits = "".join(filter(str.isdigit, written.getvalue()))
    assert "161234567" not in digits


def test_an_error_of_the_database_quotes_no_row(written: io.StringIO) -> None:
    engine = sa.create_engine("sqlite://", hide_parameters=True)
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("INSERT INTO x VALUES (:phone)"), {"phone": "+79161234567"})
    except sa.exc.SQLAlchemyError as error:
        logging.getLogger("rasa").error("investigate the following error: %s", error)
    assert "hidden due to hide_parameters" in written.getvalue()
    assert "1234567" not in written.getvalue()


def test_places_name_files_and_functions_only() -> None:
    with pytest.raises(ValueError, match="no such person") as raised:
        fail_with("+79161234567")
    assert places(raised.value).endswith(" fail_with")
    assert "916" not in places(raised.value)
