from __future__ import annotations

import pytest

from rasa_twin24.campaign import CampaignSettings
from rasa_twin24.campaign.plan import caller
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


@pytest.mark.parametrize(
    ("variable", "value"),
    [
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
