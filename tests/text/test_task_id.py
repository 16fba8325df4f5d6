"""Ids of existing tasks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasa_twin24.text.task_id import find_task_id

UUID = "3f2b8c1e-77aa-4d1e-9b3c-5a6f7e8d9c01"
FOUND = {
    UUID: UUID,
    f"статус {UUID}": UUID,
    f"добавь в задание {UUID.upper()} номера": UUID.upper(),
    f"({UUID})": UUID,
    f"task {UUID}: +79161234567": UUID,
    "добавь в задание 4512": "4512",
    "добавь в задание 4512 номер 89161234567": "4512",
    "добавь в задание №4512": "4512",
    "задание № 4512, номера 89161234567": "4512",
    "задание #4512": "4512",
    "задание с номером 4512": "4512",
    "задание id 4512": "4512",
    "номер задания 45123": "45123",
    "id: 77ab-12": "77ab-12",
    "ID 42af17": "42af17",
    "айди a1b2c3": "a1b2c3",
    "задание abc_123-x": "abc_123-x",
    "запусти обзвон 42af17": "42af17",
    "статус задачи 9e01.": "9e01",
    "task abc123": "abc123",
    "campaign 2024x": "2024x",
    "task id=77001": "77001",
    "запусти задание 4512 и покажи статус": "4512",
}
NOT_FOUND = [
    "добавь в задание 89161234567",
    "добавь в задание 8916 123 45 67",
    "добавь в задание 916 123 45 67, 89261234567",
    "добавь в обзвон 8-916-123-45-67",
    "id 89161234567",
    "id +79161234567",
    "задание Весна",
    "задание Весна 2025",
    "задание spring",
    "task spring",
    "задание 12",
    "обзвон 1500 клиентов",
    "создай обзвон 2000 человек",
    "задание на 12.05.2024",
    "задание 12.05.2024",
    "задание 10:30",
    "задание 12-05-2024",
    "задание ivan1@mail.ru",
    "4512",
    "89161234567",
    "видео 4512",
    "привет",
    "",
    "задание " + "a1" * 40,
    "550e8400-e29b-41d4-a716-44665544000",
]


@pytest.mark.parametrize("text", FOUND)
def test_an_id_is_found_where_it_stands(text: str) -> None:
    found = find_task_id(text)
    assert found is not None
    start, end, value = found
    assert (value, text[start:end]) == (FOUND[text], FOUND[text])


@pytest.mark.parametrize("text", NOT_FOUND)
def test_no_id(text: str) -> None:
    assert find_task_id(text) is None


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(rest: str) -> None:
    text = "задание " + rest
    if (found := find_task_id(text)) is not None:
        assert text[found[0] : found[1]] == found[2]
