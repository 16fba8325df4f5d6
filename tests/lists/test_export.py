"""Files that go back to people, and that they send again."""

from __future__ import annotations

import phonenumbers
from hypothesis import given, settings
from hypothesis import strategies as st

from rasa_twin24.lists import rejects_file, template
from rasa_twin24.lists.cells import MOST_VALUE
from rasa_twin24.lists.outcome import Rejected
from rasa_twin24.text.table import as_typed, csv_file
from tests.lists.reading_in_process import read

mobiles = st.from_regex(r"\+79(?:0[0-689]|1[0-9]|2[0-9]|6[0-8])[0-9]{7}", fullmatch=True).filter(
    lambda number: phonenumbers.is_valid_number(phonenumbers.parse(number)) and len(set(number[2:])) > 1
)
# What a variable may hold when it comes from a list: one line, trimmed, nothing invisible at its ends.
values = (
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=40)
    .map(lambda value: value.strip()[:MOST_VALUE])
    .filter(lambda value: value == value.strip())
)


@given(st.lists(st.tuples(mobiles, values, values), min_size=1, max_size=20, unique_by=lambda row: row[0]))
@settings(derandomize=True, deadline=None)
def test_what_is_exported_comes_back(rows: list[tuple[str, str, str]]) -> None:
    done = read(csv_file([["Телефон", "Имя", "Заметка"], *rows]), "список.csv")
    assert [(entry.phones[0], entry.variables) for entry in done.entries] == [
        (number, {key: value for key, value in (("Имя", name), ("Заметка", note)) if value})
        for number, name, note in rows
    ]
    assert done.rejected == []


@given(st.text(st.sampled_from("'=+-@ \"абв1＝\t"), max_size=6))
@settings(derandomize=True, deadline=None)
def test_an_apostrophe_is_put_on_and_taken_off(cell: str) -> None:
    exported = csv_file([[cell]]).decode("utf-8-sig")[1:-3].replace('""', '"')
    assert as_typed(exported) == cell
    assert not exported.startswith(("=", "+", "-", "@", "\t", "＝"))


def test_a_template_is_a_header_that_is_read_again() -> None:
    name, content = template("список", ["Телефон", "Имя"])
    assert name == "список.csv"
    assert content == '\ufeff"Телефон";"Имя"\r\n'.encode()
    filled = read(content + "+7 916 123-45-67;Анна\r\n".encode(), name)
    assert filled.people == [(2, "+79161234567", {"Имя": "Анна"})]


def test_the_rejected_rows_as_a_file() -> None:
    rows = [Rejected(3, "+7 916 123", "too_short"), Rejected(7, '=cmd|"/C calc"', "duplicate", 2)]
    words = {"too_short": "слишком короткий", "duplicate": "повтор"}
    assert rejects_file(rows, ["Строка", "Что там", "Почему", "Строка первого"], words).decode("utf-8-sig") == (
        '"Строка";"Что там";"Почему";"Строка первого"\r\n'
        '"3";"\'+7 916 123";"слишком короткий";""\r\n'
        '"7";"\'=cmd|""/C calc""";"повтор";"2"\r\n'
    )
