"""What is asked about a person's accounts in several messengers, and what is not."""

from __future__ import annotations

import time

import pytest

from rasa_twin24.nlu.decision import Prediction, decide
from rasa_twin24.text.accounts import accounts_intent
from rasa_twin24.text.commands import command_of


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("привяжи другой мессенджер", "link_account"),
        ("Привяжи Telegram!", "link_account"),
        ("свяжи с телеграмом", "link_account"),
        ("свяжи меня с телеграмом, пожалуйста", "link_account"),
        ("хочу привязать вк", "link_account"),
        ("как привязать другой аккаунт?", "link_account"),
        ("привяжи мой второй аккаунт в телеграме", "link_account"),
        ("подключи вайбер сюда", "link_account"),
        ("свяжи мои аккаунты", "link_account"),
        ("дай код привязки", "link_account"),
        ("link my other account", "link_account"),
        ("connect my WhatsApp", "link_account"),
        ("link this account to telegram", "link_account"),
        ("отвяжи этот мессенджер", "unlink_account"),
        ("отвяжи телеграм", "unlink_account"),
        ("отвяжи все аккаунты", "unlink_account"),
        ("unlink this account", "unlink_account"),
        ("please disconnect telegram", "unlink_account"),
        ("продолжи из Telegram", "continue_talk"),
        ("Давай продолжим из телеграма", "continue_talk"),
        ("продолжим отсюда", "continue_talk"),
        ("продолжить разговор из вк", "continue_talk"),
        ("продолжи то, что начали в телеграме", "continue_talk"),
        ("давай продолжим разговор", "continue_talk"),
        ("continue from Telegram", "continue_talk"),
        ("let's continue from vk", "continue_talk"),
        ("continue the conversation", "continue_talk"),
    ],
)
def test_about_accounts(text: str, intent: str) -> None:
    assert accounts_intent(text) == intent
    assert command_of(text) == intent
    assert decide(text, [Prediction("resume_calls", 0.9)], (), 0.3) == Prediction(intent, 1.0)


@pytest.mark.parametrize(
    "text",
    [
        "продолжи",
        "продолжай",
        "продолжим",
        "продолжи здесь",
        "продолжи обзвон",
        "продолжи обзвон из телеграма",
        "продолжи звонить",
        "продолжи с паузы",
        "продолжи с 10 номера",
        "continue",
        "resume",
        "continue calling",
        "не продолжай из телеграма",
        "да, продолжи из телеграма",
        "запусти и продолжи из телеграма",
        "создай обзвон «продолжи из телеграма»",
        "позвони из телеграма",
        "не отвязывай телеграм",
        "привяжи",
        "отвяжи",
        "отключи",
        "отключи меня",
        "отвяжись",
        "link",
        "привяжи фразу «погнали» к «да»",
        "привяжи номер 8 916 123-45-67",
        "свяжи меня с оператором",
        "свяжись с максимом",
        "телеграм",
        "да",
        "отмена",
        "стоп всё",
    ],
)
def test_about_something_else(text: str) -> None:
    assert accounts_intent(text) is None
    assert command_of(text) not in ("link_account", "unlink_account", "continue_talk")


@pytest.mark.parametrize(
    ("text", "intent"), [("продолжи", "resume_calls"), ("продолжи обзвон", "resume_calls"), ("да", "affirm")]
)
def test_what_stands_beside_it_stays_what_it_is(text: str, intent: str) -> None:
    assert decide(text, [Prediction("resume_calls", 0.9)], (), 0.3).intent == intent


def test_a_long_message_is_not_looked_at_for_long() -> None:
    began = time.process_time()
    assert accounts_intent("привяжи " * 100_000) is None
    assert accounts_intent("ну, " * 29) is None
    assert time.process_time() - began < 1
