"""What the environment says about lists."""

from __future__ import annotations

import pytest

from rasa_twin24.lists import ListSettings


def test_defaults_and_values() -> None:
    assert ListSettings.from_env({}) == ListSettings(megabytes=10, rows=200_000)
    env = {"BOT_MAX_FILE_MB": "5", "BOT_MAX_FILE_ROWS": "1000"}
    assert ListSettings.from_env(env) == ListSettings(megabytes=5, rows=1000)


@pytest.mark.parametrize("name", ["BOT_MAX_FILE_MB", "BOT_MAX_FILE_ROWS"])
@pytest.mark.parametrize("value", ["0", "-1", "много", "1.5", "99999999", "²"])
def test_a_wrong_value_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        ListSettings.from_env({name: value})
