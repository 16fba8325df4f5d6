from __future__ import annotations

import pytest

from rasa_twin24.ledger.people import People


@pytest.mark.parametrize(
    ("owners", "inside", "outside"),
    [
        ("telegram:100200300,vk:77", ["telegram:100200300", "vk:77", "web:owner"], ["vk:7", "telegram:77"]),
        (" telegram:1 , ,slack:U02AB,", ["telegram:1", "slack:U02AB"], ["telegram:", "slack:u02ab", ""]),
        ("", ["web:owner"], ["telegram:1", "web:1", "web:owner2"]),
    ],
)
def test_only_those_who_are_named_may_use_the_bot(owners: str, inside: list[str], outside: list[str]) -> None:
    people = People.from_env({"BOT_OWNERS": owners})
    assert [person for person in inside if not people.may_use(person)] == []
    assert [person for person in outside if people.may_use(person)] == []


def test_without_the_variable_nobody_gets_in_by_a_messenger() -> None:
    assert People.from_env({}).owners == frozenset()


@pytest.mark.parametrize(
    "entry",
    ["100200300", "telegram:", ":77", "telegram 77", "Telegram:77", "icq:77", "telegram:7 7", "telegram:1;vk:2 x", "*"],
)
def test_a_typing_slip_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="BOT_OWNERS") as error:
        People.from_env({"BOT_OWNERS": f"vk:1,{entry}"})
    assert f"'{entry}'" in str(error.value)
