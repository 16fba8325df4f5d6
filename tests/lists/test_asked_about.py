"""What a list tells beside its people: extensions that are left out, numbers that no numbering plan knows."""

from __future__ import annotations

import json

import pytest

from rasa_twin24.lists import People, Rejects, UnreadableList, read_list, without_rows
from rasa_twin24.lists.outcome import LABEL
from rasa_twin24.lists.settings import ListSettings
from tests.lists.files import xlsx
from tests.lists.reading_in_process import read

ANNA, OFFICE, NOBODY, NOBODY_ELSE, LONDON = (
    "+79161234567",
    "+74951234567",
    "+72001234567",
    "+72001234568",
    "+442070313000",
)
CARDS = "BEGIN:VCARD\nFN:{}\nTEL:{}\nEND:VCARD\nBEGIN:VCARD\nFN:Пётр\nTEL:8 916 123-45-67\nEND:VCARD\n"

# A list: the rows whose extension is left out, as they are shown.
EXTENSIONS: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "lines": ("8 495 123-45-67 доб. 12\n89161234567\n+1 650 253 0000 ext. 5", [(1, "12"), (3, "5")]),
    "a table": ("Имя;Телефон\nАнна;8 495 123-45-67 доб. 12\nПётр;89161234567\n", [(2, "12")]),
    "a column of its own is a variable": ("Телефон;Доб.\n84951234567;12\n", []),
    "two in a cell": ("Имя;Телефон\nА;8 495 123-45-67 доб. 12, 8 495 123-45-68 доб. 13\n", [(2, "12"), (2, "13")]),
    "cards": (CARDS.format("Анна", "8 495 123-45-67 доб. 12"), [(1, "12")]),
    "repeated rows are left out whole": ("84951234567\n8 495 123-45-67 доб. 12\n", []),
}


@pytest.mark.parametrize("case", EXTENSIONS)
def test_extensions_are_told_row_by_row(case: str) -> None:
    content, expected = EXTENSIONS[case]
    done = read(content)
    told = [(each.row, each.shown) for each in done.rejected if each.reason == "extension"]
    assert [(row, shown.rpartition(" (")[2].rstrip(")")) for row, shown in told] == expected
    assert OFFICE in done.numbers or "+74951234567,+74951234568" in done.numbers


# A list: whom to ask about, with row, numbers and variables.
DOUBTFUL: dict[str, tuple[str | bytes, list[tuple[int, str, dict[str, str]]]]] = {
    "a line": ("89161234567\n8 200 123-45-67", [(2, NOBODY, {})]),
    "a foreign number without plus": ("89161234567\n442070313000", [(2, LONDON, {})]),
    "two in a line are two people": (
        "89161234567\n8 200 123-45-67, 8 200 123-45-68",
        [(2, NOBODY, {}), (2, NOBODY_ELSE, {})],
    ),
    "beside a good one of the line": ("89161234567, 8 200 123-45-67", [(1, NOBODY, {})]),
    "in a table with its variables": (
        "Имя;Телефон;Город\nАнна;89161234567;Омск\nПётр;8 200 123-45-67;Тула\n",
        [(3, NOBODY, {"Имя": "Пётр", "Город": "Тула"})],
    ),
    "two in a cell are one person": (
        "Имя;Телефон\nАнна;89161234567\nПётр;8 200 123-45-67, 8 200 123-45-68\n",
        [(3, f"{NOBODY},{NOBODY_ELSE}", {"Имя": "Пётр"})],
    ),
    "beside a good one of the same person": ("Имя;Телефон\nАнна;89161234567, 8 200 123-45-67\n", []),
    "a card": (CARDS.format("Анна", "8 200 123-45-67"), [(1, NOBODY, {LABEL: "Анна"})]),
    "twice": ("89161234567\n8 200 123-45-67\n+7 200 123 45 67", [(2, NOBODY, {})]),
    "in another writing it is clear": ("9 161 234 567\n89161234567", [(1, ANNA, {})]),
    "clear before": ("89161234567\n9 161 234 567", []),
    "too short, too long, no number": ("89161234567\n8916123456\n891612345678\nпусто", []),
    "rounded digits are nobody's": ("Телефон\n89161234567\n7.91612E+10\n7.9161234E+10\n", []),
    "rounded by a workbook": (xlsx([["Телефон"], ["89161234567"], [79161200000]]), []),
    "nobody else": ("8 200 123-45-67\n", [(1, NOBODY, {})]),
    "nobody else in a column": ("Имя;Телефон\nПётр;8 200 123-45-67\n", [(2, NOBODY, {"Имя": "Пётр"})]),
    "nobody else in a workbook": (xlsx([["Имя", "Телефон"], ["Пётр", "82001234567"]]), [(2, NOBODY, {"Имя": "Пётр"})]),
}


@pytest.mark.parametrize("case", DOUBTFUL)
def test_whom_to_ask_about(case: str) -> None:
    content, expected = DOUBTFUL[case]
    done = read(content)
    assert [(each.row, ",".join(each.phones), each.variables) for each in done.doubtful] == expected
    assert (
        not {phone for each in done.doubtful for phone in each.phones}
        & {NOBODY, NOBODY_ELSE, LONDON}
        & {phone for entry in done.entries for phone in entry.phones}
    )
    rows = {each.row for each in done.rejected if each.reason in ("not_valid", "no_plus")}
    assert {each.row for each in done.doubtful} <= rows  # the report names them as well
    assert done.summary is not None
    assert done.summary.good == len(done.entries)


def test_a_clear_number_is_taken_though_a_doubtful_writing_of_it_came_first() -> None:
    assert read("9 161 234 567\n89161234567").numbers == [ANNA]


def test_nothing_to_call_and_nothing_to_ask() -> None:
    with pytest.raises(UnreadableList, match="no_numbers"):
        read("8916123456\n7.91612E+10\n")


async def test_a_worker_tells_them_too() -> None:
    content = "8 495 123-45-67 доб. 12\n8 200 123-45-67\n".encode()
    taken, doubtful, rejected, _ = [part async for part in read_list(content, "", "RU", ListSettings())]
    assert isinstance(taken, People)
    assert isinstance(doubtful, People)
    assert (taken.rows, taken.phones, taken.are_doubtful) == ([1], [[OFFICE]], False)
    assert (doubtful.rows, doubtful.phones, doubtful.are_doubtful) == ([2], [[NOBODY]], True)
    assert isinstance(rejected, Rejects)
    assert rejected.reasons == {"extension": 1, "not_valid": 1}
    assert json.loads(rejected.rows) == [
        [1, "8 495 123-45-67 (12)", "extension", None],
        [2, "8 200 123-45-67", "not_valid", None],
    ]


@pytest.mark.parametrize(
    ("unwanted", "left"),
    [
        (set(), {"extension": 1, "not_valid": 1}),
        ({(1, "extension")}, {"not_valid": 1}),
        ({(1, "not_valid"), (2, "extension"), (3, "not_valid")}, {"extension": 1, "not_valid": 1}),
        ({(1, "extension"), (2, "not_valid")}, {}),
    ],
)
def test_rows_whose_people_are_settled_otherwise_are_not_told(
    unwanted: set[tuple[int, str]], left: dict[str, int]
) -> None:
    rows = [[1, "8 495 123-45-67 (12)", "extension", None], [2, "8 200 123-45-67", "not_valid", None]]
    told = without_rows(Rejects({"extension": 1, "not_valid": 1}, json.dumps(rows).encode()), unwanted)
    assert told.reasons == left
    assert [each[2] for each in json.loads(told.rows)] == list(left)
