from __future__ import annotations

import asyncio

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.conversations import Conversation, Step
from tests.ledger.conftest import Clock


async def test_an_unknown_conversation_is_about_nothing(ledger: Ledger) -> None:
    assert await ledger.conversations.get("web:1") == Conversation("web:1")


async def test_task_and_step_are_kept_for_every_process(ledger: Ledger, other: Ledger) -> None:
    await ledger.conversations.turn_to("web:1", 7, Step.NUMBERS)
    await ledger.conversations.step("web:1", Step.MORE)
    assert await other.conversations.get("web:1") == Conversation("web:1", 7, Step.MORE)
    await other.conversations.turn_to("web:1", None, None)
    assert await ledger.conversations.get("web:1") == Conversation("web:1")


async def test_news_of_a_task_do_not_touch_the_talk_about_another(ledger: Ledger) -> None:
    await ledger.conversations.turn_to("web:1", 8, Step.START)
    await ledger.conversations.step_of("web:1", 7, Step.MORE)
    await ledger.conversations.leave("web:1", 7)
    assert await ledger.conversations.get("web:1") == Conversation("web:1", 8, Step.START)
    await ledger.conversations.step_of("web:1", 8, Step.MORE)
    assert await ledger.conversations.get("web:1") == Conversation("web:1", 8, Step.MORE)
    await ledger.conversations.leave("web:1", 8)
    assert await ledger.conversations.get("web:1") == Conversation("web:1")


async def test_a_person_who_left_is_gone_until_they_write_again(ledger: Ledger, clock: Clock) -> None:
    await ledger.conversations.turn_to("telegram:1", 7, Step.MORE)
    await ledger.conversations.gone("telegram:1")
    assert (await ledger.conversations.get("telegram:1")).gone_at == clock.now
    await ledger.conversations.back("telegram:1")
    assert await ledger.conversations.get("telegram:1") == Conversation("telegram:1", 7, Step.MORE)


async def test_two_processes_may_meet_a_new_conversation_at_once(ledger: Ledger, other: Ledger) -> None:
    await asyncio.gather(*(box.conversations.step("web:1", Step.MORE) for box in (ledger, other) for _ in range(10)))
    assert (await ledger.conversations.get("web:1")).step == Step.MORE
