"""Contact cards, the numbers on them in every writing, and names that are made to be read as something else."""

from __future__ import annotations

import pytest

from rasa_twin24.channels.cards import card_line, international, name_on_line, read_vcard, vcard_numbers
from rasa_twin24.channels.incoming import CONTACT, Incoming, understand
from rasa_twin24.text.phones import read_numbers

VCARD_3 = """BEGIN:VCARD
VERSION:3.0
N:Петров;Иван;;;
FN:Иван Петров
TEL;TYPE=CELL:+7 916 123-45-67
item1.TEL;TYPE=WORK:8 (495) 765-43-21
EMAIL:79990000000@example.org
NOTE:не звонить 89031112233
END:VCARD"""
VCARD_4 = """BEGIN:VCARD
VERSION:4.0
FN:Anna
TEL;VALUE=uri;TYPE="voice,home":tel:+49-30-1234567;ext=12
TEL;VALUE=uri:TEL:+447911123456
END:VCARD"""


@pytest.mark.parametrize(
    ("phone", "names", "vcard", "line"),
    [
        ("79991234567", ("Иван", "Петров"), None, "Иван Петров: +79991234567"),
        ("79991234567", ("Иван", None), None, "Иван: +79991234567"),
        ("79991234567", (None, 5), None, "+79991234567"),
        ("79991234567", ("👍", ""), None, "+79991234567"),
        ("79161234567", ("Иван",), VCARD_3, "Иван: +79161234567, 8 (495) 765-43-21"),
        ("84951234567", ("Склад",), VCARD_3, "Склад: 84951234567, +7 916 123-45-67, 8 (495) 765-43-21"),
        ("+49 30 1234567", ("Anna",), VCARD_4, "Anna: +49 30 1234567, +447911123456"),
        ("79991234567", ("Иван",), "BEGIN:VCARD", "Иван: +79991234567"),
        ("79991234567", ("Иван",), "\x00" * 50, "Иван: +79991234567"),
        ("79991234567", ("Иван",), {"tel": 5}, "Иван: +79991234567"),
        ("", ("Иван",), None, "Иван: ?"),
        ("", (), None, "?"),
    ],
)
def test_lines(phone: str, names: tuple[object, ...], vcard: object, line: str) -> None:
    assert card_line(phone, *names, vcard=vcard) == line


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Склад 2", "Склад 2"),
        ("Иван 89161234567", "Иван"),
        ("8-916-123-45-67", ""),
        ("Иван: +7916, отдел; продаж", "Иван отдел продаж"),
        ("/confirm_start", "confirm_start"),
        ("a\nb\u202ec", "a bc"),
        ("Анна-Мария (бух.)", "Анна-Мария (бух."),
        ("…", ""),
        ("я" * 100, "я" * 60),
    ],
)
def test_names(given: str, name: str) -> None:
    assert name_on_line(given) == name


@pytest.mark.parametrize("name", ["Да", "Запусти обзвон", "стоп всё", "Отмена", "Заказ", "Паспортный стол", "ИНН"])
def test_a_name_is_no_request_and_hides_no_number(name: str) -> None:
    turn = understand(Incoming("telegram", "1", "500100", CONTACT, card_line("79161234567", name)))

    assert (turn.intent, turn.kind) == ("provide_phone", CONTACT)
    assert [found.e164 for found in read_numbers(turn.text, "RU").found] == ["+79161234567"]


def test_a_flood_of_numbers_is_cut() -> None:
    lines = "\n".join(f"TEL:+7916123{number:04}" for number in range(60))
    vcard = f"BEGIN:VCARD\nVERSION:3.0\nFN:x\n{lines}\nEND:VCARD"

    assert len(vcard) < 2048
    assert card_line("79991234567", "Иван", vcard=vcard).count("+") == 10
    assert list(vcard_numbers(vcard + " " * 2048)) == []


@pytest.mark.parametrize(
    ("card", "number"),
    [
        ("79991234567", "+79991234567"),
        ("+7 999 765-43-21", "+7 999 765-43-21"),
        ("84951234567", "84951234567"),
        ("8 (495) 123-45-67", "8 (495) 123-45-67"),
        ("9161234567", "9161234567"),
        ("447911123456", "+447911123456"),
        ("8612345678901", "+8612345678901"),
        ("tel:+79991234567", "+79991234567"),
        pytest.param("+7 999 765-43-21 доб. 12", "+7 999 765-43-21", id="extension by word"),
        pytest.param("+4930123456,12", "+4930123456", id="extension behind a pause"),
        pytest.param("79991234567;ext=5", "+79991234567", id="extension of a tel address"),
        pytest.param("\u202a+7 999 765‑43‑21\u202c", "+7 999 765-43-21", id="a phone book's signs"),
        pytest.param("+49 30/1234567", "+49 30 1234567", id="slash"),
        pytest.param("89161234567, 89167654321", "89161234567", id="two numbers: the first"),
        ("", "?"),
        ("нет номера", "?"),
        ("*#", "?"),
        ("+", "?"),
        pytest.param("7" * 20, "?", id="more digits than any number"),
        pytest.param("7" * 100_000, "?", id="a flood of digits"),
        pytest.param('/affirm{"x":"79991234567"}', "+79991234567", id="smuggled intent"),
    ],
)
def test_contact_cards(card: str, number: str) -> None:
    assert international(card) == number


def test_a_card_that_is_all_there_is() -> None:
    assert read_vcard(VCARD_3) == ("Иван Петров", ["+7 916 123-45-67", "8 (495) 765-43-21"])
    assert read_vcard("BEGIN:VCARD\nVERSION:3.0\nEND:VCARD") == ("", [])
    assert read_vcard(VCARD_3, most=100) == read_vcard("нет карточки") == read_vcard(None) == ("", [])
