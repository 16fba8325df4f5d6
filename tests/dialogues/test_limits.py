"""Hours, the typed number of candidates and the emergency stop, said to bots of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
import sqlalchemy as sa

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.schema import people
from rasa_twin24.sandbox import Sandbox
from tests.dialogues.stage import Stage, staged
from tests.dialogues.walks import THREE, planned
from tests.standins.telegram import User

pytestmark = pytest.mark.asyncio(loop_scope="session")

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def strict(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Above two candidates their number is typed; calls go on until somebody stops them."""
    sandbox = Sandbox(ready_after=0.3, call_seconds=3600, lines=1)
    async with staged(tmp_path_factory.mktemp("strict"), sandbox=sandbox, BOT_COUNT_FROM="2") as opened:
        yield opened


async def shown(person: User, name: str, numbers: str = THREE) -> int:
    """Up to the plan, whether it can be agreed to or not; returns its message's id."""
    return await planned(person, name, numbers, f"Задание «{name}»")


def plays(stage: Stage, name: str) -> int:
    return stage.sandbox.plays(stage.task(name).id)


async def test_the_number_of_candidates_is_typed(strict: Stage) -> None:
    person = strict.person()
    await shown(person, "Много")
    plan = person.messages[-1]
    assert "напишите число номеров: 3" in plan.text
    assert [label for row in plan.buttons for label in row] == ["Нет, не запускать"]
    for not_the_number in ("да", "да, запускай", "запускай"):
        await person.says(not_the_number)
        assert "напишите число номеров: 3" in (await person.expect("«Да» здесь мало, ничего не запущено")).text
    await person.says("33")
    await person.expect("Это не то число, ничего не запущено")
    await person.says("может быть")
    await person.expect("напишите число номеров: 3")
    await person.forwards("3")
    await person.expect("напишите число номеров: 3")
    assert plays(strict, "Много") == 0
    await person.says("3 номера")
    await person.expect("Обзвон «Много» запущен")
    assert plays(strict, "Много") == 1


async def test_few_candidates_want_a_yes_and_no_number(strict: Stage) -> None:
    person = strict.person()
    await shown(person, "Мало", "8 916 123-45-67")
    await person.says("1")
    await person.expect("не ясное «да»")
    await person.says("да")
    await person.expect("Обзвон «Мало» запущен")


async def test_a_number_is_a_name_where_a_name_is_asked_for(strict: Stage) -> None:
    person = strict.person()
    await person.says("250")
    await person.expect("")
    await person.says("/new")
    await person.expect("Как назвать обзвон?")
    await person.says("250")
    await person.expect("«250» создано")


async def test_an_owner_stops_everything_and_lets_it_go_again(strict: Stage) -> None:
    owner, another = strict.person(), strict.person()
    await shown(another, "Идёт")
    await another.says("3")
    await another.expect("Обзвон «Идёт» запущен")
    await shown(another, "Ждёт")

    await owner.says("стоп всё")
    await owner.expect("Стоп: с этой минуты ничего нового не запустится")
    report = await owner.expect("На паузе")
    assert "Идёт" in report.text
    assert strict.task("Идёт").status == "PAUSED"
    await another.expect("«Идёт» на паузе")

    await another.says("3")  # to the plan from before the stop
    await another.expect("Действует стоп")
    await another.says("запусти")
    closed = await another.expect(f"его поставил telegram:{owner.id}")
    assert [label for row in closed.buttons for label in row] == ["Снять стоп"]
    assert plays(strict, "Ждёт") == 0

    await owner.says("/stopall")
    await owner.expect("останавливать нечего")
    await owner.says("сними стоп")
    await owner.expect("Стоп снят")
    assert strict.task("Идёт").status == "PAUSED"
    await owner.says("/liftstop")
    await owner.expect("снимать нечего")

    await another.says("запусти")
    await another.expect("напишите число номеров: 3")
    await another.says("3")
    await another.expect("Обзвон «Ждёт» запущен")


async def test_an_operator_stops_nothing_and_hears_what_is_possible(strict: Stage) -> None:
    operator = strict.stranger()
    ledger = Ledger(f"sqlite:///{strict.bot.data_dir / 'ledger.db'}")
    me = f"telegram:{operator.id}"
    row = {"id": me, "role": "operator", "added_by": "web:owner", "added_at": 0}
    await ledger._store.run(lambda c: c.execute(sa.insert(people).values(row)))
    await shown(operator, "Оператор", "8 916 123-45-67")
    for message in ("стоп всё", "/stopall"):
        await operator.says(message)
        await operator.expect("Остановить всё может только владелец")
    await operator.says("/liftstop")
    await operator.expect("нет прав")
    assert await ledger.stops.in_force() is None
    refused = [(entry.act, entry.outcome) for entry in await ledger.audit.since(0) if entry.person == me]
    assert refused.count((Act.STOP_ALL, Result.REFUSED)) == 2
    await operator.says("лимиты")
    await operator.expect("номеров: 0 из 10000, осталось 10000")
    await operator.says("да")
    await operator.expect("Обзвон «Оператор» запущен")
    await operator.says("/limits")
    await operator.expect("запусков: 1 из 50, осталось 49")
    await ledger.close()


async def test_stop_alone_stays_what_it_was(strict: Stage) -> None:
    person = strict.person()
    await shown(person, "Стоп", "8 916 123-45-67")
    await person.says("стоп")
    await person.expect("Отменил")


async def test_outside_the_hours_the_plan_says_when_and_no_yes_helps(tmp_path: Path) -> None:
    """The bot is open for a minute that is not now."""
    hour = (datetime.now(MOSCOW).hour + 12) % 24
    hours = f"{hour:02d}:00-{hour:02d}:01"
    async with staged(tmp_path / "bot", BOT_CALL_HOURS=hours, BOT_TIMEZONE="Europe/Moscow") as stage:
        person = stage.person()
        await shown(person, "Ночью", "8 916 123-45-67")
        refusal = await person.expect("Сейчас запускать нельзя")
        assert f"{hour:02d}:00 (Europe/Moscow)" in refusal.text
        assert "Да, запустить" not in str([message.buttons for message in person.messages])
        await person.says("да")
        await person.expect("Сейчас запускать нельзя")
        await person.says("запусти")
        await person.expect("Сейчас запускать нельзя")
        assert plays(stage, "Ночью") == 0
        [options] = [
            seen.json["additionalOptions"]
            for seen in stage.sandbox.requests
            if isinstance(seen.json, dict) and "additionalOptions" in seen.json
        ]
        assert (options["useTr"], options["allowCallTimeFrom"]) == (True, hour * 3600)
