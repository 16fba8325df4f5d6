"""A taught phrase is a whole message; and whatever a file says, no doubt or refusal becomes a yes."""

from __future__ import annotations

import pytest

from rasa_twin24.nlu.decision import Prediction, decide
from rasa_twin24.text.complaint import corrects
from rasa_twin24.text.privacy import without_data
from rasa_twin24.text.taught import phrase_key, taught_intent, weakens_yes


@pytest.mark.parametrize("text", ["понеслась", "Понеслась!", "  ПОНЕСЛАСЬ.  ", "пoнеcлась", "понеслась :)"])
def test_heard_however_it_is_spelled(text: str) -> None:
    heard = decide(text, [], [], 0.3, {"понеслась": "affirm"}).intent == "affirm"
    assert heard == (text != "понеслась :)")  # a smile may be irony


@pytest.mark.parametrize(
    "text",
    ["понеслась?", "не понеслась", "понеслась завтра", "понеслась...", "«понеслась»", "понеслась (шутка)", "понесл", "",
     "понеслась да нет", "понеслась 🤔", "понеслась 8 916 123-45-67"],
)  # fmt: skip
def test_nothing_beside_it(text: str) -> None:
    settled = decide(text, [Prediction("affirm", 0.99)], [], 0.3, {"понеслась": "affirm"})
    assert settled.intent not in ("affirm", "start_calls")


@pytest.mark.parametrize(
    "text",
    ["не надо", "нет", "может быть", "понеслась?", "потом", "если что", "неохота", "ничего", "стопэ", "отменяется",
     "как бы да", "зачем", "без звонков", "nope", "don't", "maybe", "hold on", "later", "какнибудь потом", "хз"],
)  # fmt: skip
@pytest.mark.parametrize("intent", ["affirm", "start_calls", "resume_calls"])
def test_no_file_makes_a_yes_of_a_no(text: str, intent: str) -> None:
    assert weakens_yes(text)
    assert taught_intent(text, {phrase_key(text): intent}) is None
    assert decide(text, [], [], 0.3, {phrase_key(text): intent}).intent not in ("affirm", "start_calls")


@pytest.mark.parametrize(
    "text", ["понеслась", "жахнем", "hit it", "врубай шарманку", "вперёд и с песней", "лети голубь"]
)
def test_what_may_become_a_yes(text: str) -> None:
    assert not weakens_yes(text)
    assert taught_intent(text, {phrase_key(text): "affirm"}) == "affirm"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("позвони 8 916 123-45-67", "позвони •••"),
        ("мой ящик a.b@c.ru и https://x.ru/y?z", "мой ящик ••• и •••"),
        ("договор 4512 123456", "договор •••"),
        ("давай 5 раз", "давай 5 раз"),
        ("в\nдве  строки", "в две строки"),
    ],
)
def test_what_is_kept_of_a_text_tells_nobodys_number(text: str, kept: str) -> None:
    assert without_data(text) == kept


@pytest.mark.parametrize(
    "text",
    ["не то", "нет, не то", "я не это имел в виду", "Нет, я имела в виду статус", "ты не так понял", "это не то!",
     "я не про это спрашивал", "that's not what I meant", "I meant the other one", "you misunderstood"],
)  # fmt: skip
def test_who_was_taken_wrong_says_so(text: str) -> None:
    assert corrects(text)


@pytest.mark.parametrize("text", ["нет", "не надо", "не то чтобы да", "не тот номер", "то же самое", "I mean business",
                                  "не Курьеры, а Водители", "ты понял?"])  # fmt: skip
def test_a_refusal_is_no_complaint(text: str) -> None:
    assert not corrects(text)
