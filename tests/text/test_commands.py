"""Whole-message commands, and names that merely contain them."""

from __future__ import annotations

import pytest

from rasa_twin24.text.commands import command_of

COMMANDS = {
    "отмена": "cancel", "Отмена": "cancel", "ОТМЕНА!": "cancel", "отмена.": "cancel", " отмена ": "cancel",
    "отмена, пожалуйста": "cancel", "пожалуйста, отмени": "cancel", "отменить": "cancel", "стоп": "cancel",
    "cancel": "cancel", "Cancel please": "cancel", "jnvtyf": "cancel", "отмeна": "cancel", "отмена!!!": "cancel",
    "помощь": "help", "Помощь!": "help", "help": "help", "Help me, please": "help", "что ты умеешь?": "help",
    "создай задание": "create_task", "Новое задание": "create_task", "create a task": "create_task",
    "добавь номера": "add_to_existing_task", "добавь в задание": "add_to_existing_task",
    "запусти обзвон": "start_calls", "запускай": "start_calls", "start the calls": "start_calls",
    "останови обзвон": "pause_calls", "пауза": "pause_calls", "Pause": "pause_calls",
    "статус": "task_status", "как идёт обзвон?": "task_status", "status": "task_status",
    "Лимиты!": "show_limits", "кто что запускал?": "audit", "Журнал действий": "audit", "забудь": "cancel",
    "забудь меня": "forget", "удали мои данные, пожалуйста": "forget", "кто имеет доступ": "manage_people",
    "немедленно останови всё": "emergency_stop", "сними стоп": "lift_stop",
    "мои задания": "list_tasks", "Список заданий": "list_tasks", "my tasks": "list_tasks",
}  # fmt: skip
NAMES = [
    "Отмена.ру", "Помощь бездомным", "Стоп-кадр", "Стоп кадр", "Да Винчи кафе", "Нет-сервис", "«Отмена»", '"Отмена"',
    "Отмена 2", "Отмена №1", "ООО Отмена", "Помощь.рф", "Служба помощи", "Статус-кво", "Статус Плюс", "Пауза и чай",
    "Help Desk", "Cancel Culture", "Мои задания на лето", "Весна", "да", "нет", "привет", "89161234567", "", "👍",
    "отмена отмена отмена отмена отмена отмена отмена отмена отмена отмена отмена отмена отмена",
    "Лимиты 2026", "Журнал", "Доступ", "Стоп всё Мебель", "Забудьте о боли", "Забудь меня нежно", "Аудит Плюс",
    "Кто имеет доступ к морю", "Сними стоп-кран", "Журнал «Мой дом»", "Мои данные",
    "не отмена", "запусти обзвон Весна", "Спасибо", "пожалуйста",
]  # fmt: skip


@pytest.mark.parametrize("text", COMMANDS)
def test_a_whole_message_command(text: str) -> None:
    assert command_of(text) == COMMANDS[text]


@pytest.mark.parametrize("text", NAMES)
def test_a_name_is_no_command(text: str) -> None:
    assert command_of(text) is None
