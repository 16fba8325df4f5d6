"""What is asked about taught phrases, in which words, and what is not."""

from __future__ import annotations

import time

import pytest

from rasa_twin24.nlu.decision import decide
from rasa_twin24.text.commands import command_of
from rasa_twin24.text.meanings import read_meaning
from rasa_twin24.text.teach import Ask, read_teaching
from rasa_twin24.text.teach_wish import teach_wish


@pytest.mark.parametrize(
    ("text", "phrase", "intent"),
    [
        ('научись: "погнали" значит "да"', "погнали", "affirm"),
        ("Научись: «понеслась» значит «да»", "понеслась", "affirm"),
        ("запомни, что «врубай шарманку» это запустить", "врубай шарманку", "start_calls"),
        ("запомни: «чё там по звонкам» — статус", "че там по звонкам", "task_status"),
        ("бот, запомни что фраза «шабаш» означает отмена", "шабаш", "cancel"),
        ("запомни: понеслась значит да", "понеслась", "affirm"),
        ("когда я пишу «шабаш», это отмена", "шабаш", "cancel"),
        ("выучи „ау“ = привет, пожалуйста", "ау", "greet"),
        ("учти: «не вижу смысла» то же, что «нет»", "не вижу смысла", "deny"),
        ('learn: "hit it" means "yes"', "hit it", "affirm"),
        ('remember that "hit it" is start', "hit it", "start_calls"),
        ('please learn "nuff" as cancel', "nuff", "cancel"),
        ('when I say "nuff" I mean stop', "nuff", "cancel"),
        ("learn: «what's cooking» means task_status", "what's cooking", "task_status"),
        ("научись: «фигня» значит «какая-то ерунда»", "фигня", None),
        ("научись: «понеслась»", "понеслась", None),
        ("научись: «8 916 123-45-67» значит «да»", "8 916 123-45-67", "affirm"),
    ],
)
def test_a_phrase_and_its_meaning(text: str, phrase: str, intent: str | None) -> None:
    asked = read_teaching(text)
    assert asked is not None
    assert (asked.ask, asked.phrase, read_meaning(asked.meaning)) == (Ask.TEACH, phrase, intent)
    assert decide(text, (), (), 0.3).intent == "teach"
    assert command_of(text) == "teach"


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("верни прошлую модель", Ask.BACK),
        ("Верни, пожалуйста, модель", None),
        ("откати на предыдущую модель", Ask.BACK),
        ("откат", Ask.BACK),
        ("rollback", Ask.BACK),
        ("bring back the last model", Ask.BACK),
        ("что ты не понял", Ask.REVIEW),
        ("что ты не понял за неделю?", Ask.REVIEW),
        ("чего ты не понимаешь?", Ask.REVIEW),
        ("what did you not understand?", Ask.REVIEW),
        ("what didn't you understand", Ask.REVIEW),
        ("чему ты научился?", Ask.LIST),
        ("what have you learned", Ask.LIST),
        ("забудь фразу «понеслась»", Ask.FORGET),
        ("разучись: «понеслась»", Ask.FORGET),
        ('forget the phrase "hit it"', Ask.FORGET),
        ("хочу научить тебя", Ask.TEACH),
        ("научись", Ask.TEACH),
    ],
)
def test_the_rest_that_can_be_asked(text: str, ask: Ask | None) -> None:
    asked = read_teaching(text)
    assert (asked and asked.ask) == ask


@pytest.mark.parametrize(
    "text",
    [
        "да",
        "забудь",
        "забудь меня",
        "удали «Ромашка»",
        "убери последний",
        "запомни, это важно",
        "запомни номер 8 916 123-45-67",
        "учти, номер неверный",
        "что ты не понял в моём сообщении про вчерашний обзвон по Казани и почему не запустил",
        "создай обзвон «Научись: А значит Б»",
        "это значит да",
        "значит, запускай",
        "note: 5 people",
        "learn more",
        "верни номера",
    ],
)
def test_not_about_teaching(text: str) -> None:
    assert read_teaching(text) is None


@pytest.mark.parametrize(
    ("text", "phrase", "intent"),
    [
        ("у нас «жарь» значит запустить, запомни", "жарь", "start_calls"),
        ("добавь себе выражение «суши вёсла», это отмена", "суши вёсла", "cancel"),
        ("когда кто-нибудь напишет «кофе-брейк», это пауза", "кофе-брейк", "pause_calls"),
        ("под словом «сводка» понимай статус", "сводка", "task_status"),
        ("впредь считай «стоп-кран» как отмена", "стоп-кран", "cancel"),
        ("сделай алиас: «ст» это статус", "ст", "task_status"),
        ('from now on "boom" means pause', "boom", "pause_calls"),
        ('if somebody writes "so?" understand it as status', "so?", "task_status"),
        ("запомни наше словечко «хвосты»", "хвосты", None),
        ("хочу научить тебя нашему сленгу", "", None),
        ("можно тебя обучить новым словам?", "", None),
        ("слово баста теперь означает отмену", "", None),
        ("когда я пишу баста, это отмена", "", None),
        ("let me teach you our slang", "", None),
    ],
)
def test_however_it_is_put_it_is_asked_about(text: str, phrase: str, intent: str | None) -> None:
    asked = teach_wish(text)
    assert asked is not None
    assert (asked.ask, asked.phrase, read_meaning(asked.meaning), asked.certain) == (Ask.TEACH, phrase, intent, False)
    assert decide(text, (), (), 0.3).intent == "teach"
    assert command_of(text) is None  # what is typed for a task's name is its name


@pytest.mark.parametrize(
    ("text", "ask", "phrase"),
    [
        ("удали выученную фразу", Ask.FORGET, ""),
        ("разучись понимать слово «бахнем»", Ask.FORGET, "бахнем"),
        ("покажи, каким фразам тебя научили наши", Ask.LIST, ""),
        ("show me the phrases you learned from us", Ask.LIST, ""),
    ],
)
def test_the_rest_however_it_is_put(text: str, ask: Ask, phrase: str) -> None:
    asked = teach_wish(text)
    assert asked is not None
    assert (asked.ask, asked.phrase) == (ask, phrase)


@pytest.mark.parametrize(
    "text",
    [
        "создай обзвон «Слово значит дело», запомни фразу",
        "запусти «Весну»",
        "что значит статус «PROCESS»?",
        "какие команды ты понимаешь?",
        "what commands do you understand",
        "если скажу «да», ты сразу позвонишь?",
        "научи меня пользоваться ботом",
        "одним словом, запускай",
        "я запомню",
        "добавь номера в «Осень»",
        "убери из списка Иванова",
        "значит так, создавай новый обзвон",
    ],
)
def test_not_about_words(text: str) -> None:
    assert teach_wish(text) is None


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("«Да».", "affirm"),
        ("запустить", "start_calls"),
        ("то же, что «статус»", "task_status"),
        ("STATUS", "task_status"),
        ("отмену", None),
        ("affirm", "affirm"),
        ("ага, давай", "affirm"),
        ("ни в коем случае", "deny"),
        ("", None),
        ("приготовить борщ", None),
    ],
)
def test_meanings_are_a_closed_table(words: str, intent: str | None) -> None:
    assert read_meaning(words) == intent


def test_no_text_takes_long() -> None:
    slow = []
    for text in ("запомни " + " — " * 500, "запомни " + "что " * 500, "бот, " * 400, "научись: «" + "а " * 1000):
        began = time.process_time()
        read_teaching(text)
        teach_wish(text)
        if time.process_time() - began > 1.0:  # it takes milliseconds; a pattern that explodes takes years
            slow.append(text[:20])
    assert slow == []


def test_a_number_in_the_phrase_changes_nothing() -> None:
    text = "научись: «8 916 123-45-67» значит «да»"
    assert decide(text, (), [(10, 25)], 0.3).intent == "teach"
