"""The museum of phone numbers: surely a number, worth asking about, looks like one but is not."""

from __future__ import annotations

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasa_twin24.text.dialling import is_russian_mobile
from rasa_twin24.text.phones import find_phones, last_two, mask, mask_written, read_numbers

ANNA, BORIS, VERA = "+79161234567", "+79267654321", "+79031112233"

# What people write when they mean exactly one number.
ONE_NUMBER = {
    "89161234567": ANNA,
    "79161234567": ANNA,
    "+79161234567": ANNA,
    "9161234567": ANNA,
    "+7 916 123-45-67": ANNA,
    "+7 (916) 123-45-67": ANNA,
    "+7(916)123-45-67": ANNA,
    "+7(916)1234567": ANNA,
    "+7-916-123-45-67": ANNA,
    "+7.916.123.45.67": ANNA,
    "+ 7 916 123 45 67": ANNA,
    "+(7) 916 123-45-67": ANNA,
    "8 (916) 123 45 67": ANNA,
    "8(916)123-45-67": ANNA,
    "8-916-123-45-67": ANNA,
    "8.916.123.45.67": ANNA,
    "8 916 123 4567": ANNA,
    "8 916 1234567": ANNA,
    "8916 123 45 67": ANNA,
    "8916-123-45-67": ANNA,
    "8916 1234567": ANNA,
    "7 916 123 45 67": ANNA,
    "916 123 45 67": ANNA,
    "916-123-45-67": ANNA,
    "(916) 123-45-67": ANNA,
    "(916)1234567": ANNA,
    "916 1234567": ANNA,
    "916 123 4567": ANNA,
    "+8 916 123 45 67": ANNA,
    "+89161234567": ANNA,
    "8 9 1 6 1 2 3 4 5 6 7": ANNA,
    "8 - 916 - 123 - 45 - 67": ANNA,
    "8  916  123  45  67": ANNA,
    "8\u00a0916\u00a0123\u00a045\u00a067": ANNA,
    "8 916 123–45–67": ANNA,
    "8 916 123—45—67": ANNA,
    "8‑916‑123‑45‑67": ANNA,
    "+7\u202f916\u202f123\u202f45\u202f67": ANNA,
    "8916\u200b1234567": ANNA,
    "\u2066+79161234567\u2069": ANNA,
    "８９１６１２３４５６７": ANNA,
    "＋７ ９１６ １２３ ４５ ６７": ANNA,
    "8️⃣9️⃣1️⃣6️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣": ANNA,
    "➕7️⃣9161234567": ANNA,
    "𝟖𝟗𝟏𝟔𝟏𝟐𝟑𝟒𝟓𝟔𝟕": ANNA,
    "tel:+79161234567": ANNA,
    "тел.89161234567": ANNA,
    "тел:8-916-123-45-67": ANNA,
    "тел89161234567": ANNA,
    "tel89161234567": ANNA,
    "моб. 8 916 123-45-67": ANNA,
    "(8-916-123-45-67)": ANNA,
    "«89161234567»": ANNA,
    '"+79161234567"': ANNA,
    "89161234567.": ANNA,
    "89161234567!": ANNA,
    "1) 89161234567": ANNA,
    "1)89161234567": ANNA,
    "1. 8 916 123 45 67": ANNA,
    "12. 916 123-45-67": ANNA,
    "№1 89161234567": ANNA,
    "№3. 8 916 123 45 67": ANNA,
    "- 89161234567": ANNA,
    "• 8 916 123 45 67": ANNA,
    "— +7 916 123 45 67": ANNA,
    "3: 89161234567": ANNA,
    "(2) 8 (916) 123-45-67": ANNA,
    "номер телефона № 89161234567": ANNA,
    "89161234567 доб. 123": ANNA,
    "8 916 123-45-67, доб.12": ANNA,
    "8 916 123-45-67 (доб. 4)": ANNA,
    "+7 916 123 45 67 ext 5": ANNA,
    "8 495 123-45-67": "+74951234567",
    "(495) 123-45-67": "+74951234567",
    "495 123-45-67": "+74951234567",
    "8 (812) 123-45-67": "+78121234567",
    "8 (4842) 12-34-56": "+74842123456",
    "8 800 555-35-35": "+78005553535",
    "8-800-555-35-35": "+78005553535",
    "88005553535": "+78005553535",
    "8 701 234 56 78": "+77012345678",
    "+7 701 234 56 78": "+77012345678",
    "+375 29 123-45-67": "+375291234567",
    "375 29 123 45 67": "+375291234567",
    "375291234567": "+375291234567",
    "+380 44 123 45 67": "+380441234567",
    "380441234567": "+380441234567",
    "998 90 123 45 67": "+998901234567",
    "+998901234567": "+998901234567",
    "+374 91 123456": "+37491123456",
    "+1 212 555 0123": "+12125550123",
    "+1 (650) 253-0000": "+16502530000",
    "+44 20 7946 0958": "+442079460958",
    "+49 151 23456789": "+4915123456789",
    "+49 (0) 151 23456789": "+4915123456789",
    "0049 151 23456789": "+4915123456789",
    "00 49 151 23456789": "+4915123456789",
    "8 10 49 151 23456789": "+4915123456789",
    "8~10~49~151~23456789": "+4915123456789",
    "810 375 29 123 45 67": "+375291234567",
    "+86 138 0013 8000": "+8613800138000",
    "+971 50 123 4567": "+971501234567",
    # dictated
    "восемь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь": ANNA,
    "Восемь, девятьсот шестнадцать, сто двадцать три, сорок пять, шестьдесят семь": ANNA,
    "плюс семь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь": ANNA,
    "девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь": ANNA,
    "8 девятьсот шестнадцать 123 45 67": ANNA,
    "восемь 916 123 сорок пять 67": ANNA,
    "восемь девять один шесть один два три четыре пять шесть семь": ANNA,
    "восем девятсот шеснадцать сто двацать три сорок пят шестдесят сем": ANNA,
    "восемь девятьсот шеснацать сто двадцать три сорк пять шестьдесят семь": ANNA,
    "восемь восемьсот пятьсот пятьдесят пять тридцать пять тридцать пять": "+78005553535",
    "восемь девятьсот три сто одиннадцать двадцать два тридцать три": VERA,
    "восемь девятьсот двадцать шесть семьсот шестьдесят пять сорок три двадцать один": BORIS,
    "восемь девятьсот шестнадцать ноль ноль пять ноль семь ноль девять": "+79160050709",
    "plus seven nine one six one two three four five six seven": ANNA,
    "eight nine sixteen one twenty three forty five sixty seven": ANNA,
    "seven nine one six one two three four five six seven": ANNA,
    "nine one six one two three four five six seven": ANNA,
    "nine hundred sixteen one two three four five six seven": ANNA,
    "eight nine one six double five five four five six seven": "+79165554567",
}

SEVERAL_NUMBERS = {
    "89161234567, 89267654321": [ANNA, BORIS],
    "89161234567 89267654321": [ANNA, BORIS],
    "89161234567\n89267654321": [ANNA, BORIS],
    "89161234567\r\n89267654321\r\n": [ANNA, BORIS],
    "89161234567;89267654321": [ANNA, BORIS],
    "89161234567/89267654321": [ANNA, BORIS],
    "89161234567|89267654321": [ANNA, BORIS],
    "89161234567,89267654321,89031112233": [ANNA, BORIS, VERA],
    "8 916 123 45 67 8 926 765 43 21": [ANNA, BORIS],
    "916 123 45 67 926 765 43 21": [ANNA, BORIS],
    "9161234567 9267654321 9031112233": [ANNA, BORIS, VERA],
    "8(916)123-45-67 8(926)765-43-21": [ANNA, BORIS],
    "8916123456789267654321": [ANNA, BORIS],
    "+79161234567+79267654321": [ANNA, BORIS],
    "+7916123456789267654321": [ANNA, BORIS],
    "89161234567 и 89267654321": [ANNA, BORIS],
    "89161234567и89267654321": [ANNA, BORIS],
    "89161234567 - 89267654321": [ANNA, BORIS],
    "89161234567 — Анна, 89267654321 — Борис": [ANNA, BORIS],
    "Анна 8 916 123-45-67\nБорис 8 926 765-43-21": [ANNA, BORIS],
    "1) 89161234567 2) 89267654321": [ANNA, BORIS],
    "1. 8 916 123 45 67\n2. 8 926 765 43 21\n3. 8 903 111 22 33": [ANNA, BORIS, VERA],
    "1. 916 123 45 67 2. 926 765 43 21": [ANNA, BORIS],
    "№1 89161234567\n№2 89267654321": [ANNA, BORIS],
    "89161234567 89161234567": [ANNA, ANNA],
    "+79161234567, 89161234567 и 9161234567": [ANNA, ANNA, ANNA],
    "8 916 123 45 67 (Анна), +375 29 123-45-67 (Минск)": [ANNA, "+375291234567"],
    "звони 89161234567 с 10:00 до 19:00, потом 89267654321": [ANNA, BORIS],
    "да, вот ещё 89161234567": [ANNA],
    "12.05.2024 89161234567 1500 руб": [ANNA],
    "Заказ 12345, 89161234567": [ANNA],
    "договор № 78945612300, тел. 8 916 123 45 67": [ANNA],
    "ИНН 7707083893 тел 89161234567": [ANNA],
    "ivan@mail.ru, 89161234567": [ANNA],
    "добавь в задание 89161234567 и 89267654321": [ANNA, BORIS],
    "task 550e8400-e29b-41d4-a716-446655440000: 89161234567": [ANNA],
    "500 руб 89161234567 500 руб": [ANNA],
    "восемь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь и 89267654321": [ANNA, BORIS],
}

# Possible, or one step from possible: the person is asked.
ASK = [
    "+7 930 000 00 00",
    "8 123 456 78 90",
    "+7 100 123 45 67",
    "9 161 234 567",
    "89 161 234 567",
    "89.161.234.567",
    "4951234567",
    "9214 123456",
]
# Looks like a number and is none: (text, reason).
REJECTED = [
    ("8916123456", "too_short"),
    ("+7 916 123 45 6", "too_short"),
    ("916 123 45", "too_short"),
    ("123-45-67", "too_short"),
    ("891612345678", "too_long"),
    ("+7 916 123 45 678", "too_long"),
    ("916 123 45 678 9 0 1 2 3 4 5", "too_long"),
    ("88888888888", "impossible"),
    ("0000000000", "impossible"),
    ("5555555555", "impossible"),
]
# Plainly something else: nothing is found and nothing is reported.
SOMETHING_ELSE = [
    "12.05.2024",
    "12.05.24",
    "12/05/2024",
    "2024-05-12",
    "2024-05-12T10:20:30+03:00",
    "2024-05-12 10:20",
    "10:30",
    "10:30:15",
    "с 9:00 до 18:00",
    "9:00-18:00",
    "10.00-19.00",
    "10 000 000 руб",
    "1 500 000 рублей",
    "89161234567 руб",
    "1500000р",
    "$1234567890",
    "12 345 678,50 ₽",
    "9161234567 тенге",
    "100 тыс",
    "ИНН 7707083893",
    "инн: 770708389312",
    "ИНН9161234567",
    "КПП 770701001",
    "ОГРН 1027700132195",
    "СНИЛС 112-233-445 95",
    "112-233-445 95",
    "849-512-345 67",
    "паспорт 4510 123456",
    "паспорт серия 9214 № 123456",
    "Паспорт: 92 14 123456",
    "карта 4276 1234 5678 9012",
    "4276 1234 5678 9012",
    "4276-1234-5678-9012",
    "заказ 89161234567",
    "заказ № 9161234567",
    "заказа №79161234567",
    "номер заказа 89161234567",
    "договор 8916/1234567-89",
    "по договору № 89161234567",
    "контракт 9161234567",
    "id 89161234567",
    "ID: 9161234567",
    "id задания 79161234567",
    "задание № 89161234567",
    "обзвон №9161234567",
    "№89161234567",
    "#89161234567",
    "заявка 89161234567",
    "трек 89161234567",
    "order 89161234567",
    "invoice no. 9161234567",
    "account 79161234567",
    "р/с 40817810099910004312",
    "550e8400-e29b-41d4-a716-446655440000",
    "89161234-5678-4916-1234-567891612345",
    "89161234567891612345678916123456",
    "ivan89161234567@mail.ru",
    "89161234567@mail.ru",
    "ivan@89161234567.ru",
    "https://example.com/89161234567",
    "http://example.com/?p=79161234567",
    "wa.me/79161234567",
    "www.89161234567.ru",
    "site.ru/9161234567",
    "192.168.100.101",
    "8.8.8.8",
    "192.168.1.1:8080",
    "55.755826, 37.617300",
    "A89161234567",
    "order_89161234567",
    "89161234567abc",
    "x9161234567y",
    "в 2024 году 15 человек",
    "с 1990 по 2024",
    "100%",
    "семь человек и двадцать три звонка",
    "сто двадцать пять",
    "1 2 3",
    "",
    " ",
    "привет",
]

SENTENCES = [
    "{}",
    "  {}  ",
    "позвони {}",
    "Добавь, пожалуйста, номер {} в список",
    "мой телефон: {}, звоните",
    "please call {} today",
    "Иван Петров {}",
    "да, {}",
    "👍 {} 👍",
    "первая строка\n{}\nтретья строка",
]


def values(text: str, region: str = "RU") -> list[str]:
    return [phone.e164 for phone in find_phones(text, region)]


# An index or a bullet stands at the head of a line only.
LIST_ITEM = re.compile(r"[-•—№]|\(?\d{1,2}(?:\)|[.:] )")
IN_SENTENCES = [
    (sentence.format(text), number)
    for text, number in ONE_NUMBER.items()
    for sentence in SENTENCES
    if sentence == "{}" or not LIST_ITEM.match(text)
]


# What somebody wrote → as it is shown to them: no seven digits in a row of what may be a number.
SHOWN = {
    "8 916 123-45-67": "+7 916 ***-**-67",
    "8 916 123-45-67 (12)": "+7 916 ***-**-67 (12)",
    "8 916 123-45-67, 8 903 234-56-78": "+7 916 ***-**-67, +7 903 ***-**-78",
    "8 200 123-45-67": "8 20* ***-**-67",
    "8916123456": "891*****56",
    "12345": "12345",
    "123456": "123456",
    "1234567": "123**67",
    "Анна\n  8916123456": "Анна 891*****56",
    "7,91612E+10": "7,91***E+10",
    "нет номера": "нет номера",
    "Общество с ограниченной ответственностью «Ромашка»": "Общество с ограниченной ответственностью",
}


@pytest.mark.parametrize("text", SHOWN)
def test_what_was_written_is_shown_without_whole_numbers(text: str) -> None:
    assert mask_written(text) == SHOWN[text]


def test_masked_as_in_its_own_country() -> None:
    assert mask_written("030 901820", "DE") == "+49 ***20"


@pytest.mark.parametrize(("text", "number"), IN_SENTENCES)
def test_one_number_alone_and_inside_sentences(text: str, number: str) -> None:
    assert values(text) == [number]


@pytest.mark.parametrize("text", SEVERAL_NUMBERS)
def test_several_numbers_in_their_order(text: str) -> None:
    assert values(text) == SEVERAL_NUMBERS[text]


@pytest.mark.parametrize("sentence", ["{}", "позвони {}", "Анна {}, спасибо"])
@pytest.mark.parametrize("text", ASK)
def test_doubtful_numbers_are_asked_about(text: str, sentence: str) -> None:
    reading = read_numbers(sentence.format(text))
    assert not reading.found
    assert [(piece.raw, piece.reason) for piece in reading.doubtful] == [(text, "not_valid")]
    assert not reading.rejected


@pytest.mark.parametrize("sentence", ["{}", "позвони {}", "Анна {}, спасибо"])
@pytest.mark.parametrize(("text", "reason"), REJECTED)
def test_impossible_numbers_are_rejected_with_the_reason(text: str, reason: str, sentence: str) -> None:
    reading = read_numbers(sentence.format(text))
    assert not reading.found
    assert [(piece.raw, piece.reason) for piece in reading.rejected] == [(text, reason)]
    assert not reading.doubtful


@pytest.mark.parametrize("sentence", ["{}", "вот: {}", "{} - это важно", "посмотри {}, пожалуйста"])
@pytest.mark.parametrize("text", SOMETHING_ELSE)
def test_other_digits_are_left_alone(text: str, sentence: str) -> None:
    reading = read_numbers(sentence.format(text))
    assert (reading.found, reading.doubtful, reading.rejected) == ([], [], [])


def test_a_bad_number_among_good_ones_is_told() -> None:
    reading = read_numbers("89161234567, 8926765432, 89031112233")
    assert [phone.e164 for phone in reading.found] == [ANNA, VERA]
    assert [(piece.raw, piece.reason) for piece in reading.rejected] == [("8926765432", "too_short")]


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("звони 8️⃣9️⃣1️⃣6️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣ сейчас", "8️⃣9️⃣1️⃣6️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣"),
        ("Ёлка 🎄 +7 (916) 123-45-67!", "+7 (916) 123-45-67"),
        ("1) 89161234567 Анна", "89161234567"),
        ("на №7 восемь девять один шесть один два три 4 5 6 7.", "восемь девять один шесть один два три 4 5 6 7"),
        ("  9161234567", "9161234567"),
        ("и\u0306ван 8\u200b9161234567", "8\u200b9161234567"),
        ("(916) 123-45-67", "(916) 123-45-67"),
    ],
)
def test_offsets_point_into_the_original_text(text: str, raw: str) -> None:
    (phone,) = find_phones(text)
    assert (phone.raw, text[phone.start : phone.end]) == (raw, raw)


def test_glued_numbers_have_their_own_places() -> None:
    text = "вот 8916123456789267654321"
    assert [text[phone.start : phone.end] for phone in find_phones(text)] == ["89161234567", "89267654321"]


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("(212) 555-0123", "US", ["+12125550123"]),
        ("212-555-0123", "RU", []),
        ("8 701 234 56 78", "KZ", ["+77012345678"]),
        ("0151 23456789", "DE", ["+4915123456789"]),
        ("0151 23456789", "RU", []),
        ("+7 916 123 45 67", "DE", [ANNA]),
        ("029 123-45-67", "BY", ["+375291234567"]),
    ],
)
def test_the_region_decides_about_numbers_without_a_country_code(text: str, region: str, expected: list[str]) -> None:
    assert values(text, region) == expected


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        (ANNA, "+7 916 ***-**-67"),
        ("+78005553535", "+7 800 ***-**-35"),
        ("+4915123456789", "+49 ***89"),
        ("+375291234567", "+375 ***67"),
        ("+12125550123", "+1 ***23"),
    ],
)
def test_mask_gives_no_number_away(e164: str, shown: str) -> None:
    assert mask(e164) == shown


def test_last_two_for_logs() -> None:
    assert last_two(ANNA) == "…67"


def test_no_whole_number_in_a_repr() -> None:
    reading = read_numbers("89161234567, 8926765432, +7 930 000 00 00")
    shown = repr(reading)
    assert "…67" in shown
    for digits in ("9161234567", "8926765432", "930 000"):
        assert digits not in shown


@given(st.integers(min_value=9_000_000_000, max_value=9_999_999_999))
def test_the_fast_answer_for_russian_mobiles_is_that_of_phonenumbers(national: int) -> None:
    number = phonenumbers.PhoneNumber(country_code=7, national_number=national)
    assert is_russian_mobile(str(national)) == phonenumbers.is_valid_number(number)


@given(st.text(alphabet="0123456789 +-().,;\nабв№", max_size=80))
def test_any_text_is_read_with_true_offsets(text: str) -> None:
    reading = read_numbers(text)
    places = [(phone.start, phone.end) for phone in reading.found]
    assert places == sorted(places)
    for phone in reading.found:
        assert text[phone.start : phone.end] == phone.raw
        assert phonenumbers.is_valid_number(phonenumbers.parse(phone.e164, None))


@given(st.text(max_size=200))
def test_any_unicode_is_read_without_an_error(text: str) -> None:
    for phone in find_phones(text):
        assert text[phone.start : phone.end] == phone.raw
