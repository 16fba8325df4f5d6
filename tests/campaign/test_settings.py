from __future__ import annotations

import pytest

from rasa_twin24.campaign import CampaignSettings
from rasa_twin24.campaign.plan import caller
from rasa_twin24.lists import ListSettings
from rasa_twin24.twin24 import CallerId

ENV = {"TWIN24_SCRIPT_ID": "s-1", "TWIN24_CID_DATA": "n-1"}


@pytest.mark.parametrize(
    ("changes", "caller_id", "shown", "region"),
    [
        ({}, CallerId("gornum", "n-1"), "n-1", "RU"),
        ({"TWIN24_CID_TYPE": "pool", "BOT_DEFAULT_REGION": "kz"}, CallerId("pool", "n-1"), "n-1", "KZ"),
        ({"TWIN24_CID_TYPE": "default"}, CallerId("default"), "default", "RU"),
    ],
)
def test_the_settings_of_a_campaign(changes: dict[str, str], caller_id: CallerId, shown: str, region: str) -> None:
    settings = CampaignSettings.from_env({**ENV, **changes})
    assert (settings.script_id, settings.caller_id, settings.default_region) == ("s-1", caller_id, region)
    assert caller(settings) == shown


def test_hours_limits_and_consent() -> None:
    env = {"BOT_CALL_HOURS": "10:00-20:00", "BOT_TIMEZONE": "Asia/Vladivostok", "BOT_MAX_TASK_NUMBERS": "7"}
    settings = CampaignSettings.from_env({**ENV, **env, "BOT_PLAN_MINUTES": "5", "BOT_COUNT_FROM": "0"})
    assert (settings.hours.text, settings.hours.zone.key) == ("10:00–20:00", "Asia/Vladivostok")
    assert (settings.limits.task_numbers, settings.plan_life, settings.count_from) == (7, 300, 0)
    assert (CampaignSettings.from_env(ENV).plan_life, CampaignSettings.from_env(ENV).count_from) == (900, 100)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BOT_CALL_HOURS", "21:00-09:00"),
        ("BOT_TIMEZONE", "MSK+0"),
        ("BOT_DAY_NUMBERS", "-5"),
        ("BOT_PLAN_MINUTES", "0"),
        ("BOT_COUNT_FROM", "hundred"),
        ("TWIN24_SCRIPT_ID", ""),
        ("TWIN24_CID_TYPE", "number"),
        ("TWIN24_CID_DATA", ""),
        ("BOT_DEFAULT_REGION", "RUS"),
        ("BOT_DEFAULT_REGION", "7"),
        ("BOT_TIMEZONE", "Moscow"),
        ("BOT_TIMEZONE", "../etc/passwd"),
        ("BOT_TIMEZONE", "Europe"),
    ],
)
def test_a_wrong_setting_is_named(variable: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"^{variable} "):
        CampaignSettings.from_env({**ENV, variable: value})


def test_what_a_list_may_be() -> None:
    assert CampaignSettings.from_env(ENV).lists == ListSettings(megabytes=10, rows=200_000)
    env = {"BOT_MAX_FILE_MB": "5", "BOT_MAX_FILE_ROWS": "1000"}
    assert CampaignSettings.from_env({**ENV, **env}).lists == ListSettings(megabytes=5, rows=1000)


@pytest.mark.parametrize("name", ["BOT_MAX_FILE_MB", "BOT_MAX_FILE_ROWS"])
@pytest.mark.parametrize("value", ["0", "-1", "много", "1.5", "99999999", "²"])
def test_a_wrong_bound_of_a_list_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        CampaignSettings.from_env({**ENV, name: value})
