"""Any valid number of any region, made from its numbering plan, in any usual writing, comes back exactly."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import phonenumbers
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat

from rasa_twin24.text.dialling import LONGEST_DIGITS
from rasa_twin24.text.numbering import is_surely_valid
from rasa_twin24.text.phones import read_numbers

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
FULL_WIDTH = str.maketrans("0123456789+-()", "０１２３４５６７８９＋－（）")
many = settings(max_examples=400, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])


def international(number: PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL))


def e164(number: PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def in_brackets(written: str) -> str:
    """The group after the country code in brackets: "+49 (30) 901820"."""
    return re.sub(r"^(\+\d+) (\d+)(?=[ -]\d)", r"\1 (\2)", written)


WITH_CODE: dict[str, Callable[[PhoneNumber], str]] = {
    "E.164": e164,
    "international": international,
    "RFC 3966": lambda number: str(phonenumbers.format_number(number, PhoneNumberFormat.RFC3966)),
    "dots": lambda number: re.sub("[ -]", ".", international(number)),
    "dashes": lambda number: international(number).replace(" ", "-"),
    "blanks": lambda number: international(number).replace("-", " "),
    "brackets": lambda number: in_brackets(international(number)),
    "code apart": lambda number: f"+{number.country_code} {e164(number).removeprefix(f'+{number.country_code}')}",
    "full width": lambda number: international(number).translate(FULL_WIDTH),
    "no-break spaces": lambda number: international(number).replace(" ", "\u00a0"),
    "long dashes": lambda number: international(number).replace(" ", "–"),
    "00": lambda number: "00" + e164(number)[1:],
}


def national(number: PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))


AT_HOME: dict[str, Callable[[PhoneNumber], str]] = {
    "national": national,
    "digits": lambda number: re.sub(r"\D", "", national(number)),
    "full width": lambda number: national(number).translate(FULL_WIDTH),
    "no-break spaces": lambda number: national(number).replace(" ", "\u00a0"),
    "blanks": lambda number: re.sub("[-.]", " ", national(number)),
}


@st.composite
def numbers_of(draw: st.DrawFn, region: str) -> PhoneNumber:
    metadata: Any = PhoneMetadata.metadata_for_region(region)
    kinds = [metadata.general_desc, metadata.mobile, metadata.fixed_line]
    patterns = [kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern]
    pattern = draw(st.sampled_from(patterns))
    digits = draw(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))
    zeros = len(digits) - len(digits.lstrip("0"))
    number = PhoneNumber(
        country_code=metadata.country_code,
        national_number=int(digits),
        italian_leading_zero=True if zeros else None,
        number_of_leading_zeros=zeros if zeros > 1 else None,
    )
    return number


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str]:
    """A number with its country code in some writing, and in E.164."""
    number = draw(st.sampled_from(REGIONS).flatmap(numbers_of).filter(is_wanted))
    return WITH_CODE[draw(st.sampled_from(sorted(WITH_CODE)))](number), e164(number)


def is_wanted(number: PhoneNumber) -> bool:
    """Valid, not longer than E.164 allows (some German plans are), and not one key held down."""
    digits = e164(number)[1:]
    return bool(phonenumbers.is_valid_number(number)) and len(digits) <= LONGEST_DIGITS and len(set(digits)) > 1


@many
@given(written(), st.sampled_from(["RU", "DE", "US", "BY"]))
def test_a_number_with_its_country_code(pair: tuple[str, str], region: str) -> None:
    text, number = pair
    assert [phone.e164 for phone in read_numbers(text, region).found] == [number]


@many
@given(
    st.lists(written(), min_size=2, max_size=5),
    st.sampled_from([", ", "; ", ";", "\n", "\r\n", " | ", " и ", ",\n", "\n\n"]),
)
def test_among_others(pairs: list[tuple[str, str]], separator: str) -> None:
    text = separator.join(text for text, _ in pairs)
    assert [phone.e164 for phone in read_numbers(text).found] == [number for _, number in pairs]


@many
@given(st.data(), st.sampled_from(REGIONS))
def test_a_national_writing_in_its_own_region(data: st.DataObject, region: str) -> None:
    number = data.draw(numbers_of(region).filter(is_wanted))
    assume(phonenumbers.is_valid_number_for_region(number, region))
    # Gabon's old numbers are others there by now; of New Caledonia's, some are dates: "05.04.37".
    assume(phonenumbers.parse(national(number), region) == number)
    assume(not re.fullmatch(r"\d\d\.\d\d\.\d\d", national(number)))
    text = AT_HOME[data.draw(st.sampled_from(sorted(AT_HOME)))](number)
    assert [phone.e164 for phone in read_numbers(text, region).found] == [e164(number)]


@many
@given(st.text(alphabet="абвгдежзиклмнопрстуфхцчшщэюяabcdefghijklmnopqrstuvwxyz .,;:!?()-—«»\n", max_size=200))
def test_letters_and_punctuation_hold_no_number(text: str) -> None:
    reading = read_numbers(text)
    assert (reading.found, reading.doubtful, reading.rejected) == ([], [], [])


@many
@given(
    st.lists(
        st.one_of(
            st.from_regex(r"[а-яa-z]{1,12}", fullmatch=True),
            st.from_regex(re.compile(r"\d{1,4}", re.ASCII), fullmatch=True),
        ),
        max_size=30,
    ),
    st.sampled_from([", ", "; ", "\n", " и ", " x ", ": "]),
)
def test_short_runs_of_digits_are_no_number(pieces: list[str], separator: str) -> None:
    assert not read_numbers(separator.join(pieces)).found


@many
@given(st.sampled_from(REGIONS).flatmap(numbers_of))
def test_the_quick_look_at_a_plan_answers_as_the_library(number: PhoneNumber) -> None:
    digits = e164(number)[1:]
    if is_surely_valid(digits):
        parsed = phonenumbers.parse("+" + digits, None)
        assert phonenumbers.is_valid_number(parsed)
        assert e164(parsed) == "+" + digits


@pytest.mark.parametrize("region", REGIONS)
def test_the_quick_look_knows_every_region(region: str) -> None:
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.FIXED_LINE)
    assert is_surely_valid(e164(example or phonenumbers.example_number(region))[1:])


def test_a_number_that_the_library_would_shorten_is_left_to_it() -> None:
    """8 is a trunk prefix of Belarus: of "+375 8 10…" the library takes it off."""
    assert not is_surely_valid("3758101744188")
