"""Which column is called: by its cells, and by words only where cells leave it open."""

from __future__ import annotations

from typing import Any

import pytest

from rasa_twin24.lists import ChooseColumn, UnreadableList
from tests.lists.files import csv_text, xlsx
from tests.lists.reading_in_process import read

A, B, C = "+7 916 123-45-67", "8 903 111-22-33", "89031112244"
D, E, F = "+7 999 000-11-22", "8 912 345-67-89", "79261112233"

# Rows of a table, and the header (or letter) of the column that is taken.
TAKEN: dict[str, tuple[list[list[Any]], str]] = {
    "a header in Russian": ([["Имя", "Телефон"], ["Анна", A]], "Телефон"),
    "a header in English": ([["phone", "name"], [A, "Ann"]], "phone"),
    "a header that says nothing": ([["X1", "X2"], ["Анна", A], ["Пётр", B]], "X2"),
    "no header": ([["Анна", A], ["Пётр", B]], "B"),
    "titles above": ([["Выгрузка", None], [None, None], ["Имя", "Моб."], ["Анна", A]], "Моб."),
    "a title over the numbers": ([["Список за май", None], ["Телефон", "Имя"], [A, "Анна"]], "Телефон"),
    "ИНН beside": ([["ИНН", "Телефон"], ["7707083893", A], ["9701234567", B]], "Телефон"),
    "ИНН alike, without words": ([["A", "B"], ["7707083893", A], ["5047123456", B]], "B"),
    "ids that read as numbers": ([["ID", "Контакт"], ["9161234567", A], ["9161234568", B]], "Контакт"),
    "order numbers": ([["Номер заказа", "Телефон"], ["9161234567", A], ["9161234568", B]], "Телефон"),
    "dates": ([["Дата", "Телефон"], ["17.05.2024", A], ["18.05.2024", B]], "Телефон"),
    "sums": ([["Сумма", "Телефон"], [9161234567, A], [9161234568, B]], "Телефон"),
    "fax": ([["Факс", "Телефон"], [C, A], [D, B]], "Телефон"),
    "cards": ([["Карта", "Тел"], ["4276 3800 1234 5678", A], ["4276 3800 1234 5679", B]], "Тел"),
    "e-mails with numbers in them": ([["Почта", "Телефон"], ["89161234567@mail.ru", A]], "Телефон"),
    "a number in a comment": (
        [["Телефон", "Комментарий"], [A, "перезвонить"], [B, "второй 8 999 111 22 33"], [C, ""], [D, "нет"]],
        "Телефон",
    ),
    "a second column with few": ([["Тел", "Доп. тел"], [A, D], [B, ""], [C, ""], [D, ""], [E, ""]], "Тел"),
    "one is called a phone": ([["Код", "Поле", "Телефон"], ["x", A, C], ["y", B, D]], "Телефон"),
    "mostly broken": ([["Телефон", "Имя"], [A, "a"], [B, "b"], ["8916", "c"], ["нет", "d"], ["891", "e"]], "Телефон"),
    "landlines in one": ([["Имя", "Телефон"], ["Анна", "4951234567"], ["Пётр", "4959876543"]], "Телефон"),
    "numbers called numbers": ([["Имя", "Номер"], ["Анна", A]], "Номер"),
    "the first cell is broken": ([["Анна", "8916"], ["Пётр", B], ["Ольга", C]], "B"),
    "missing ones first": ([["Имя", "Телефон"], ["Анна", "нет"], ["Пётр", "нет"], ["Ольга", A]], "Телефон"),
}


@pytest.mark.parametrize("case", TAKEN)
def test_the_column_of_numbers(case: str) -> None:
    rows, name = TAKEN[case]
    summary = read(xlsx(rows)).summary
    assert summary is not None
    assert summary.number_column == name


# Rows of a table, and the columns a person is asked about.
ASKED: dict[str, tuple[list[list[Any]], list[tuple[int, str]]]] = {
    "two phones": (
        [["Имя", "Телефон", "Доп. телефон"], ["Анна", A, C], ["Пётр", B, D]],
        [(1, "Телефон"), (2, "Доп. телефон")],
    ),
    "no words": ([["раз", "два", "три"], [A, C, "x"], [B, D, "y"]], [(0, "раз"), (1, "два")]),
    "no header": ([["Анна", A, C], ["Пётр", B, D]], [(1, "B"), (2, "C")]),
    "two phones and something alike": (
        [["Поле", "Рабочий телефон", "Мобильный"], [E, A, C], [F, B, D]],
        [(1, "Рабочий телефон"), (2, "Мобильный")],
    ),
    "the phones are broken, another column is not": (
        [["Телефон", "Поле"], ["8916", A], ["8917", B], ["8918", C], ["891", D], [F, E]],
        [(0, "Телефон"), (1, "Поле")],
    ),
}


@pytest.mark.parametrize("case", ASKED)
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_columns_a_person_is_asked_about(case: str, form: str) -> None:
    rows, columns = ASKED[case]
    content, name = (xlsx(rows), "a.xlsx") if form == "xlsx" else (csv_text(rows).encode(), "a.csv")
    with pytest.raises(ChooseColumn) as choice:
        read(content, name)
    assert choice.value.columns == columns
    for index, _ in columns:
        done = read(content, name, column=index)
        header = any(not any(map(str.isdigit, str(cell))) for cell in [rows[0][index]])
        own = [row[index] for row in (rows[1:] if header else rows)]
        assert len(done.numbers) + len(done.rejected) == len(own)


def test_a_chosen_column_is_taken_whatever_it_is_called() -> None:
    done = read(xlsx([["ИНН", "Телефон"], ["9161234567", A]]), column=0)
    assert done.numbers == ["+79161234567"]
    assert done.entries[0].variables == {"Телефон": A}


@pytest.mark.parametrize("column", [-1, 2, 10**6])
def test_a_column_that_is_not_there(column: int) -> None:
    with pytest.raises(UnreadableList) as refusal:
        read(xlsx([["Имя", "Телефон"], ["Анна", A]]), column=column)
    assert refusal.value.reason == "no_numbers"


@pytest.mark.parametrize(
    "rows",
    [
        [["ИНН", "КПП"], ["7707083893", "770701001"]],
        [["ID"], [9161234567], [9161234568]],
        [["Заказ", "Дата"], ["89161234567", "17.05.2024"]],
    ],
)
def test_digits_of_something_else_are_not_called(rows: list[list[Any]]) -> None:
    with pytest.raises(UnreadableList) as refusal:
        read(xlsx(rows))
    assert refusal.value.reason == "no_numbers"


def test_a_wide_table_is_read_up_to_fifty_columns() -> None:
    header = ["Телефон", *(f"Поле {index}" for index in range(80))]
    done = read(xlsx([header, [A, *range(80)]]))
    assert len(done.entries[0].variables) == 49
