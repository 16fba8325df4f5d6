from __future__ import annotations

import asyncio
import itertools

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.kept import key_about
from rasa_twin24.ledger.people import Role


async def test_the_first_value_is_kept_for_good(ledger: Ledger, other: Ledger) -> None:
    made = itertools.count()
    asked = [box.kept.get_or_make("secret", lambda: f"made {next(made)}") for box in (ledger, other) for _ in range(5)]
    kept = set(await asyncio.gather(*asked))
    assert len(kept) == 1
    assert await other.kept.get_or_make("secret", lambda: "later") in kept
    assert await other.kept.get_or_make("another", lambda: "else") == "else"


async def test_the_last_value_put_is_kept(ledger: Ledger) -> None:
    assert await ledger.kept.get("telegram_name") is None
    for name in ("calls_bot", "other_bot"):
        await ledger.kept.put("telegram_name", name)
    assert await ledger.kept.get("telegram_name") == "other_bot"


async def test_what_is_kept_about_a_person_goes_with_their_access(ledger: Ledger) -> None:
    me, other = "whatsapp:7916", "whatsapp:79161"
    about = {
        key_about(me, "heard"): "1.0",
        key_about(me, "is"): "7916 RU.1",
        key_about("whatsapp:RU.1", "is"): "7916",
        key_about(other, "heard"): "2.0",
        key_about(other, "is"): "79161 RU.2",
        key_about("viber:7916", "heard"): "3.0",
        "whatsapp_secret": "7916",
    }
    for key, value in about.items():
        await ledger.kept.put(key, value)
    await ledger.people.give(me, Role.OPERATOR, "web:owner")

    for leave in (False, True):  # asked to be forgotten with access, and after it was taken
        if leave:
            await ledger.people.remove(me, "web:owner")
        else:
            await _forgets(ledger, me)
        left = {key: value for key in about if (value := await ledger.kept.get(key)) is not None}
        assert left == (about if not leave else dict(list(about.items())[3:]))

    await _forgets(ledger, other)
    assert [key for key in about if await ledger.kept.get(key)] == [key_about("viber:7916", "heard"), "whatsapp_secret"]


async def _forgets(ledger: Ledger, person: str) -> None:
    await ledger.forgetting.ask(person, "web:owner")
    (request,) = await ledger.forgetting.waiting()
    assert await ledger.forgetting.clear(request.id)
