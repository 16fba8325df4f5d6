"""Settings: read from the environment, checked at once, silent about secrets."""

from __future__ import annotations

import pytest

from rasa_twin24.twin24 import Settings

LOGIN = {"TWIN24_EMAIL": "manager@example.org", "TWIN24_PASSWORD": "correct-horse"}


def test_defaults_are_the_hosts_of_the_guide() -> None:
    settings = Settings.from_env(LOGIN)
    assert settings == Settings("manager@example.org", "correct-horse")
    assert settings.iam_url == "https://iam.twin24.ai/api/v1"
    assert settings.cis_url == "https://cis.twin24.ai/api/v1"
    assert settings.token_ttl == 43_200


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://127.0.0.1:8080/iam/api/v1/", "http://127.0.0.1:8080/iam/api/v1"),
        (" https://twin.example.org ", "https://twin.example.org"),
        ("", "https://iam.twin24.ai/api/v1"),
    ],
    ids=["a slash at the end", "spaces", "empty"],
)
def test_address(given: str, used: str) -> None:
    assert Settings.from_env(LOGIN | {"TWIN24_IAM_URL": given}).iam_url == used


@pytest.mark.parametrize(
    ("env", "variable"),
    [
        ({"TWIN24_PASSWORD": "x"}, "TWIN24_EMAIL"),
        ({"TWIN24_EMAIL": "x"}, "TWIN24_PASSWORD"),
        (LOGIN | {"TWIN24_PASSWORD": ""}, "TWIN24_PASSWORD"),
        (LOGIN | {"TWIN24_IAM_URL": "iam.twin24.ai/api/v1"}, "TWIN24_IAM_URL"),
        (LOGIN | {"TWIN24_CIS_URL": "ftp://twin24.ai"}, "TWIN24_CIS_URL"),
        (LOGIN | {"TWIN24_CIS_URL": "https://"}, "TWIN24_CIS_URL"),
        (LOGIN | {"TWIN24_CIS_URL": "https://twin24.ai:99999"}, "TWIN24_CIS_URL"),
        (LOGIN | {"TWIN24_CIS_URL": "https://twin24.ai:port"}, "TWIN24_CIS_URL"),
        (LOGIN | {"TWIN24_CIS_URL": "https://twin24.ai/?key=correct-horse"}, "TWIN24_CIS_URL"),
        (LOGIN | {"TWIN24_CIS_URL": "https://me:correct-horse@twin24.ai"}, "TWIN24_CIS_URL"),
    ],
)
def test_what_cannot_work_names_its_variable_and_no_secret(env: dict[str, str], variable: str) -> None:
    with pytest.raises(ValueError, match=variable) as caught:
        Settings.from_env(env)
    assert "correct-horse" not in str(caught.value)


@pytest.mark.parametrize("limit", ["connect_timeout", "read_timeout", "total_timeout", "token_ttl"])
@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_a_limit_that_leaves_no_time(limit: str, value: float) -> None:
    with pytest.raises(ValueError, match=limit):
        Settings("manager@example.org", "correct-horse", **{limit: value})  # type: ignore[arg-type]


def test_repr_keeps_the_login_to_itself() -> None:
    shown = repr(Settings("manager@example.org", "correct-horse"))
    assert "manager" not in shown
    assert "horse" not in shown
    assert "iam.twin24.ai" in shown
