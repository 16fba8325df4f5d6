"""What is asked about a person's accounts in several messengers, and what is not."""

from __future__ import annotations

import time

import pytest

from rasa_twin24.nlu.decision import Prediction, decide
from rasa_twin24.text.accounts import accounts_intent, names_messenger, seems_about_accounts
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


# Written before the rules for them, and by somebody who did not look at the tables above.
@pytest.mark.parametrize(
    ("meaning", "texts"),
    [
        (
            "how_to_link",
            """
            хочу писать тебе ещё и из макса
            можно пользоваться тобой в вотсапе?
            как добавить второй аккаунт
            можно ли работать с тобой из двух мессенджеров
            синхронизируй мои аккаунты
            где взять код для другого мессенджера
            сделай чтобы в максе был тот же разговор
            мне удобнее писать из телеги, как подключить?
            хочу чтобы бот был у меня и в телеграме, и в максе
            у меня новый аккаунт, как перенести всё туда
            я удалил телеграм, хочу перейти в max
            can I use you in whatsapp too?
            how to link whatsapp
            move our chat to telegram
            I want the same conversation in max
            can you recognise me in telegram?
            сменил телефон и мессенджер, что делать
            хочу работать и тут, и в вотсапе
            """,
        ),
        (
            "continue_talk",
            """
            я начал в телеграме, давай закончим тут
            на чём мы остановились в телеграме?
            где мы остановились
            подхвати разговор из телеграма
            continue where we left off in telegram
            let's pick up where we stopped in WhatsApp
            continue my telegram conversation
            давай продолжим с телефона из макса
            """,
        ),
        (
            "unlink_account",
            """
            убери привязку к вотсапу
            больше не хочу писать из телеграма, отвяжи его
            разорви связь с вк
            это не я, отвяжи тот аккаунт
            расцепи мои аккаунты
            remove the link to my whatsapp
            отвяжи всё
            """,
        ),
        (
            "",
            """
            создай обзвон для телеграма
            обзвони подписчиков телеграм-канала
            отправь отчёт в телеграм
            номера из телеграма в файле
            свяжи меня с менеджером
            объедини два задания
            подключи обзвон
            подключись к crm
            есть ли у тебя доступ в телеграм?
            удали мой аккаунт
            можно звонить через ватсап?
            добавь максима
            добавь меня в друзья вконтакте
            не надо привязывать аккаунты
            не отвязывай телеграм
            продолжи с того места, где остановился
            pick up where we left off with the drivers
            we opened a vacancy, prepare a separate calling task for it
            какие у тебя мессенджеры
            почему в вк кнопки не работают
            подключи другой мессенджер и позвони на 8 916 123-45-67
            создай обзвон «подключи мой аккаунт»
            да
            запусти
            стоп всё
            """,
        ),
    ],
)
def test_in_freer_words(meaning: str, texts: str) -> None:
    for text in filter(None, map(str.strip, texts.splitlines())):
        assert (accounts_intent(text) or seems_about_accounts(text) or "") == meaning, text
        intent = decide(text, [Prediction("resume_calls", 0.9)], (), 0.3).intent
        assert (intent == "ask_accounts") == bool(meaning), (text, intent)


@pytest.mark.parametrize("name", ["Подключение Max", "Отвязка аккаунтов", "Новый аккаунт и Telegram"])
def test_free_words_are_a_name_where_one_is_asked_for(name: str) -> None:
    assert command_of(name) is None


def test_a_long_message_is_not_searched_for_long() -> None:
    began = time.perf_counter()
    for text in ("подключи мой макс " * 100_000, "начал " * 20, "из " * 40, "my telegram " * 10):
        seems_about_accounts(text)
    assert time.perf_counter() - began < 1


def test_messengers_are_known_by_their_names() -> None:
    assert names_messenger("продолжи из Телеграма")
    assert names_messenger("continue from WhatsApp")
    assert not names_messenger("продолжим с максимумом")
