"""What may stop everything, and what may lift that stop, whatever the language model says."""

from __future__ import annotations

import pytest

from rasa_twin24.text.commands import command_of
from rasa_twin24.text.emergency import lifts_stop, stops_everything, surely_stops_everything

STOPPING = [
    "стоп всё", "стоп, всё!", "всё стоп", "останови всё немедленно", "прекратите все звонки",
    "аварийная остановка", "Экстренно стоп",
    "глуши всех роботов", "stop all the campaigns", "please halt everything", "emergency stop now", "freeze every task",
    "заморозить все звонки", "остановить работу всего бота",
]  # fmt: skip
NOT_STOPPING = [
    "стоп", "останови обзвон", "останови задание 12", "все номера добавлены", "отмена", "хватит", "stop", "pause calls",
    "всё", "stop the campaign", "позвони всем", "pause everything",
    "приостанови все мои обзвоны", "снимай, пожалуйста, аварийный стоп", "отключи общую остановку",
    "всё, останови обзвон", "Ну всё. Стоп",
]  # fmt: skip
LIFTING = ["сними стоп", "снимите общий стоп, можно работать", "отмени остановку", "разреши запуски", "lift the stop",
           "allow starts again", "убери стоп", "отмените наш стоп",
           "разблокируй старт", "enable launches", "стоп можно отменить"]  # fmt: skip
NOT_LIFTING = [
    "не снимай стоп", "снять стоп?", "стоп", "сними с паузы", "don't lift the stop", "стоп ещё нужен", "запусти",
    "никогда не снимай стоп", "стоп всё", "отмени запуск", "отмени запуски", "убери запуск по расписанию",
    "cancel the launch", "стоп, всё отменить", "стоп отмени", "стоп, отмени это",
]  # fmt: skip


@pytest.mark.parametrize("text", STOPPING)
def test_everything_is_to_stop(text: str) -> None:
    assert stops_everything(text)


@pytest.mark.parametrize("text", NOT_STOPPING)
def test_not_everything_is_to_stop(text: str) -> None:
    assert not stops_everything(text)


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("остановите, пожалуйста, каждый обзвон", True),
        ("halt all of the calls", True),
        ("всё, останови обзвон", False),
        ("стоп! все номера я добавил", False),
        ("останови все мои обзвоны", False),
        ("stop all my calls", False),
    ],
)
def test_surely_everything(text: str, sure: bool) -> None:
    assert surely_stops_everything(text) is sure


@pytest.mark.parametrize("text", LIFTING)
def test_the_stop_is_to_be_lifted(text: str) -> None:
    assert lifts_stop(text)


@pytest.mark.parametrize("text", NOT_LIFTING)
def test_the_stop_stays(text: str) -> None:
    assert not lifts_stop(text)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("стоп", "cancel"),
        ("Стоп!", "cancel"),
        ("stop", "cancel"),
        ("отмени всё", "cancel"),
        ("останови обзвон", "pause_calls"),
        ("стоп всё", "emergency_stop"),
        ("СТОП ВСЁ!!!", "emergency_stop"),
        ("остановить всё", "emergency_stop"),
        ("stop everything", "emergency_stop"),
        ("сними стоп", "lift_stop"),
        ("lift the stop", "lift_stop"),
        ("Срочно останови всё!", "emergency_stop"),
        ("stop everything now", "emergency_stop"),
        ("отмени запуск", None),
        ("лимиты", "show_limits"),
        ("Стоп Всё Мебель", None),
    ],
)
def test_whole_messages(text: str, intent: str | None) -> None:
    assert command_of(text) == intent
