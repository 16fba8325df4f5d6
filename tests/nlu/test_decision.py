"""Which intent a message gets: the rules' word against the model's."""

from __future__ import annotations

import re

import pytest

from rasa_twin24.nlu.decision import Prediction, decide

THRESHOLD = 0.3
PHONE = re.compile(r"\b8\d{10}\b")


def settle(text: str, *ranking: tuple[str, float]) -> tuple[str, float]:
    phones = [found.span() for found in PHONE.finditer(text)]
    settled = decide(text, [Prediction(*entry) for entry in ranking], phones, THRESHOLD)
    return settled.intent, settled.confidence


@pytest.mark.parametrize(
    ("text", "model", "expected"),
    [
        # a clear answer is the rules', whatever the model says
        ("да", "out_of_scope", "affirm"),
        ("да, запускай", "start_calls", "affirm"),
        ("ага)", "greet", "affirm"),
        ("нет", "affirm", "deny"),
        # the words of a quoted name mean nothing
        ("создай обзвон «Не забудь про нас»", "cancel", "create_task"),
        ("создай обзвон «Запусти сейчас»", "start_calls", "create_task"),
        ("не запускай", "start_calls", "deny"),
        ("наверное", "affirm", "hesitate"),
        ("да?", "affirm", "hesitate"),
        ("да, завтра", "affirm", "hesitate"),
        ("запускай", "affirm", "start_calls"),
        ("запусти все", "out_of_scope", "start_calls"),
        # a refusal stays one, and the model knows of what
        ("хватит звонить", "pause_calls", "pause_calls"),
        ("не звоните никому", "pause_calls", "pause_calls"),
        ("отмени это всё", "cancel", "cancel"),
        ("нет", "pause_calls", "deny"),
        ("нет", "cancel", "deny"),
        ("не надо", "start_calls", "deny"),
        ("обзвон пока не начинай", "pause_calls", "deny"),
        ("не сейчас", "hesitate", "hesitate"),
        ("не сейчас", "deny", "deny"),
        ("нет", "hesitate", "deny"),
        # somebody's id and what to do with it, though the id may look like a number
        ("сделай telegram:89161234567 наблюдателем", "provide_phone", "manage_people"),
        ("убери доступ у telegram:5", "cancel", "manage_people"),
        ("удали данные telegram:89161234567", "provide_phone", "forget"),
        ("удали всё про оператора telegram:73", "manage_people", "forget"),
        ("вот мой telegram: 89161234567", "manage_people", "provide_phone"),
        # whole-message commands
        ("отмена", "deny", "cancel"),
        ("стоп", "deny", "cancel"),
        ("очисти", "cancel", "edit_list"),
        # what holds back, and what goes on, may be the calls
        ("hold the calls", "pause_calls", "pause_calls"),
        ("hold the calls?", "pause_calls", "hesitate"),
        ("hold on", "pause_calls", "hesitate"),
        ("carry on calling", "affirm", "resume_calls"),
        ("carry on", "resume_calls", "affirm"),
        ("статус", "out_of_scope", "task_status"),
        ("запусти обзвон", "create_task", "start_calls"),
        ("стоп всё", "cancel", "emergency_stop"),
        ("сними стоп", "cancel", "lift_stop"),
        # a count is one, whatever else it may be
        ("250", "affirm", "confirm_count"),
        ("2 500 номеров", "start_calls", "confirm_count"),
        # nobody is taken off a list on the model's word alone
        ("убери последний", "affirm", "edit_list"),
        ("удали третьего, будь добр", "provide_phone", "edit_list"),
        ("очисти уже этот список", "nlu_fallback", "edit_list"),
        ("красивый сегодня день", "edit_list", "nlu_fallback"),
        ("красивый сегодня день", "do_not_call", "nlu_fallback"),
        ("сколько народу в чёрном списке", "show_list", "do_not_call"),
        ("не звони", "edit_list", "deny"),
        ("да 250", "affirm", "nlu_fallback"),
        # everything is stopped, and let go again, only where it is said so
        ("пусть весь бот остановится", "emergency_stop", "emergency_stop"),
        ("не звоните вообще никому, стоп", "emergency_stop", "emergency_stop"),
        ("останови мебельный обзвон", "emergency_stop", "pause_calls"),
        ("сними мебель с паузы", "pause_calls", "resume_calls"),
        ("отмени паузу по мебели", "cancel", "resume_calls"),
        ("поставь мебель на паузу, завтра продолжим", "pause_calls", "pause_calls"),
        ("пора возобновлять мебель", "resume_calls", "resume_calls"),
        ("pause everything", "emergency_stop", "pause_calls"),
        ("не останавливай мебельный обзвон", "emergency_stop", "nlu_fallback"),
        ("остановите, пожалуйста, каждый обзвон", "pause_calls", "emergency_stop"),
        ("всё, останови мебельный обзвон", "pause_calls", "pause_calls"),
        ("останови все мои кампании", "pause_calls", "pause_calls"),
        ("снимай, пожалуйста, аварийный стоп", "emergency_stop", "lift_stop"),
        ("снимай, пожалуйста, аварийный стоп", "lift_stop", "lift_stop"),
        ("отмените наш стоп", "cancel", "lift_stop"),
        ("отмени этот стоп", "cancel", "lift_stop"),
        ("отмени этот запуск", "lift_stop", "nlu_fallback"),
        ("убери ты этот стоп", "lift_stop", "lift_stop"),
        ("не снимай пока стоп", "lift_stop", "nlu_fallback"),
        ("можно снять стоп?", "lift_stop", "nlu_fallback"),
        ("позови оператора", "manage_people", "nlu_fallback"),
        # the model's own word where no rule speaks
        ("привет", "greet", "greet"),
        # an order to start comes along with a new task
        ("создай обзвон курьеры пять и запускай", "start_calls", "create_task"),
        ("create a campaign Drivers and start it", "start_calls", "create_task"),
        ("запусти новый обзвон", "start_calls", "start_calls"),
        # the model is sure of what no rule has a word for, and nothing speaks against it
        ("пусть звонилка работает вовсю", "start_calls", "start_calls"),
        ("пусть звонилка поработает завтра", "start_calls", "hesitate"),
        ("звонилку вовсю не надо", "start_calls", "nlu_fallback"),
        ("нажимай красную кнопку", "emergency_stop", "emergency_stop"),
        ("не нажимай красную кнопку", "emergency_stop", "nlu_fallback"),
        ("тревога ложная, пусть звонят дальше", "lift_stop", "lift_stop"),
        ("тревога ложная?", "lift_stop", "nlu_fallback"),
        ("клиент жалуется, забань номер", "do_not_call", "do_not_call"),
        # who did something that this bot does not do
        ("какая погода", "out_of_scope", "out_of_scope"),
        ("дай подумать денёк", "hesitate", "hesitate"),
        ("запусти задание Весна", "start_calls", "start_calls"),
        ("нет, у нас другой план", "deny", "deny"),
    ],
)
def test_without_numbers(text: str, model: str, expected: str) -> None:
    assert settle(text, (model, 0.9), ("help", 0.05))[0] == expected


@pytest.mark.parametrize(
    ("text", "ranking", "expected"),
    [
        # affirm, deny and start_calls need more than the model's word
        ("да Винчи", [("affirm", 0.9), ("out_of_scope", 0.05)], "nlu_fallback"),
        # who did something that this bot does not do
        ("кто придумал двухколёсный велосипед", [("audit", 0.6), ("out_of_scope", 0.3)], "out_of_scope"),
        ("кто придумал двухколёсный велосипед", [("audit", 0.6), ("help", 0.3)], "audit"),
        ("кто придумал этот странный смешной обзвон", [("audit", 0.6), ("out_of_scope", 0.3)], "audit"),
        ("да расскажи про цены", [("affirm", 0.6), ("help", 0.35)], "help"),
        ("да расскажи про цены", [("affirm", 0.6), ("help", 0.1), ("greet", 0.1)], "nlu_fallback"),
        ("да, но добавь Ивана", [("affirm", 0.9), ("help", 0.1)], "hesitate"),
        ("если честно, да нормально же всё было", [("affirm", 0.9), ("help", 0.1)], "hesitate"),
        ("да бывает", [("deny", 0.9), ("thanks", 0.1)], "nlu_fallback"),
        ("номера неверные", [("deny", 0.9), ("thanks", 0.1)], "deny"),
        ("как запустить обзвон?", [("start_calls", 0.6), ("help", 0.4)], "help"),
        ("обзвон дневной смены запусти завтра", [("start_calls", 0.8), ("help", 0.1)], "hesitate"),
        ("вот номера", [("provide_phone", 0.8), ("out_of_scope", 0.1), ("deny", 0.1)], "provide_phone"),
        ("вот номера", [("provide_phone", 0.4), ("out_of_scope", 0.1), ("deny", 0.1)], "nlu_fallback"),
        ("ещё номера есть", [("provide_phone", 0.4), ("add_to_existing_task", 0.3)], "add_to_existing_task"),
        # a fallback of the model stands, unless the start verb is plain
        ("бла", [("nlu_fallback", 0.3), ("affirm", 0.2), ("help", 0.2)], "nlu_fallback"),
        ("запусти Весну уж будь добр", [("nlu_fallback", 0.3), ("start_calls", 0.28)], "start_calls"),
        ("не запускай Весну уж будь добр", [("nlu_fallback", 0.3), ("start_calls", 0.28)], "nlu_fallback"),
        ("бла", [], "nlu_fallback"),
        ("...", [("deny", 0.6), ("help", 0.3)], "nlu_fallback"),
        ("🙏", [("thanks", 0.6), ("help", 0.3)], "thanks"),
    ],
)
def test_vetoes(text: str, ranking: list[tuple[str, float]], expected: str) -> None:
    assert settle(text, *ranking)[0] == expected


@pytest.mark.parametrize(
    ("text", "ranking", "expected"),
    [
        ("89161234567", [("affirm", 0.9)], "provide_phone"),
        ("89161234567, 89261234567", [("create_task", 0.9)], "provide_phone"),
        ("да, вот ещё 89161234567", [("affirm", 0.99)], "provide_phone"),
        ("да 89161234567", [("affirm", 0.99)], "provide_phone"),
        ("нет, 89161234567", [("deny", 0.99)], "provide_phone"),
        ("Иван 89161234567", [("out_of_scope", 0.9)], "provide_phone"),
        ("звонки 89161234567", [("start_calls", 0.9)], "provide_phone"),
        ("не запускай 89161234567", [("start_calls", 0.9)], "provide_phone"),
        ("запускай обзвон по 89161234567", [("start_calls", 0.9)], "start_calls"),
        ("добавь в задание 4512 номер 89161234567", [("add_to_existing_task", 0.9)], "add_to_existing_task"),
        ("как-то так 89161234567", [("add_to_existing_task", 0.2)], "provide_phone"),
        ("создай обзвон «Весна», 89161234567", [("create_task", 0.9)], "create_task"),
        ("создай обзвон «Весна», 89161234567", [("provide_phone", 0.9)], "create_task"),
        ("Иван 89161234567", [("nlu_fallback", 0.3), ("create_task", 0.1)], "provide_phone"),
        ("89161234567", [], "provide_phone"),
        ("89161234567", [("confirm_count", 0.9)], "provide_phone"),
        # a number to take away is never a number to call, nor a yes, nor a start
        ("удали номер 89161234567", [("provide_phone", 0.9)], "edit_list"),
        ("удали номер 89161234567", [("out_of_scope", 0.9)], "edit_list"),
        ("не звони на 89161234567", [("provide_phone", 0.9)], "edit_list"),
        ("не звони на 89161234567", [("start_calls", 0.9)], "edit_list"),
        ("да, но убери 89161234567", [("affirm", 0.9)], "edit_list"),
        ("да, убери 89161234567 и запускай", [("affirm", 0.9)], "edit_list"),
        ("всем кроме 89161234567 запускай", [("provide_phone", 0.8), ("help", 0.1)], "edit_list"),
        ("создай обзвон по всем, кроме 89161234567", [("create_task", 0.9)], "edit_list"),
        ("создай обзвон «Не звони мне», 89161234567", [("create_task", 0.9)], "create_task"),
        ("добавь в задание 4512 номер 89161234567 вместо 89261234567", [("add_to_existing_task", 0.9)], "edit_list"),
        ("больше не звонить 89161234567", [("provide_phone", 0.9)], "do_not_call"),
        ("89161234567 отписалась", [("provide_phone", 0.9)], "do_not_call"),
        ("89161234567 отказывается", [("provide_phone", 0.9)], "edit_list"),
        ("создай обзвон Отказались от доставки, 89161234567", [("create_task", 0.9)], "create_task"),
        ("89161234567 в чс", [("provide_phone", 0.9)], "do_not_call"),
        ("убери 89161234567 из чёрного списка", [("edit_list", 0.9)], "do_not_call"),
        ("снова можно звонить 89161234567", [("affirm", 0.9)], "do_not_call"),
        # an order to start comes along with a new task
        ("создай обзвон Весна, 89161234567, и запускай", [("start_calls", 0.9)], "create_task"),
        ("создай обзвон Весна, 89161234567, и продолжай", [("resume_calls", 0.9)], "create_task"),
        # a question about a number does not give it
        ("89161234567 нам уже не по душе?", [("do_not_call", 0.9)], "do_not_call"),
        ("89161234567 есть у нас?", [("show_list", 0.9)], "show_list"),
        ("89161234567 есть у нас", [("show_list", 0.9)], "provide_phone"),
    ],
)
def test_with_numbers(text: str, ranking: list[tuple[str, float]], expected: str) -> None:
    assert settle(text, *ranking)[0] == expected


def test_a_rule_is_certain_and_the_model_keeps_its_doubt() -> None:
    assert settle("да", ("affirm", 0.4)) == ("affirm", 1.0)
    assert settle("привет всем", ("greet", 0.7)) == ("greet", 0.7)
