"""Intents whose words are the same: what one letter, comma or word more decides. None of these is trained on."""

from __future__ import annotations

import pytest

from tests.nlu.conftest import Parse
from tests.nlu.test_evaluation_set import shared_texts, training

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session")]

NEIGHBOURS = {
    # to stop: what we are doing, these calls, everything, or the stop itself
    "Стоп!!": "cancel", "стоп, отмени это": "cancel", "стоп отмени всё это": "cancel",
    "забудь про это": "cancel", "отмени мне задание": "cancel",
    "останови обзвон!": "pause_calls", "останови мебельный обзвон": "pause_calls",
    "всё, останови обзвон Мебель": "pause_calls", "поставь обзвон на стоп": "pause_calls",
    "СТОП ВСЁ": "emergency_stop", "срочно стоп все обзвоны": "emergency_stop", "стоп, вообще всё": "emergency_stop",
    "останови, пожалуйста, все кампании": "emergency_stop", "stop every call now please": "emergency_stop",
    "сними стоп!": "lift_stop", "отмени стоп, пожалуйста": "lift_stop", "стоп можно уже снять": "lift_stop",
    "отмените, пожалуйста, общий стоп": "lift_stop", "снимай эту аварийную остановку": "lift_stop",
    # to start is none of them
    "запусти всё": "start_calls", "запускай всё разом": "start_calls",
    # what is kept of somebody, and their access
    "удали данные telegram:55": "forget", "удали данные telegram:89161234567": "forget",
    "забудь всё про vk:31": "forget", "erase the history of telegram:8": "forget", "удали мои данные!": "forget",
    "сотри, пожалуйста, мои данные": "forget",
    "убери доступ у telegram:55": "manage_people", "удали telegram:55": "manage_people",
    "убери telegram:89161234567": "manage_people", "дай telegram:55 доступ наблюдателя": "manage_people",
    "откуда взялись данные в отчёте погоды": "out_of_scope",
    # who did, and who may
    "кто что запускал?": "audit", "кто и что запускал за месяц": "audit", "кто вчера запускал обзвоны": "audit",
    "кто имеет доступ?": "manage_people", "у кого сейчас есть доступ к боту": "manage_people",
    "кто запустил первый спутник в космос": "out_of_scope",
    "что запущено сейчас": "list_tasks", "покажи список заданий": "list_tasks",
    "покажи список людей с доступом": "manage_people", "покажи журнал действий за вчера": "audit",
    # how much may be, and how it goes
    "лимиты!": "show_limits", "какие сегодня лимиты": "show_limits", "сколько номеров ещё можно": "show_limits",
    "сколько номеров уже обзвонили": "task_status",
    # a count is one only as a whole message, and never a yes beside one
    "250": "confirm_count", "250 номеров": "confirm_count", "2 500": "confirm_count",
    "89161234567": "provide_phone",
    # to let people in, and to let numbers in
    "добавь оператора Олега": "manage_people", "добавь номера в задание 12": "add_to_existing_task",
    "дай код для оператора": "manage_people", "позови оператора": "out_of_scope",
    "переведи меня на оператора": "out_of_scope",
}  # fmt: skip


@pytest.mark.parametrize("text", NEIGHBOURS)
async def test_neighbours(trained: Parse, text: str) -> None:
    parsed = await trained(text)
    assert parsed["intent"]["name"] == NEIGHBOURS[text], parsed["intent_ranking"][:3]


@pytest.mark.parametrize("text", ["да, 250", "да 250 номеров", "250, да", "запускай 250", "ок, 250!"])
async def test_a_count_beside_a_yes_is_asked_again(trained: Parse, text: str) -> None:
    parsed = await trained(text)
    assert parsed["intent"]["name"] in {"hesitate", "out_of_scope", "nlu_fallback", "start_calls"}


# A rule reads these whole messages before the model does; what is left for the model must be new to it.
CLOSED = {
    "лимиты!",
    "останови обзвон!",
    "89161234567",
    "кто имеет доступ?",
    "кто что запускал?",
    "покажи список заданий",
    "сними стоп!",
    "СТОП ВСЁ",
    "Стоп!!",
    "удали мои данные!",
}


async def test_neighbours_are_not_trained_on() -> None:
    known = shared_texts([text for text in NEIGHBOURS if text not in CLOSED], [text for _, _, text in training()])
    assert known == []
