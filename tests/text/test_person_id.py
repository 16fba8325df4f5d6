from __future__ import annotations

import pytest

from rasa_twin24.text.person_id import find_person


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("удали данные telegram:5", "telegram:5"),
        ("удали данные Telegram:100200300.", "telegram:100200300"),
        ("forget vk:12, please", "vk:12"),
        ("slack:U02ABC и ещё max:7", "slack:U02ABC"),
        ("whatsapp:+79161234567", "whatsapp:79161234567"),
        ("удали мои данные", None),
        ("telegram: 5", None),
        ("mytelegram:5", None),
        ("http://telegram:80", "telegram:80"),
    ],
)
def test_people_in_a_text(text: str, person: str | None) -> None:
    assert find_person(text) == person
