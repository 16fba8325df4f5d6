"""What an owner wants done about people, as it is written; and names in whatever case."""

from __future__ import annotations

import pytest

from rasa_twin24.text.commands import _PHRASES, command_of
from rasa_twin24.text.people_request import Ask, likeness, names_person, read_people_request, wants_to_talk

LIST, INVITE, REVOKE, CHANGE, REMOVE = Ask.LIST, Ask.INVITE, Ask.REVOKE, Ask.CHANGE, Ask.REMOVE

# Message: what is asked, the role, the person's id, the words that may be a name.
REQUESTS = {
    "кто имеет доступ?": (LIST, None, None, None),
    "у кого есть доступ": (LIST, None, None, None),
    "покажи людей": (LIST, None, None, None),
    "кто может пользоваться ботом": (LIST, None, None, None),
    "сколько человек в боте": (LIST, None, None, None),
    "who has access": (LIST, None, None, None),
    "list the users": (LIST, None, None, None),
    "Пригласи оператора!": (INVITE, "operator", None, None),
    "пригласи, пожалуйста, наблюдателя": (INVITE, "viewer", None, None),
    "пригласи Анну оператором": (INVITE, "operator", None, None),
    "дай код для оператора": (INVITE, "operator", None, None),
    "нужно приглашение": (INVITE, None, None, None),
    "добавь нового наблюдателя": (INVITE, "viewer", None, None),
    "добавь коллегу": (INVITE, None, None, None),
    "let a colleague in": (INVITE, None, None, None),
    "invite an operator": (INVITE, "operator", None, None),
    "пригласи владельца": (INVITE, "owner", None, None),
    "отзови приглашения": (REVOKE, None, None, None),
    "отмени все выданные коды": (REVOKE, None, None, None),
    "revoke all invitations": (REVOKE, None, None, None),
    "сделай telegram:5 наблюдателем": (CHANGE, "viewer", "telegram:5", ()),
    "Сделай Telegram:5 оператором.": (CHANGE, "operator", "telegram:5", ()),
    "сделай telegram:9161234567 наблюдателем": (CHANGE, "viewer", "telegram:9161234567", ()),
    "пусти slack:U02AB оператором": (CHANGE, "operator", "slack:U02AB", ()),
    "make telegram:5 a viewer": (CHANGE, "viewer", "telegram:5", ()),
    "дай доступ telegram:7": (CHANGE, None, "telegram:7", ()),
    "сделай telegram:5 владельцем": (CHANGE, "owner", "telegram:5", ()),
    "сделай Анну оператором": (CHANGE, "operator", None, ("анну",)),
    "назначь Ивана Петрова наблюдателем": (CHANGE, "viewer", None, ("ивана", "петрова")),
    "переведи Марию в наблюдатели": (CHANGE, "viewer", None, ("марию",)),
    "смени роль Анне": (CHANGE, None, None, ("анне",)),
    "give Anna operator rights": (CHANGE, "operator", None, ("anna",)),
    "сделай Анну админом": (CHANGE, "owner", None, ("анну",)),
    "убери доступ у telegram:5": (REMOVE, None, "telegram:5", ()),
    "удали telegram:5 из бота": (REMOVE, None, "telegram:5", ()),
    "remove telegram:5": (REMOVE, None, "telegram:5", ()),
    "удали Анну из бота": (REMOVE, None, None, ("анну",)),
    "закрой Анне доступ": (REMOVE, None, None, ("анне",)),
    "лиши Петра прав": (REMOVE, None, None, ("петра",)),
    "remove Anna from the bot": (REMOVE, None, None, ("anna",)),
}  # fmt: skip
UNCLEAR = [
    "создай обзвон", "сделай обзвон Весна", "убери 89161234567", "telegram:5", "да", "", "запусти обзвон", "убери Анну",
    "сделай что-нибудь", "мой telegram: 9161234567", "{person}", "/people",
]  # fmt: skip


@pytest.mark.parametrize("text", REQUESTS)
def test_requests(text: str) -> None:
    request = read_people_request(text)
    ask, role, person, words = REQUESTS[text]
    assert request is not None
    assert (request.ask, request.role, request.person) == (ask, role, person)
    assert words is None or request.words == words


@pytest.mark.parametrize(
    "text",
    ["позови оператора", "переведи на оператора", "соедини меня с живым человеком", "let me talk to an operator"],
)
def test_somebody_to_talk_to(text: str) -> None:
    assert wants_to_talk(text)


def test_no_request_about_people_asks_for_a_talk() -> None:
    assert [text for text in REQUESTS if wants_to_talk(text)] == []


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_is_no_clear_request(text: str) -> None:
    assert read_people_request(text) is None
    assert not names_person(text)


def test_only_an_id_and_what_to_do_with_it_make_a_request_certain() -> None:
    certain = {text for text in REQUESTS if names_person(text)}
    assert certain == {text for text, (_, _, person, _) in REQUESTS.items() if person}
    assert {command_of(text) for text in certain} == {"manage_people"}


@pytest.mark.parametrize("text", ["WhatsApp:+79161234567", "viber:89161234567", "вот telegram:9161234567"])
def test_a_number_behind_a_messengers_name_stays_a_number(text: str) -> None:
    assert not names_person(text)


@pytest.mark.parametrize("phrase", [part.strip() for part in _PHRASES["manage_people"].replace("\n", "|").split("|")])
def test_every_whole_message_command_is_a_clear_request(phrase: str) -> None:
    if phrase:
        assert command_of(phrase) == "manage_people"
        assert read_people_request(phrase) is not None


@pytest.mark.parametrize(
    ("words", "name", "number"),
    [
        (("анну",), "Анна Петрова", 1),
        (("анны",), "Анна", 1),
        (("ивана", "петрова"), "Иван Петров", 2),
        (("ивана", "петрова"), "Иван Сидоров", 1),
        (("павла",), "Павел", 1),
        (("петра",), "Пётр", 1),
        (("марию",), "Мария ✨", 1),
        (("anna",), "ANNA", 1),
        (("анну",), "Антон", 0),
        (("анну",), "", 0),
        ((), "Анна", 0),
    ],
)
def test_names_in_any_case(words: tuple[str, ...], name: str, number: int) -> None:
    assert likeness(words, name) == number
