"""What is asked beside a step is answered, and the step's question comes again; nothing is started by it."""

from __future__ import annotations

import asyncio

import pytest

from tests.dialogues.stage import Stage
from tests.standins.telegram import User
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")


# By the step: what leads to it, and its question.
FILE = "список отступления.txt"
STEPS = {
    "name": (["создай обзвон"], "Как назвать обзвон?"),
    "id": (["добавь номера в задание"], "Пришлите id задания"),
    "numbers": (["создай обзвон Отступление"], "Пришлите номер"),
    "more": (["создай обзвон Отступление", "8 916 123-45-67"], "Ещё номер?"),
    "start": (["создай обзвон Отступление", "8 916 123-45-67", "нет"], "Запустить обзвон?"),
    "list": (["создай обзвон Отступление", FILE], "Добавить в задание «Отступление»?"),
    "list without a task": ([FILE], "В какое задание добавить?"),
    "doubtful": (["создай обзвон Отступление", "8 123 456 78 90"], ""),
}
# What is said, and what of the answer must come before the question.
DIGRESSIONS = [
    ("сколько номеров", "омер"),
    ("какие лимиты", "номеров"),
    ("статус", ""),
    ("помощь", "Что я умею"),
    ("спасибо", "Пожалуйста!"),
    ("привет", "Здравствуйте!"),
]


@pytest.mark.parametrize("step", STEPS)
async def test_back_to_the_step(stage: Stage, step: str) -> None:
    person: User = stage.person()
    way, question = STEPS[step]
    for said in way:
        if said == FILE:
            await person.sends_document(FILE, b"8 916 123-45-67")
        else:
            await person.says(said)
        await person.expect("")
    if question:
        await until(lambda: question in person.messages[-1].text)
    else:
        await asyncio.sleep(3.0)  # whatever the step says is said
    for said, answer in DIGRESSIONS:
        if step == "name" and said in ("спасибо", "привет"):
            continue  # any text but a command is a name
        before = len(person.messages)
        await person.says(said)
        await person.expect(answer)
        if question:
            await _asked_again(person, before, question, f"{step}: {said}")
    assert all(not stage.sandbox.plays(task.id) for task in stage.sandbox.tasks if "Отступление" in task.name)


async def _asked_again(person: User, before: int, question: str, where: str) -> None:
    def is_last() -> bool:
        return len(person.messages) > before and question in person.messages[-1].text

    try:
        await until(is_last)
    except AssertionError:
        raise AssertionError(f"{where}: {question!r} did not come last:\n{person.chat.transcript}") from None
