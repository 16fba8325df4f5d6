"""Somebody's id inside a message, and whether what is kept about them is to be deleted."""

from __future__ import annotations

import pytest

from rasa_twin24.text.commands import command_of
from rasa_twin24.text.person_id import find_person, forgets_person


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("удали данные telegram:5", "telegram:5"),
        ("удали данные Telegram:100200300.", "telegram:100200300"),
        ("forget vk:12, please", "vk:12"),
        ("slack:U02ABC и ещё max:7", "slack:U02ABC"),
        ("whatsapp:+79161234567", "whatsapp:79161234567"),
        ("viber:+aB/9Qx==", "viber:+aB/9Qx=="),
        ("«telegram:5»", "telegram:5"),
        ("http://telegram:80", "telegram:80"),
        ("удали мои данные", None),
        ("telegram: 5", None),
        ("telegram:!", None),
        ("mytelegram:5", None),
        ("id.telegram:5", None),
    ],
)
def test_people_in_a_text(text: str, person: str | None) -> None:
    found = find_person(text)
    assert (found[2] if found else None) == person


def test_a_person_has_a_place_in_the_text() -> None:
    text = "Убери Telegram:5!"
    start, end, _ = find_person(text) or (0, 0, "")
    assert text[start:end] == "Telegram:5"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("удали данные telegram:5", "forget"),
        ("удали данные telegram:89161234567", "forget"),
        ("УДАЛИ ВСЁ ПРО vk:12", "forget"),
        ("забудь telegram:9", "forget"),
        ("сотри viber:3", "forget"),
        ("purge the records of max:8", "forget"),
        ("убери доступ у telegram:5", "manage_people"),
        ("удали telegram:5", "manage_people"),
        ("удали доступ к истории у telegram:5", "manage_people"),
        ("сделай telegram:5 оператором, данные пришлю потом", "manage_people"),
        ("какие данные есть у telegram:5", None),
        ("покажи историю telegram:5", None),
        ("удали все данные", None),
    ],
)
def test_what_is_kept_is_told_from_access(text: str, intent: str | None) -> None:
    assert command_of(text) == intent
    assert forgets_person(text) is (intent == "forget")
