"""Names of new tasks: clearly given, or not given at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasa_twin24.text.task_name import asks_for_new_task, find_task_name, name_in_answer, orders_quoted_task

NAMED = {
    'создай обзвон "Весенняя акция"': "Весенняя акция",
    "создай обзвон «Весенняя акция»": "Весенняя акция",
    "создай обзвон “Весенняя акция”": "Весенняя акция",
    "создай обзвон „Весенняя акция“": "Весенняя акция",
    "создай обзвон 'Весенняя акция'": "Весенняя акция",
    "Создай обзвон «весенняя акция», пожалуйста": "весенняя акция",
    "создай новый обзвон «Курьеры»": "Курьеры",
    "пожалуйста, создай мне новое задание «Курьеры»": "Курьеры",
    "сделай обзвон по клиентам «Должники»": "Должники",
    "новое задание Курьеры Москва": "Курьеры Москва",
    "новый обзвон Москва": "Москва",
    "Новый обзвон: Москва": "Москва",
    "новый обзвон - Москва": "Москва",
    "создай обзвон Весна 2025": "Весна 2025",
    "создай кампанию Зима": "Зима",
    "заведи задачу Опрос жителей": "Опрос жителей",
    "запусти обзвон «Лето»": "Лето",
    "сделай обзвон под названием Да Винчи кафе": "Да Винчи кафе",
    "сделай обзвон под названием да винчи кафе": "да винчи кафе",
    "создай задание с названием курьеры": "курьеры",
    "создай задание с именем Нет-сервис": "Нет-сервис",
    "создай обзвон, название: Пицца Рим": "Пицца Рим",
    "создай обзвон, назови его Весна": "Весна",
    "создай обзвон и назови Весна": "Весна",
    "название: Весна": "Весна",
    "назови его Отмена.ру": "Отмена.ру",
    "Обзвон «Кафе»": "Кафе",
    "создай обзвон Курьеры, номера 8916 123 45 67, 89261234567": "Курьеры",
    "создай обзвон Курьеры 89161234567": "Курьеры",
    "создай обзвон Курьеры: 89161234567, 89261234567": "Курьеры",
    "создай обзвон Курьеры с номерами 89161234567": "Курьеры",
    "создай обзвон Курьеры по номерам 89161234567": "Курьеры",
    "создай обзвон Курьеры и добавь 89161234567": "Курьеры",
    "создай обзвон Курьеры, добавь туда 89161234567": "Курьеры",
    "создай обзвон Курьеры\n89161234567\n89261234567": "Курьеры",
    "создай обзвон Курьеры. Номера: 89161234567": "Курьеры",
    "создай задание с названием курьеры и добавь 89161234567": "курьеры",
    "создай обзвон «Весна 8916», номера 89161234567": "Весна 8916",
    "создай обзвон Курьеры восемь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь": "Курьеры",
    "создай обзвон Курьеры и запусти": "Курьеры",
    "create a call task called Spring sale": "Spring sale",
    "create a call task Spring sale": "Spring sale",
    'create a new task named "Spring sale"': "Spring sale",
    "create a campaign “Autumn”": "Autumn",
    "new task Couriers, numbers +79161234567": "Couriers",
    "create a call task named couriers with numbers 89161234567": "couriers",
    "make a calling campaign called Winter and add 89161234567": "Winter",
}
NAMELESS = [
    "создай новый обзвон",
    "создай обзвон",
    "Создай обзвон!",
    "создай обзвон.",
    "хочу обзвонить клиентов",
    "хочу обзвон",
    "нужен обзвон по базе",
    "нужен обзвон клиентов",
    "создай обзвон по Москве",
    "создай обзвон на завтра",
    "создай обзвон для клиентов",
    "создай обзвон весенняя акция",
    "создай обзвон 89161234567",
    "создай обзвон с номерами 89161234567",
    "создай обзвон, номера 89161234567",
    "создай обзвон и добавь 89161234567",
    "СОЗДАЙ ОБЗВОН КЛИЕНТОВ",
    "Создай Обзвон Клиентов",
    "создай задание пожалуйста",
    "создай обзвон «»",
    "создай обзвон «!!!»",
    "привет",
    "да",
    "89161234567",
    "",
    "статус задания Весна",
    "create a task",
    "create a new call task please",
    "create a task for my customers",
    "I need a call campaign",
    "как создать задание?",
    "создай обзвон под названием " + "очень " * 40 + "длинным",
]


@pytest.mark.parametrize("text", NAMED)
def test_a_clear_name_is_found_where_it_stands(text: str) -> None:
    found = find_task_name(text)
    assert found is not None
    start, end, name = found
    assert (name, text[start:end]) == (NAMED[text], NAMED[text])


@pytest.mark.parametrize("text", NAMELESS)
def test_no_name_when_in_doubt(text: str) -> None:
    assert find_task_name(text) is None


@pytest.mark.parametrize(
    "text", ["создай обзвон «Весна», номера 89161234567", "новое задание 89161234567", "create a task 89161234567"]
)
def test_a_request_for_a_new_task_shows_beside_numbers(text: str) -> None:
    assert asks_for_new_task(text)


@pytest.mark.parametrize(
    "text", ["добавь 89161234567 в обзвон Весна", "запусти обзвон Весна", "задание 89161234567", "create 89161234567"]
)
def test_no_request_for_a_new_task(text: str) -> None:
    assert not asks_for_new_task(text)


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(rest: str) -> None:
    text = "создай обзвон " + rest
    if (found := find_task_name(text)) is not None:
        assert text[found[0] : found[1]] == found[2]


@pytest.mark.parametrize(
    ("text", "ordered"),
    [
        ("создай обзвон «Не забудь про нас»", True),
        ("Создай, пожалуйста, обзвон «Да или нет»", False),  # not told for sure: the model decides
        ("сделай новый обзвон под названием «Запусти сейчас»", True),
        ('создай задание "Отмена подписки" пожалуйста', True),
        ('create a new campaign called "Stop now"', True),
        ("не создай обзвон «Весна»", False),
        ("я передумал, создай обзвон «Весна»", False),
        ("создай обзвон «Весна» и запусти", False),
        ("создай обзвон «Весна»? нет", False),
        ("создай обзвон Не забудь", False),
        ("обзвон «Весна»", False),
        ("запусти обзвон «Новый обзвон»", False),
    ],
)
def test_an_order_with_a_quoted_name_and_nothing_besides(text: str, ordered: bool) -> None:
    assert orders_quoted_task(text) is ordered


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Курьеры, номера 89161234567, 89032345678, и запускай", "Курьеры"),
        ("Курьеры\n89161234567", "Курьеры"),
        ("«Бери и делай», 89161234567", "Бери и делай"),
        ("Курьеры и запускай", "Курьеры"),
        ("Да Винчи. Запускай!", "Да Винчи"),
        ("Couriers, numbers +79161234567 and start", "Couriers"),
        ("Couriers and start it", "Couriers"),
        # a label of the number, as in a list
        ("Иван 89161234567", None),
        ("Иван: 89161234567", None),
        ("Иван 89161234567\nПётр 89032345678", None),
        ("89161234567\nКурьеры", None),
        # the whole text is the name
        ("Курьеры и Водители", None),
        ("Начать сначала", None),
        ("Бери и делай", None),
        ("«Бери и запускай»", None),
        ("Запускай", None),
        ("", None),
    ],
)
def test_an_answer_that_says_more_than_the_name(text: str, name: str | None) -> None:
    assert name_in_answer(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("обзвон Курьеры, вот номера 89161234567, поехали", "Курьеры"),
        ("set up a call list called Drivers for 8 916 123-45-67 then dial", "Drivers"),
        ("создай обзвон Курьеры и сразу запускай", "Курьеры"),
        ("create task Drivers, then start it", "Drivers"),
        ("создай обзвон Опрос для 89161234567", "Опрос"),
        ("создай обзвон Курьеры и Водители 89161234567", "Курьеры и Водители"),
    ],
)
def test_a_name_is_found_without_the_numbers_and_the_order(text: str, name: str) -> None:
    found = find_task_name(text)
    assert found is not None
    assert found[2] == name


def test_a_noun_alone_with_a_genitive_names_nothing() -> None:
    assert find_task_name("обзвон Ивана Петрова сделай") is None
