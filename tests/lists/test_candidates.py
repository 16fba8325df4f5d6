"""Files and texts as people make them, and the people that come of them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from rasa_twin24.lists import Summary, UnreadableList
from rasa_twin24.lists.outcome import LABEL
from tests.lists.files import PEOPLE, SHEET, csv_text, ods, sheet_xml, with_parts, xls, xlsx
from tests.lists.reading_in_process import read

ANNA, PETR, OLGA = "+79161234567", "+79031112233", "+79031112244"
READ_PEOPLE = [
    (2, ANNA, {"Имя": "Анна", "Город": "Москва"}),
    (3, PETR, {"Имя": "Пётр", "Город": "Тверь"}),
    (4, OLGA, {"Имя": "Ольга", "Город": "Казань"}),
]


@pytest.mark.parametrize(
    ("content", "name", "kind", "sheet"),
    [
        (xlsx(PEOPLE), "клиенты.xlsx", "xlsx", "Sheet"),
        (xlsx(PEOPLE), "", "xlsx", "Sheet"),
        (xlsx(PEOPLE), "клиенты.csv", "xlsx", "Sheet"),
        (xls(PEOPLE), "клиенты.xls", "xls", "Лист1"),
        (ods(PEOPLE), "клиенты.ods", "ods", "Лист1"),
        *[
            (csv_text(PEOPLE, delimiter).encode(encoding), name, "csv", None)
            for delimiter in ",;\t|"
            for encoding in ("utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le", "utf-16-be")
            for name in ("клиенты.csv", "клиенты.txt", "клиенты.xlsx", "")
        ],
        (csv_text(PEOPLE).replace("\r\n", "\n").encode(), "a.csv", "csv", None),
        (csv_text(PEOPLE).replace("\r\n", "\r").encode(), "a.csv", "csv", None),
        (csv_text(PEOPLE).replace("Москва", "Мос\0ква").replace("\0", "").encode(), "a.csv", "csv", None),
    ],
    # A file holds the time at which it was made, which may be in no name of a test.
    ids=lambda value: "file" if isinstance(value, bytes) else None,
)
def test_the_same_people_from_every_program(content: bytes, name: str, kind: str, sheet: str | None) -> None:
    done = read(content, name)
    assert done.people == READ_PEOPLE
    assert done.rejected == []
    assert done.summary == Summary(3, 3, ("Имя", "Город"), "Телефон", kind, sheet)  # type: ignore[arg-type]


LINES: dict[str, tuple[str, list[str]]] = {
    "one a line": ("89161234567\n8 903 111-22-33\n", [ANNA, PETR]),
    "no end of line": ("89161234567", [ANNA]),
    "blank lines": ("\n\n89161234567\n\n\n89031112233\n", [ANNA, PETR]),
    "old Mac": ("89161234567\r89031112233", [ANNA, PETR]),
    "indexes": ("1) 89161234567\n2) 89031112233", [ANNA, PETR]),
    "a greeting": ("Привет! Вот номера:\n89161234567\n89031112233", [ANNA, PETR]),
    "a header": ("Телефон\n89161234567\n89031112233", [ANNA, PETR]),
    "commas in a line": ("89161234567, 89031112233, +79031112244", [ANNA, PETR, OLGA]),
    "NULs": ("89161234567\0\n\x0089031112233", [ANNA, PETR]),
    "in one long line": (
        ", ".join(f"8916{1000000 + row}" for row in range(5000)),
        [f"+7916{1000000 + row}" for row in range(5000)],
    ),
    "quoted": ('"89161234567"\n"89031112233"\n', [ANNA, PETR]),
    "a sentence": ("склад 8 916 123-45-67, офис 8-903-111-22-33", [ANNA, PETR]),
}


@pytest.mark.parametrize("case", LINES)
def test_lines_of_a_text(case: str) -> None:
    text, numbers = LINES[case]
    done = read(text)
    assert done.numbers == numbers
    assert done.rejected == []
    assert done.summary is not None
    assert (done.summary.kind, done.summary.number_column) == ("text", None)


def test_rows_of_a_text_are_its_lines() -> None:
    done = read("вот:\n\n89161234567\n123456\nАнна\n\n8 (916) 123 45 67\n89990")
    assert [entry.row for entry in done.entries] == [3]
    assert [(each.row, each.reason, each.of_row) for each in done.rejected] == [
        (4, "too_short", None),
        (5, "no_number", None),
        (7, "duplicate", 3),
        (8, "too_short", None),
    ]
    assert done.summary is not None
    assert (done.summary.rows, done.summary.good) == (5, 1)


def test_whom_a_line_says_not_to_call_is_left_out() -> None:
    lines = [
        "Анна 8 916 123-45-67, отказалась",
        "89031112233 больше не звонить!",
        "+79031112244 Ольга (звонить)",
        "89031112255 unsubscribed",
    ]
    done = read("\n".join(lines))
    assert done.numbers == [OLGA]
    assert [(each.row, each.reason) for each in done.rejected] == [(1, "remark"), (2, "remark"), (4, "remark")]
    # On the do-not-call list they are wanted all the more.
    assert len(read("\n".join(lines), to_call=False).entries) == 4


# Lists with a name, or what may be one, on a line of its own: what becomes the label of each number, and refused rows.
# First lines without a digit are a greeting and no rows. «И» and the like are names, 1 and the like numbers, «!» is a
# sentence, «?» digits that are no number, «+» a number with a name beside it.
OWN_LINES: dict[str, tuple[str, str, int]] = {
    "above": ("И1 П2 А3 О4", "И П А О", 0),
    "below": ("1И 2П 3А 4О", "И П А О", 0),
    "a line between people": ("И1 _ П2 _ А3 _ О4", "И П А О", 0),
    "a line between all": ("И_1_П_2_А_3_О_4", "И П А О", 0),
    "under a heading": ("! И1 П2 А3 О4", "И П А О", 0),
    "signed below": ("И1 П2 А3 О4 _ Н", "И П А О", 1),
    "one without a name": ("И1 П2 3 О4 Н5", "И П - О Н", 0),
    "a remark": ("И1! П2! А3! О4!", "И П А О", 4),
    "one whose name is none": ("И1 П2 !3 О4 Н5", "И П - О Н", 1),
    "one with digits that are no number": ("И1 П? А3 О4 Н5", "И А О Н", 2),
    "one with a name beside": ("И1 П2 + О4 Н5", "И П + О Н", 0),
    "a name under a name": ("И1 П2 АН3 О4 Н5", "- - - - -", 5),
    "both sides": ("И1 П2 А3 О4 Н", "- - - -", 4),
    "between numbers": ("1И2 3П4", "- - - -", 2),
    "two names each": ("ИП1 АН2 ОИ3", "- - -", 4),
    "too few names": ("И1 2 3 4 П5 6 7 8 А9", "- - - - - - - - -", 2),
    "no names": ("1 2 3 4", "- - - -", 0),
}
NAMES = {"И": "Иванов Иван", "П": "Петрова", "А": "Анна (бухгалтерия)", "О": "ООО «Ромашка»", "Н": "Нина"}
SIGNS = {"_": "", "!": "звонить после шести", "?": "8 916 123", "+": "Олег 8 916 123-45-99"}


@pytest.mark.parametrize("case", OWN_LINES)
def test_names_on_lines_of_their_own(case: str) -> None:
    shape, labels, refused = OWN_LINES[case]
    lines = [NAMES.get(sign) or SIGNS.get(sign, f"8 916 123-45-0{sign}") for sign in shape if sign != " "]
    done = read("\n".join(lines))
    wanted = [{"-": None, "+": "Олег"}.get(sign, NAMES.get(sign)) for sign in labels.split()]
    assert [entry.variables.get(LABEL) for entry in done.entries] == wanted
    assert len(done.rejected) == refused
    assert done.summary is not None
    assert done.summary.rows == len(wanted) + refused


# What Excel or a program that writes CSV makes of one number, in a table with a good row before it.
CELLS: dict[str, tuple[Any, str | None, str | None]] = {
    "a number of Excel": (79161234567, ANNA, None),
    "a number of Excel without its code": (9161234567, ANNA, None),
    "a text": ("8 (916) 123-45-67", ANNA, None),
    "an apostrophe": ("'89161234567", ANNA, None),
    "an apostrophe before a plus": ("'+79161234567", ANNA, None),
    "no-break blanks": ("+7\u00a0916\u00a0123\u00a045\u00a067", ANNA, None),
    "in full as an exponent": ("7.9161234567E+10", ANNA, None),
    "in full with a comma": ("7,9161234567E+10", ANNA, None),
    "rounded": ("7.91612E+10", None, "rounded"),
    "rounded with a comma": ("7,92E+10", None, "rounded"),
    "rounded before it was saved": (79161200000, None, "rounded"),
    "an exponent too large": ("7.9161234567E+15", None, "rounded"),
    "with decimals": ("79161234567.0", ANNA, None),
    "with decimals and a comma": ("79161234567,00", ANNA, None),
    "with a fraction": (79161234567.5, None, "no_number"),
    "a Moscow number in one": ("4951234567", "+74951234567", None),
    "two": ("89161234567, 89031112233", f"{ANNA},{PETR}", None),
    "two lines": ("89161234567\n89031112233", f"{ANNA},{PETR}", None),
    "twice the same": ("89161234567 / +7 916 123-45-67", ANNA, None),
    "one good, one not": ("89161234567; 8903111", ANNA, "too_short"),
    "nothing": ("", None, "no_number"),
    "no": ("нет", None, "no_number"),
    "a date": (datetime.date(2024, 5, 17), None, "no_number"),
    "a truth": (True, None, "no_number"),
    "too short": ("8916123", None, "too_short"),
    "very short": (12, None, "too_short"),
    "too long": ("891612345678", None, "too_long"),
    "an id": ("123456789012345678", None, "too_long"),
    "nobody's": ("+7 000 123-45-67", None, "not_valid"),
    "zeros": ("00000000000", None, "impossible"),
    "one digit lost": ("8916123456", None, "too_short"),
}


@pytest.mark.parametrize("case", CELLS)
def test_a_cell_of_the_column_of_numbers(case: str) -> None:
    cell, number, reason = CELLS[case]
    done = read(xlsx([["Телефон", "Кто"], ["+7 999 111-22-33", "первый"], [cell, "второй"]]))
    assert done.numbers[1:] == ([number] if number else [])
    assert [(each.row, each.reason) for each in done.rejected] == ([(3, reason)] if reason else [])


def test_a_formula_gives_what_was_saved_and_nothing_without_it() -> None:
    rows = [
        '<row r="1"><c t="inlineStr"><is><t>Телефон</t></is></c><c t="inlineStr"><is><t>Кто</t></is></c></row>',
        '<row r="2"><c r="A2"><f>70000000000+9161234567</f><v>79161234567</v></c><c r="B2"><v>1</v></c></row>',
        '<row r="3"><c r="A3"><f>70000000000+9161234568</f></c><c r="B3"><v>2</v></c></row>',
    ]
    done = read(with_parts(xlsx(PEOPLE), {SHEET: sheet_xml(rows)}))
    assert done.people == [(2, ANNA, {"Кто": "1"})]
    assert done.refusals == [(3, "", "no_number")]


def test_values_are_what_a_person_reads() -> None:
    header = ["Телефон", "Сумма", "Доля", "Дата", "Встреча", "Да", "Текст", "Длинный", "Формула"]
    row = [79161234567, 1500.0, 0.5, datetime.date(2024, 5, 17), datetime.datetime(2024, 5, 17, 10, 30), True]
    row += ["  много\n\tстрок  ", "ж" * 600, "'=1+1"]
    ((_, _, variables),) = read(xlsx([header, row])).people
    assert variables == {
        "Сумма": "1500",
        "Доля": "0.5",
        "Дата": "2024-05-17",
        "Встреча": "2024-05-17 10:30:00",
        "Да": "true",
        "Текст": "много строк",
        "Длинный": "ж" * 500,
        "Формула": "=1+1",
    }


def test_columns_without_name_or_content_are_no_variables() -> None:
    done = read(xlsx([["Город", "Телефон", None, "Город", "Пусто"], ["Тверь", ANNA, "тайна", "Москва", None]]))
    assert done.people == [(2, ANNA, {"Город": "Тверь", "Город 2": "Москва"})]
    assert done.summary is not None
    assert done.summary.columns == ("Город", "Город 2")


@pytest.mark.parametrize("name", ["a.csv", "a.txt"])
def test_one_column_beside_the_numbers_without_a_header_is_a_label(name: str) -> None:
    done = read("Анна;89161234567\nПётр;89031112233\n", name)
    assert done.people == [(1, ANNA, {LABEL: "Анна"}), (2, PETR, {LABEL: "Пётр"})]
    assert done.summary is not None
    assert done.summary.columns == (LABEL,)


def test_digits_beside_the_numbers_without_a_header_are_no_label() -> None:
    """Of two columns of numbers one is chosen; the other is nobody's name, and neither is what somebody owes."""
    assert read("84951234567;89161234567\n84951234568;89031112233\n", "a.csv", column=1).people == [
        (1, ANNA, {}),
        (2, PETR, {}),
    ]
    assert read("89161234567;1500\n89031112233;300,50\n", "a.csv").people == [(1, ANNA, {}), (2, PETR, {})]


def test_several_columns_without_a_header_say_nothing() -> None:
    done = read("Анна;89161234567;Тверь\nПётр;89031112233;Москва\n", "a.csv")
    assert done.people == [(1, ANNA, {}), (2, PETR, {})]
    assert done.summary is not None
    assert done.summary.number_column == "B"


def test_duplicates_are_found_by_any_number_and_tell_their_row() -> None:
    rows = [["Телефон", "Кто"], [ANNA, "1"], [f"{PETR}, {OLGA}", "2"], ["8 916 123 45 67", "3"]]
    rows += [[f"8 999 111 22 33, {OLGA}", "4"], ["8 999 111 22 33", "5"]]
    done = read(xlsx(rows))
    assert [(entry.row, entry.phones) for entry in done.entries] == [
        (2, (ANNA,)),
        (3, (PETR, OLGA)),
        (6, ("+79991112233",)),
    ]
    assert [(each.row, each.reason, each.of_row) for each in done.rejected] == [
        (4, "duplicate", 2),
        (5, "duplicate", 3),
    ]


def test_the_first_visible_sheet_with_numbers_is_read() -> None:
    def change(book: Any) -> None:
        book.active.title = "Обложка"
        hidden = book.create_sheet("Старые")
        hidden.append([OLGA])
        hidden.sheet_state = "hidden"
        book.create_chartsheet("График")
        book.create_sheet("Пусто")
        people = book.create_sheet("Клиенты")
        people.append([ANNA])
        book.create_sheet("Ещё").append([PETR])

    done = read(xlsx([["Отчёт"]], change))
    assert done.numbers == [ANNA]
    assert done.summary is not None
    assert done.summary.sheet == "Клиенты"


def test_a_table_that_does_not_begin_in_the_corner() -> None:
    def change(book: Any) -> None:
        for row, cells in enumerate(PEOPLE, start=4):
            for column, value in enumerate(cells, start=3):
                book.active.cell(row, column, value)

    done = read(xlsx([], change))
    assert [entry.row for entry in done.entries] == [5, 6, 7]


def test_letters_are_those_of_excel() -> None:
    def change(book: Any) -> None:
        book.active.cell(2, 4, ANNA)
        book.active.cell(3, 4, PETR)

    summary = read(xlsx([], change)).summary
    assert summary is not None
    assert summary.number_column == "D"


def test_merged_cells_hold_their_value_once() -> None:
    def change(book: Any) -> None:
        book.active.merge_cells("A1:C1")
        book.active.merge_cells("B3:B4")

    rows = [["Список", None, None], ["Кто", "Телефон", "Где"], ["Анна", ANNA, "дом"], ["Пётр", None, "офис"]]
    done = read(xlsx(rows, change))
    assert done.people == [(3, ANNA, {"Кто": "Анна", "Где": "дом"})]
    assert done.refusals == [(4, "", "no_number")]


# What people's CSV files are like; row, number and variables of what is read.
TABLES: dict[str, tuple[str, list[tuple[int, str, dict[str, str]]]]] = {
    "lines in a cell": (
        'Имя;Телефон\n"Анна\nиз дома";89161234567\nПётр;89031112233\n',
        [
            (2, ANNA, {"Имя": "Анна из дома"}),
            (3, PETR, {"Имя": "Пётр"}),
        ],
    ),
    "delimiters in quotes": ('Имя;Телефон\n"Анна; дом";"8 916 123-45-67"\n', [(2, ANNA, {"Имя": "Анна; дом"})]),
    "quotes in quotes": ('Имя,Телефон\n"ООО ""Ромашка""",89161234567\n', [(2, ANNA, {"Имя": 'ООО "Ромашка"'})]),
    "a quote that nothing closes": (
        'Имя;Телефон\n"Анна;89161234567\n' + "Пётр;8 903 111-22-33\n" * 40,
        [
            (2, ANNA, {"Имя": '"Анна'}),
            (3, PETR, {"Имя": "Пётр"}),
        ],
    ),
    "a quote that the next row closes": (
        'Имя;Телефон\n"Анна;89161234567\n"Пётр";89031112233\n',
        [(2, ANNA, {"Имя": '"Анна'}), (3, PETR, {"Имя": '"Пётр"'})],
    ),
    "rows of unequal length": (
        "Имя;Телефон;Город\nАнна;89161234567\n;\nПётр;89031112233;Тверь;лишнее;;\n",
        [
            (2, ANNA, {"Имя": "Анна"}),
            (4, PETR, {"Имя": "Пётр", "Город": "Тверь"}),
        ],
    ),
    "Excel's own first line": ("sep=|\nИмя|Телефон\nАнна|89161234567\n", [(2, ANNA, {"Имя": "Анна"})]),
    "blank rows": ("Имя;Телефон\n\n;;\nАнна;89161234567\n", [(4, ANNA, {"Имя": "Анна"})]),
    "titles above the header": ("Выгрузка за май;\n;\nИмя;Телефон\nАнна;89161234567\n", [(4, ANNA, {"Имя": "Анна"})]),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_table_of_text(case: str) -> None:
    text, people = TABLES[case]
    assert read(text, "a.csv").people == people


def test_where_foreign_numbers_are_at_home_is_asked_of_the_region() -> None:
    table = csv_text([["Name", "Phone"], ["Ann", "(212) 555-0123"]])
    assert read(table, "a.csv", region="US").numbers == ["+12125550123"]
    with pytest.raises(UnreadableList) as refusal:
        read(table, "a.csv", region="RU")
    assert refusal.value.reason == "no_numbers"
