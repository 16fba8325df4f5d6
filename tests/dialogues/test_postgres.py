"""The bot on PostgreSQL, which dies without a word and comes back: nothing is lost, nothing is done twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa

from rasa_twin24.sandbox import Sandbox
from tests.dialogues.stage import Stage, staged
from tests.dialogues.walks import planned
from tests.loopback import client
from tests.postgres import PostgresServer
from tests.standins.telegram import User
from tests.waiting import until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.postgres]

AWAY = "Моя память (база данных) не ответила"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hooked(mortal: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A bot that Telegram posts its updates to."""
    sandbox = Sandbox(ready_after=0.3, call_seconds=3600, lines=1)
    folder = tmp_path_factory.mktemp("hooked")
    async with staged(folder, webhook=True, sandbox=sandbox, DATABASE_URL=mortal.create()) as stage:
        yield stage


async def health(stage: Stage, expected: int) -> str:
    """Wait until /health answers so; returns the status it names."""
    named = ""

    async def is_so() -> bool:
        nonlocal named
        answer = await http.get(f"{stage.bot.url}/health")
        named = str(answer.json()["status"])
        return answer.status_code == expected

    async with client() as http:
        await until(is_so)
    return named


async def asked(stage: Stage, person: User, name: str) -> None:
    await planned(person, name)
    await until(lambda: nothing_waits(stage))  # the answer comes before the end of its turn is written down


def nothing_waits(stage: Stage) -> bool:
    """Whether every message is worked off."""
    engine = sa.create_engine(stage.bot.settings["DATABASE_URL"], poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        return not connection.scalar(sa.text("SELECT count(*) FROM updates WHERE incoming IS NOT NULL"))


def reads(stage: Stage, task: str) -> int:
    """How often TWIN was asked about one task; a watcher asks about others."""
    return sum(seen.method == "GET" and seen.path.endswith(task) for seen in stage.sandbox.requests)


def statuses(stage: Stage, update: int) -> list[int | None]:
    """What the webhook answered to one update, try by try."""
    return [delivery.status for delivery in stage.telegram.deliveries if delivery.update_id == update]


async def test_a_yes_while_the_database_is_away_starts_once_when_it_is_back(
    hooked: Stage, mortal: PostgresServer
) -> None:
    person = hooked.person()
    await asked(hooked, person, "Да в пустоту")
    mortal.stop()
    assert await health(hooked, 503) == "storage_away"
    update = await person.says("да")
    await until(lambda: len(statuses(hooked, update)) >= 2)
    assert set(statuses(hooked, update)) == {503}
    await person.expect_silence()
    mortal.start()
    await person.expect("Обзвон «Да в пустоту» запущен")
    assert await health(hooked, 200) == "ok"
    assert statuses(hooked, update)[-1] == 200
    assert hooked.sandbox.plays(hooked.task("Да в пустоту").id) == 1
    await person.expect_silence(1.0)
    assert [message.text for message in person.messages].count("Принято. Жду готовности TWIN и запускаю…") == 1


async def test_a_yes_delivered_fifty_times_at_once_starts_once(hooked: Stage) -> None:
    person = hooked.person()
    await asked(hooked, person, "Пятьдесят раз")
    update = await person.says("да")
    body = json.dumps(hooked.telegram.updates[update]).encode()
    secret = (await hooked.telegram.called("setWebhook"))[-1]["secret_token"]
    again = await asyncio.gather(*(hooked.telegram.post(body, secret) for _ in range(50)))
    assert set(again) == {200}
    await person.expect("Обзвон «Пятьдесят раз» запущен")
    await person.expect_silence(1.0)
    assert hooked.sandbox.plays(hooked.task("Пятьдесят раз").id) == 1


async def test_a_yes_of_before_delivered_again_is_none_to_a_later_plan(hooked: Stage) -> None:
    """In whatever order a messenger repeats what it delivered already, and whatever is asked by then."""
    person = hooked.person()
    await asked(hooked, person, "Первый план")
    told = [await person.says("не сейчас, подумаю"), await person.says("да")]
    await person.expect("Обзвон «Первый план» запущен")
    await asked(hooked, person, "Второй план")
    for update in reversed(told):
        await hooked.telegram.repeat(update)
        await hooked.telegram.taken(update)
    await person.expect_silence(1.0)
    assert hooked.sandbox.plays(hooked.task("Второй план").id) == 0
    await person.says("да")
    await person.expect("Обзвон «Второй план» запущен")


async def test_an_open_question_is_still_known_afterwards(hooked: Stage, mortal: PostgresServer) -> None:
    """What a form asks stands in Rasa's tracker only."""
    person = hooked.person()
    await person.says("создай обзвон")
    await person.expect("Как назвать обзвон?")
    mortal.stop()
    mortal.start()
    await person.says("Весенняя акция")
    await person.expect("Задание «Весенняя акция» создано")


async def test_a_turn_in_the_middle_ends_with_a_phrase_and_the_next_one_goes_on(
    hooked: Stage, mortal: PostgresServer
) -> None:
    person = hooked.person()
    await asked(hooked, person, "На полуслове")
    task = hooked.task("На полуслове").id
    stopped = asyncio.Event()
    hooked.sandbox.fail_next("read", task=task, meanwhile=stopped.wait)
    before = reads(hooked, task)
    await person.says("как там обзвон?")
    await until(lambda: reads(hooked, task) > before)
    mortal.stop()
    stopped.set()
    await person.expect(AWAY)
    mortal.start()
    await person.says("да")
    await person.expect("Обзвон «На полуслове» запущен")
    assert hooked.sandbox.plays(task) == 1
    assert sum(AWAY in message.text for message in person.messages) == 1


async def test_a_yes_right_before_is_played_once_and_told(hooked: Stage, mortal: PostgresServer) -> None:
    """The database dies after `play` reached TWIN and before its answer could be written down."""
    person = hooked.person()
    await asked(hooked, person, "Перед смертью")
    stopped = asyncio.Event()
    hooked.sandbox.fail_next("play", meanwhile=stopped.wait)
    await person.says("да")
    task = hooked.task("Перед смертью").id
    await until(lambda: hooked.sandbox.plays(task) == 1)
    mortal.stop()
    stopped.set()
    await asyncio.sleep(2)
    mortal.start()
    await health(hooked, 200)
    assert await hooked.bot.stop() == 0  # at the next start, if not before, it is found in the ledger
    await hooked.bot.start()
    await person.expect("Обзвон «Перед смертью» запущен")
    assert hooked.sandbox.plays(task) == 1


async def test_nothing_is_left_undone_and_no_number_is_in_the_log(hooked: Stage, mortal: PostgresServer) -> None:
    """After all of the above."""
    await until(lambda: nothing_waits(hooked))
    # Rasa's word for going on in memory is one that must not be there either.
    for secret in ("9161234567", "Traceback", "Falling back", hooked.telegram.token):
        assert secret not in hooked.bot.log


async def test_polling_confirms_nothing_until_it_is_written_down(mortal: PostgresServer, tmp_path: Path) -> None:
    async with staged(tmp_path / "bot", DATABASE_URL=mortal.create()) as stage:
        person = stage.person()
        await person.says("привет")
        await person.expect("Здравствуйте")
        mortal.stop()
        updates = [await person.says("создай обзвон «Опрос»"), await person.says("8 916 123-45-67")]
        for update in updates:
            with pytest.raises(asyncio.TimeoutError):
                await stage.telegram.taken(update, 1.0)
        mortal.start()
        await person.expect("Задание «Опрос» создано")
        await person.expect("Всего в задании: 1")
        for update in updates:
            await stage.telegram.taken(update)
        assert stage.numbers("Опрос") == ["79161234567"]


async def test_a_bot_that_comes_before_its_database_waits_for_it(mortal: PostgresServer, tmp_path: Path) -> None:
    url = mortal.create()
    mortal.stop()

    async def later() -> None:
        await asyncio.sleep(20)
        mortal.start()

    coming = asyncio.create_task(later())
    async with staged(tmp_path / "bot", DATABASE_URL=url) as stage:
        person = stage.person()
        await person.says("привет")
        await person.expect("Здравствуйте")
    await coming
