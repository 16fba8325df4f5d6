"""Settings: each wrong one is one line that names the variable and the mend."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rasa_twin24.config import Config, WrongSetting, sandbox_env

LOGIN = {
    "TWIN24_EMAIL": "m@example.org",
    "TWIN24_PASSWORD": "pass-word",
    "TWIN24_SCRIPT_ID": "s",
    "TWIN24_CID_DATA": "c",
}


@pytest.mark.parametrize(
    ("env", "variable"),
    [
        pytest.param({"TWIN24_EMAIL": "m@example.org"}, "TWIN24_PASSWORD", id="half a login"),
        pytest.param({"TWIN24_PASSWORD": "x"}, "TWIN24_EMAIL", id="the other half"),
        pytest.param({**LOGIN, "TWIN24_SCRIPT_ID": ""}, "TWIN24_SCRIPT_ID", id="no script"),
        pytest.param({**LOGIN, "TWIN24_CID_TYPE": "gornum", "TWIN24_CID_DATA": ""}, "TWIN24_CID_DATA", id="no number"),
        pytest.param({**LOGIN, "TWIN24_CID_TYPE": "pool", "TWIN24_CID_DATA": ""}, "TWIN24_CID_DATA", id="no pool"),
        pytest.param({**LOGIN, "TWIN24_CID_TYPE": "number"}, "TWIN24_CID_TYPE", id="unknown kind of caller id"),
        pytest.param({**LOGIN, "TWIN24_IAM_URL": "iam.twin24.ai"}, "TWIN24_IAM_URL", id="address without a scheme"),
        pytest.param({"BOT_PORT": "http"}, "BOT_PORT", id="port in words"),
        pytest.param({"BOT_PORT": "70000"}, "BOT_PORT", id="port out of range"),
        pytest.param({"BOT_OWNERS": "100200300"}, "BOT_OWNERS", id="owner without a messenger"),
        pytest.param({"BOT_MESSAGES_PER_MINUTE": "0"}, "BOT_MESSAGES_PER_MINUTE", id="no messages at all"),
        pytest.param({"BOT_MESSAGES_PER_MINUTE": "many"}, "BOT_MESSAGES_PER_MINUTE", id="messages in words"),
        pytest.param({"ACTIONS_URL": "localhost:5055"}, "ACTIONS_URL", id="actions without a scheme"),
        pytest.param(
            {"TELEGRAM_WEBHOOK_URL": "bot.example.org"}, "TELEGRAM_WEBHOOK_URL", id="webhook without a scheme"
        ),
        pytest.param({"TELEGRAM_WEBHOOK_SECRET": "пароль"}, "TELEGRAM_WEBHOOK_SECRET", id="secret of odd characters"),
        pytest.param({"BOT_CALL_HOURS": "22:00-06:00"}, "BOT_CALL_HOURS", id="hours over midnight, on the sandbox"),
        pytest.param({**LOGIN, "BOT_TIMEZONE": "Moscow"}, "BOT_TIMEZONE", id="no such zone"),
        pytest.param({"BOT_DAY_TASKS": "many"}, "BOT_DAY_TASKS", id="limit in words"),
        pytest.param({**LOGIN, "BOT_DEFAULT_REGION": "Russia"}, "BOT_DEFAULT_REGION", id="region in words"),
    ],
)
def test_wrong_setting_is_named(env: dict[str, str], variable: str) -> None:
    with pytest.raises(WrongSetting) as raised:
        Config.from_env(env)
    assert variable in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "pass-word" not in str(raised.value)


def test_nothing_set_is_the_sandbox() -> None:
    config = Config.from_env({})
    assert (config.sandbox, config.host, config.port, config.actions_url) == (True, "127.0.0.1", 5005, None)
    assert config.ledger.data_dir == Path("var").absolute()
    assert config.tracker_url.endswith("/var/tracker.db")


def test_a_login_is_the_real_platform() -> None:
    assert not Config.from_env(LOGIN).sandbox
    assert not Config.from_env({**LOGIN, "TWIN24_CID_TYPE": "default", "TWIN24_CID_DATA": ""}).sandbox


@pytest.mark.parametrize(
    ("host", "closed"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("10.0.0.5", False),
        ("bot.lan", False),
    ],
)
def test_loopback(host: str, closed: bool) -> None:
    assert Config.from_env({"BOT_HOST": host}).on_loopback is closed


@pytest.mark.parametrize(
    ("url", "used"),
    [
        ("http://a:5055", "http://a:5055/webhook"),
        ("http://a:5055/", "http://a:5055/webhook"),
        ("https://a/x", "https://a/x"),
    ],
)
def test_actions_url(url: str, used: str) -> None:
    assert Config.from_env({"ACTIONS_URL": url}).actions_url == used


def test_database_url_holds_everything_and_hides_its_password() -> None:
    config = Config.from_env({"DATABASE_URL": "postgres://bot:secret-1@db/bot"})
    assert config.tracker_url == config.ledger.url == "postgresql://bot:secret-1@db/bot"
    assert "secret-1" not in repr(config)


def test_sandbox_env_is_complete() -> None:
    env = sandbox_env({}, "http://127.0.0.1:1/iam/api/v1", "http://127.0.0.1:1/cis/api/v1")
    assert not Config.from_env(env).sandbox


@pytest.mark.parametrize(("said", "used"), [("", "00:00-24:00"), ("09:00-10:00", "09:00-10:00")])
def test_the_sandbox_calls_nobody_at_any_hour_unless_told_otherwise(said: str, used: str) -> None:
    assert sandbox_env({"BOT_CALL_HOURS": said}, "", "")["BOT_CALL_HOURS"] == used


def test_every_variable_is_explained() -> None:
    """What the code reads stands in .env.example, with a line above it."""
    project = Path(__file__).parent.parent
    read = set()
    for file in (project / "rasa_twin24").rglob("*.py"):
        read |= set(
            re.findall(r"['\"]((?:TWIN24|TELEGRAM|BOT|DATABASE|ACTIONS)_[A-Z_]+)['\"]", file.read_text("utf-8"))
        )
    example = (project / ".env.example").read_text("utf-8")
    explained = set(re.findall(r"^([A-Z0-9_]+)=", example, re.MULTILINE))
    not_for_users = {"BOT_TRACKER_URL", "BOT_TEST_CRASH_AT"}
    assert read - not_for_users - explained == set()
