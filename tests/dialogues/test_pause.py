"""Pausing one task, going on with it, its status and the list, said to a bot of their own: calls there take long."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.schema import people
from rasa_twin24.sandbox import Sandbox
from tests.dialogues.stage import Stage, staged
from tests.dialogues.walks import THREE, planned, started
from tests.standins.telegram import User

pytestmark = pytest.mark.asyncio(loop_scope="module")

ONE_MORE = "8 916 123-45-60"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def slow(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One call at a time, a minute long: of three candidates two are left when somebody pauses."""
    sandbox = Sandbox(ready_after=0.3, call_seconds=3600, lines=1)
    async with staged(tmp_path_factory.mktemp("slow"), sandbox=sandbox) as opened:
        yield opened


def at_twin(stage: Stage, name: str) -> tuple[str, int]:
    """Status and accepted plays."""
    task = stage.task(name)
    return task.status, task.plays


def labels(message: Any) -> list[str]:
    return [label for row in message.buttons for label in row]


async def let_in(stage: Stage, person: User, role: str) -> None:
    ledger = Ledger(f"sqlite:///{stage.bot.data_dir / 'ledger.db'}")
    row = {"id": f"telegram:{person.id}", "role": role, "added_by": "web:owner", "added_at": 0}
    await ledger._store.run(lambda c: c.execute(sa.insert(people).values(row)))
    await ledger.close()


async def test_by_buttons_from_start_to_start(slow: Stage) -> None:
    person = slow.person()
    await started(person, "Кнопки", THREE)
    await person.presses("Пауза")
    message = await person.expect("«Кнопки» на паузе")
    assert "Номеров: 3, звонков сделано: 1, осталось: 2" in message.text
    assert labels(message) == ["Продолжить", "Как идёт обзвон"]
    assert at_twin(slow, "Кнопки") == ("PAUSED", 1)
    await person.presses("Продолжить")
    plan = await person.expect("Осталось обзвонить: 2")
    assert "Уже обзвонено: 1" in plan.text
    assert labels(plan) == ["Да, продолжить", "Нет, оставить на паузе"]
    await person.presses("Нет, оставить на паузе")
    await person.expect("остаётся на паузе")
    await person.presses("Продолжить")
    plan = await person.expect("Осталось обзвонить: 2")
    await person.presses("Да, продолжить")
    await person.presses_stale(plan.message_id, "Да, продолжить")
    await person.expect("«Кнопки» продолжается")
    assert at_twin(slow, "Кнопки") == ("PROCESS", 2)


async def test_by_words_from_start_to_start(slow: Stage) -> None:
    person = slow.person()
    await started(person, "Слова", THREE)
    await person.says("поставь на паузу")
    await person.expect("«Слова» на паузе")
    await person.says("поставь на паузу")
    await person.expect("на паузе")  # and nothing breaks
    await person.says("возобнови")
    await person.expect("Осталось обзвонить: 2")
    assert at_twin(slow, "Слова") == ("PAUSED", 1)
    await person.says("ну даже не знаю")
    await person.expect("не ясное «да»")
    assert at_twin(slow, "Слова") == ("PAUSED", 1)
    await person.says("продолжай")
    await person.expect("«Слова» продолжается")
    await person.says("продолжи обзвон")
    await person.expect("")
    assert at_twin(slow, "Слова") == ("PROCESS", 2)


async def test_of_several_that_run_one_is_chosen(slow: Stage) -> None:
    person = slow.person()
    await started(person, "Весенняя акция", THREE)
    await started(person, "Курьеры Казань", THREE)
    await person.says("приостанови")
    question = await person.expect("Какой поставить на паузу?")
    assert labels(question) == ["1. Курьеры Казань", "2. Весенняя акция"]
    assert at_twin(slow, "Весенняя акция") == at_twin(slow, "Курьеры Казань") == ("PROCESS", 1)
    await person.says("приостанови Весеннюю акцию")
    await person.expect("«Весенняя акция» на паузе")
    assert at_twin(slow, "Курьеры Казань") == ("PROCESS", 1)
    await person.says("поставь на паузу «Лето»")
    await person.expect("с таким названием среди последних нет")
    await person.says("как там Весенняя акция?")
    status = await person.expect("«Весенняя акция»")
    assert "на паузе" in status.text
    counts = await person.expect("осталось: 2")
    assert labels(counts) == ["Продолжить"]
    await person.says("останови обзвон")
    await person.expect("«Курьеры Казань» на паузе")
    await person.says("продолжи")
    assert labels(await person.expect("Какой продолжить?")) == ["1. Курьеры Казань", "2. Весенняя акция"]
    await person.presses("2. Весенняя акция")
    await person.expect("Продолжить обзвон «Весенняя акция»")


async def test_the_list_and_its_buttons(slow: Stage) -> None:
    person = slow.person()
    await started(person, "Первый", THREE)
    await planned(person, "Второй", THREE)
    await person.says("мои задания")
    listed = await person.expect("Ваши последние задания")
    assert "1. Второй — готово к запуску" in listed.text
    assert "2. Первый — идёт" in listed.text
    assert labels(listed) == ["1. Второй", "2. Первый"]
    await person.presses("2. Первый")
    await person.expect("«Первый»")
    assert labels(await person.expect("осталось: 2")) == ["Пауза", "Как идёт обзвон"]
    await person.expect("«Второй»")  # stays in the cabinet, not started
    await person.says("пауза")
    await person.expect("«Первый» на паузе")
    slow.sandbox.fail_next("list", status=503, times=50)
    await person.says("мои задания")
    await person.expect("TWIN сейчас не отвечает")
    assert "2. Первый — на паузе" in (await person.expect("Ваши последние задания")).text
    slow.sandbox.mend()
    assert at_twin(slow, "Второй")[1] == 0


async def test_numbers_are_added_while_it_is_paused(slow: Stage) -> None:
    person = slow.person()
    await started(person, "Ещё люди", THREE)
    await person.says("пауза")
    await person.expect("«Ещё люди» на паузе")
    await person.says("продолжи")
    await person.expect("Осталось обзвонить: 2")
    await person.says(ONE_MORE)
    await person.expect("Ещё номер?")
    await person.says("нет")
    await person.expect("Осталось обзвонить: 3 (из них добавлено здесь: 1)")
    await person.says("да")
    await person.expect("«Ещё люди» продолжается")


async def test_a_start_on_its_way_is_taken_back(slow: Stage) -> None:
    person = slow.person()
    await planned(person, "Вовремя", THREE)
    slow.sandbox.fail_next("read", task=slow.task("Вовремя").id, delay=5.0, work=True)
    await person.says("да")
    await person.expect("TWIN отвечает не сразу")
    await person.says("пауза")
    await person.expect("Остановил вовремя")
    await person.expect_silence(4)
    assert at_twin(slow, "Вовремя") == ("READY", 0)
    await person.says("запусти")
    await person.expect("Задание «Вовремя»")


async def test_a_lost_answer_and_a_refusal(slow: Stage) -> None:
    person = slow.person()
    await started(person, "Сбои", THREE)
    slow.sandbox.fail_next("pause", status=403)
    await person.says("пауза")
    failed = await person.expect("нет прав на это в TWIN")
    assert labels(failed) == ["Пауза", "Как идёт обзвон"]
    assert at_twin(slow, "Сбои") == ("PROCESS", 1)
    slow.sandbox.fail_next("pause", drop="after")
    await person.presses("Пауза")
    await person.expect("«Сбои» на паузе")
    slow.sandbox.fail_next("read", task=slow.task("Сбои").id, status=503, times=50)
    await person.says("продолжи")
    await person.expect("Ничего не запущено и не изменено")
    slow.sandbox.mend()
    await person.says("продолжи")
    await person.expect("Осталось обзвонить: 2")
    slow.sandbox.fail_next("play", drop="after")
    await person.says("да")
    await person.expect("«Сбои» продолжается")
    assert at_twin(slow, "Сбои") == ("PROCESS", 2)


async def test_nothing_runs(slow: Stage) -> None:
    person = slow.person()
    await person.says("поставь на паузу")
    await person.expect("ни один ваш обзвон не идёт")
    await person.says("возобнови обзвон")
    await person.expect("На паузе ничего нет")


async def test_two_people_and_their_roles(slow: Stage) -> None:
    owner, operator, viewer = slow.person(), slow.stranger(), slow.stranger()
    await let_in(slow, operator, "operator")
    await let_in(slow, viewer, "viewer")
    await started(owner, "Вдвоём", THREE)
    twin_id = slow.task("Вдвоём").id
    await viewer.says(f"приостанови задание {twin_id}")
    await viewer.expect("нет прав")
    await viewer.says(f"возобнови задание {twin_id}")
    await viewer.expect("нет прав")
    await viewer.says(f"статус задания {twin_id}")
    assert labels(await viewer.expect("осталось: 2")) == ["Как идёт обзвон"]
    assert at_twin(slow, "Вдвоём") == ("PROCESS", 1)
    await operator.says(f"приостанови задание {twin_id}")
    await operator.expect("«Вдвоём» на паузе")
    await owner.expect("другой человек")
    await operator.says("продолжи")
    await operator.expect("Осталось обзвонить: 2")
    await owner.says("продолжи")
    await owner.expect("Осталось обзвонить: 2")
    await operator.says("да")
    await operator.expect("«Вдвоём» продолжается")
    await owner.says("да")
    await owner.expect("«Вдвоём»")
    assert at_twin(slow, "Вдвоём") == ("PROCESS", 2)
    ledger = Ledger(f"sqlite:///{slow.bot.data_dir / 'ledger.db'}")
    done = [(entry.act, entry.person) for entry in await ledger.audit.since(0) if entry.outcome == Result.DONE]
    await ledger.close()
    assert (Act.PAUSE_CALLS, f"telegram:{operator.id}") in done
    assert (Act.RESUME_CALLS, f"telegram:{operator.id}") in done


async def test_what_the_emergency_stop_has_paused_goes_on(slow: Stage) -> None:
    person = slow.person()
    await started(person, "После стопа", THREE)
    await person.says("стоп всё")
    await person.expect("На паузе")
    await person.says("сними стоп")
    lifted = await person.expect("Стоп снят")
    assert labels(lifted) == ["Продолжить обзвон", "Мои задания"]
    await person.presses("Продолжить обзвон")
    await person.expect("Продолжить обзвон «После стопа»")
    await person.says("да")
    await person.expect("«После стопа» продолжается")


async def test_in_english(slow: Stage) -> None:
    person = slow.person(language="en")
    await person.says('create a call task "Spring sale"')
    await person.expect("is created")
    await person.says(THREE)
    await person.expect("One more")
    await person.says("no")
    await person.expect("Spring sale")
    await person.says("yes")
    await person.expect("are running")
    await person.says("pause the Spring sale")
    await person.expect("are paused")
    await person.says("resume")
    plan = await person.expect("Left to call: 2")
    assert labels(plan) == ["Yes, go on", "No, leave it paused"]
    await person.says("yes")
    await person.expect("go on.")


async def test_a_message_that_only_seems_to_pause_asks(slow: Stage) -> None:
    """«Переключи на сотрудника» is taken for a pause by the model; no calls are stopped by that."""
    person = slow.person()
    await started(person, "Не трогать", THREE)
    await person.says("Переключи на сотрудника")
    await person.expect("")
    assert at_twin(slow, "Не трогать") == ("PROCESS", 1)
