from __future__ import annotations

import pytest

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.people import Role, owners_from_env


@pytest.mark.parametrize(
    ("owners", "inside", "outside"),
    [
        ("telegram:100200300,vk:77", ["telegram:100200300", "vk:77", "web:owner"], ["vk:7", "telegram:77"]),
        (" telegram:1 , ,slack:U02AB,", ["telegram:1", "slack:U02AB"], ["telegram:", "slack:u02ab", ""]),
        ("", ["web:owner"], ["telegram:1", "web:1", "web:owner2"]),
    ],
)
async def test_only_those_who_are_named_own_the_bot(
    url: str, owners: str, inside: list[str], outside: list[str]
) -> None:
    ledger = Ledger(url, owners=owners_from_env({"BOT_OWNERS": owners}))
    await ledger.open()
    assert [await ledger.people.role(person) for person in inside] == [Role.OWNER] * len(inside)
    assert [await ledger.people.role(person) for person in outside] == [None] * len(outside)
    await ledger.close()


def test_without_the_variable_nobody_owns_the_bot_in_a_messenger() -> None:
    assert owners_from_env({}) == frozenset()


@pytest.mark.parametrize(
    "entry",
    ["100200300", "telegram:", ":77", "telegram 77", "Telegram:77", "icq:77", "telegram:7 7", "telegram:1;vk:2 x", "*"],
)
def test_a_typing_slip_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="BOT_OWNERS") as error:
        owners_from_env({"BOT_OWNERS": f"vk:1,{entry}"})
    assert f"'{entry}'" in str(error.value)
