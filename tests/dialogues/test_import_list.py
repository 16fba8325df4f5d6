"""Files with numbers, from the message that brings one to the calls, over Telegram."""

from __future__ import annotations

import io

import openpyxl
import pytest

from tests.dialogues.stage import Stage
from tests.standins.telegram import User

pytestmark = pytest.mark.asyncio(loop_scope="session")

CSV = "Имя;Телефон;Город\nАнна;8 916 123-45-01;Омск\nБорис;+7 916 123 45 02;\nВера;89161234503;Тула\n"
NAMES = [
    *("Иванов Иван", "Петрова Анна", "Сидоров Пётр", "Смирнова Ольга", "ООО «Ромашка»", "Попов Юрий", "Нина", "Склад"),
    *("Волков Олег", "Зайцева Мария", "Лебедев Глеб", "Соколова Вера", "Морозов Егор", "Новикова Инна", "Козлов Илья"),
    *("Орлова Лидия", "Белов Роман", "Титова Алла", "Ершов Фёдор", "Громова Рита"),
]
THREE = ["79161234501", "79161234502", "79161234503"]


async def made(person: User, name: str) -> None:
    await person.says(f"создай обзвон «{name}»")
    await person.expect("создано")


async def test_from_a_file_to_the_calls(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Из файла")
    await person.sends_document("клиенты.csv", (CSV + "Глеб;123;\nАнна ещё раз;89161234501;\n").encode("cp1251"))
    await person.expect("Читаю список")
    report = await person.expect("Пока ничего не добавлено")
    for line in (
        "клиенты.csv: строк с данными — 5, можно добавить — 3.",
        "Повторы в самом списке: 1.",
        "Слишком коротких номеров: 1.",
        "строка 5: 123 — слишком короткий",
        "Так будут набраны: +7 916 ***-**-01, +7 916 ***-**-02, +7 916 ***-**-03.",
        "Переменные для сценария: Имя, Город.",
        "Номера взяты из столбца «Телефон».",
        "Добавить в задание «Из файла»?",
    ):
        assert line in report.text, report.text
    assert stage.numbers("Из файла") == []
    await person.presses("Добавить 3")
    await person.expect("Добавлено номеров: 3")
    await person.says("запусти")
    await person.expect("Запустить обзвон?")
    await person.says("да")
    await person.expect("Обзвон «Из файла» запущен")
    await person.expect("завершён")
    assert stage.numbers("Из файла") == THREE
    anna = stage.task("Из файла").candidates[0]
    assert anna.variables == {"Имя": "Анна", "Город": "Омск"}
    assert stage.sandbox.plays(stage.task("Из файла").id) == 1


async def test_a_workbook_and_a_typed_yes(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Из книги")
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["№", "Контакт", "Номер"], [1, "Анна", 79161234501], [2, "Борис", "8(916)123-45-02"]):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    await person.sends_document("Книга1.xlsx", content.getvalue())
    await person.expect("Добавить в задание «Из книги»?")
    await person.says("да")
    await person.expect("Добавлено номеров: 2")
    assert stage.numbers("Из книги") == THREE[:2]


async def test_a_no_adds_nothing_and_the_talk_goes_on(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Без файла")
    await person.sends_document("a.csv", CSV.encode())
    report = await person.expect("Добавить в задание")
    await person.says("нет, не надо")
    await person.expect("Список не добавлен")
    await person.expect("Пришлите номер")
    await person.presses_stale(report.message_id, "Добавить 3")
    await person.expect("уже добавлен или отменён")
    assert stage.numbers("Без файла") == []
    await person.says("8 916 123-45-07")
    await person.expect("Добавлено номеров: 1")


async def test_a_button_of_another_question_takes_no_list(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Другой вопрос")
    await person.says("8 916 123-45-05")
    await person.expect("Ещё номер?")
    await person.sends_document("a.csv", CSV.encode())
    await person.expect("Добавить в задание «Другой вопрос»?")
    await person.presses("Да, ещё номер")
    await person.expect("Пришлите номер")
    assert stage.numbers("Другой вопрос") == ["79161234505"]
    await person.presses("Добавить 3")
    await person.expect("Добавлено номеров: 3")


async def test_before_there_is_a_task_the_list_is_kept_and_offered_again(stage: Stage) -> None:
    person = stage.person()
    await person.sends_document("рано.csv", CSV.encode())
    await person.expect("В какое задание добавить?")
    await person.presses("Новое задание")
    await person.expect("назвать")
    await person.says("Потом")
    await person.expect("создано")
    await person.expect("Добавить в задание «Потом»?")
    await person.presses("Добавить 3")
    await person.expect("Добавлено номеров: 3")
    assert stage.numbers("Потом") == THREE


async def test_whoever_was_in_another_task_can_be_left_out(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Первый раз")
    await person.says("8 916 777-00-01")
    await person.expect("Ещё номер?")
    await made(person, "Второй раз")
    await person.sends_document("a.txt", b"89167770001\n89167770002\n")
    report = await person.expect("Добавить в задание")
    assert "Из них уже были в других заданиях за 30 дн.: 1." in report.text
    await person.presses("Только новые: 1")
    await person.expect("Добавлено номеров: 1")
    assert stage.numbers("Второй раз") == ["79167770002"]


async def test_which_column_is_asked(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Столбцы")
    table = "Телефон;Телефон 2\n89161234501;89031110001\n89161234502;89031110002\n"
    await person.sends_document("два.csv", table.encode())
    await person.expect("номера могут быть в разных столбцах")
    await person.presses("Телефон 2")
    await person.expect("Номера взяты из столбца «Телефон 2»")
    await person.presses("Добавить 2")
    await person.expect("Добавлено номеров: 2")
    assert stage.numbers("Столбцы") == ["79031110001", "79031110002"]


async def test_contact_cards_in_a_file_are_people_with_all_their_numbers(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Карточки")
    cards = (
        "BEGIN:VCARD\nVERSION:3.0\nFN:Анна Иванова\nTEL;TYPE=CELL:+7 916 123-45-01\nTEL;TYPE=WORK:8 495 123-45-67\n"
        "END:VCARD\nBEGIN:VCARD\nVERSION:3.0\nFN:Борис\nTEL:89161234502\nEND:VCARD\n"
    )
    await person.sends_document("контакты.vcf", cards.encode())
    report = await person.expect("Добавить в задание")
    assert "Людей с несколькими номерами: 1" in report.text
    await person.presses("Добавить 2")
    await person.expect("Добавлено номеров: 2")
    anna, boris = stage.task("Карточки").candidates
    assert (anna.phones, anna.variables) == (("79161234501", "74951234567"), {"name": "Анна Иванова"})
    assert (boris.phones, boris.variables) == (("79161234502",), {"name": "Борис"})


async def test_a_long_pasted_list_is_a_list(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Вставка")
    await person.says("\n".join(f"{number + 1}) 8 916 55{number:02d} 111" for number in range(40)))
    report = await person.expect("Добавить в задание")
    assert "вставленный текст: строк с данными — 40" in report.text
    await person.presses("Добавить 40")
    await person.expect("Добавлено номеров: 40")
    assert len(stage.numbers("Вставка")) == 40


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("список.xlsx", b"%PDF-1.7\n1 0 obj", "это не таблица и не текст"),
        ("список.csv", b"", "здесь ничего нет"),
        ("письмо.txt", "Добрый день! Список пришлю завтра.".encode(), "не нашёл ни одного номера"),
        ("список.xlsx", b"PK\x03\x04 no workbook at all", "файл повреждён"),
    ],
)
async def test_what_is_no_list_says_so(stage: Stage, name: str, content: bytes, said: str) -> None:
    person = stage.person()
    await made(person, f"Не список {said}")
    await person.sends_document(name, content)
    answer = await person.expect(said)
    assert "Ничего не добавлено" in answer.text
    await person.says("8 916 123-45-01")
    await person.expect("Добавлено номеров: 1")


async def test_a_file_of_those_who_must_not_be_called(stage: Stage) -> None:
    person = stage.person()
    await person.sends_document("отказы.csv", b"89169990001\n89169990002\n", caption="больше им не звонить")
    await person.expect("Внести эти номера в чёрный список?")
    await person.presses("В чёрный список: 2")
    await person.expect("Внёс в чёрный список: 2")
    await made(person, "С отказами")
    await person.sends_document("все.csv", b"89169990001\n89169990003\n")
    report = await person.expect("Добавить в задание")
    assert "В чёрном списке: 1." in report.text
    await person.presses("Добавить 1")
    await person.expect("Добавлено номеров: 1")
    assert stage.numbers("С отказами") == ["79169990003"]


MIXED = (
    "Имя;Телефон\nАнна;8 916 123-45-01\nБорис;8 495 123-45-02 доб. 12\nВера;8 200 123-45-03\nГлеб;8 200 123-45-04\n"
    "Дина;442070313000\nЕва;7,91612E+10\n"
)


async def test_doubtful_rows_are_asked_about_once_the_list_is_taken(stage: Stage) -> None:
    person = stage.person()
    await made(person, "С сомнениями")
    await person.sends_document("a.csv", MIXED.encode())
    report = await person.expect("Добавить в задание «С сомнениями»?")
    for line in (
        "можно добавить — 2.",
        "Добавочные не набираются, взяты сами номера: 1.",
        "Похоже на номер, но такого нет в плане нумерации: 2.",
        "Похоже на иностранный номер без «+»: 1.",
        "Округлено таблицей, последних цифр нет: 1.",
        "Под сомнением: 3. Спрошу о них отдельно",
        "строка 3: +7 495 ***-**-02 (12) — добавочный не набирается",
        "строка 4: 8 20* ***-**-03 — такого номера нет",
    ):
        assert line in report.text, report.text
    await person.presses("Добавить 2")
    await person.expect("Беру из списка: 2")
    await person.expect("Добавлено номеров: 2")
    question = await person.expect("пока не добавил: 3")
    for line in ("строка 4: +7 200 ***-**-03", "строка 5: +7 200 ***-**-04", "строка 6: +44 ***00"):
        assert line in question.text, question.text
    assert stage.numbers("С сомнениями") == ["79161234501", "74951234502"]
    await person.says("да")
    await person.expect("Это решает только кнопка")
    assert stage.numbers("С сомнениями") == ["79161234501", "74951234502"]
    await person.presses("Да, ещё номер")  # a button answers its own question
    await person.expect("Пришлите номер")
    await person.presses("Добавить сомнительные: 3")
    await person.expect("Беру из списка: 3")
    await person.expect("Всего в задании: 5")
    assert stage.numbers("С сомнениями")[2:] == ["72001234503", "72001234504", "442070313000"]
    assert stage.task("С сомнениями").candidates[2].variables == {"Имя": "Вера"}
    await person.presses_stale(question.message_id, "Добавить сомнительные: 3")
    await person.expect("Эта кнопка уже не действует")


async def test_doubtful_rows_that_nobody_wants_are_not_added(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Без сомнений")
    await person.sends_document("a.csv", MIXED.encode())
    await person.expect("Добавить в задание")
    await person.says("да")  # it takes the others only
    await person.expect("Добавлено номеров: 2")
    await person.expect("пока не добавил: 3")
    await person.presses("Не добавлять")
    await person.expect("эти номера не добавляю")
    await person.expect("Ещё номер?")
    await person.sends_document("b.csv", MIXED.replace("8 916 123-45-01", "8 916 123-45-09").encode())
    await person.expect("можно добавить — 1.")
    await person.presses("Отмена")
    await person.expect("Список не добавлен")
    await person.says("8 916 123-45-08")
    await person.expect("Добавлено номеров: 1. Всего в задании: 3")
    assert stage.numbers("Без сомнений") == ["79161234501", "74951234502", "79161234508"]


async def test_a_list_of_doubtful_numbers_only_before_there_is_a_task(stage: Stage) -> None:
    person = stage.person("en")
    await person.says("hello")
    await person.expect("Hello!")
    await person.sends_document("a.txt", b"8 200 123-45-03\n8 200 123-45-04\n")
    await person.expect("To which task shall they go?")
    await person.presses("A new task")
    await person.expect("What shall the call task be called?")
    await person.says("In doubt")
    await person.expect("created")
    question = await person.expect("I am not sure that these numbers exist, and have not added them yet: 2.")
    assert "row 2: +7 200 ***-**-04" in question.text
    await person.presses("Add the doubtful: 2")
    await person.expect("Numbers added: 2")
    assert stage.numbers("In doubt") == ["72001234503", "72001234504"]


async def test_a_yes_to_doubtful_numbers_starts_nothing(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Не то да")
    await person.says("8 916 123-45-01")
    await person.expect("Ещё номер?")
    await person.says("нет")
    await person.expect("Запустить обзвон?")
    await person.says("8 200 123-45-03")
    await person.expect("Не уверен, что такой номер есть")
    await person.says("да")
    await person.expect("Это решает только кнопка")
    assert stage.sandbox.plays(stage.task("Не то да").id) == 0
    await person.presses("Добавить всё равно")
    await person.expect("Всего в задании: 2")


async def test_a_template_on_request(stage: Stage) -> None:
    person = stage.person()
    await person.says("пришли шаблон файла")
    await person.expect("Шаблон: номера")
    sent = await person.expect()
    assert sent.document is not None
    assert sent.document.name == "шаблон.csv"
    assert sent.document.content.decode("utf-8-sig") == '"Телефон";"Имя";"Комментарий"\r\n'


async def test_all_rows_that_are_not_taken_come_back_as_a_file(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Много плохих")
    rows = [f"8916123450{digit}" for digit in range(10)] + [f"{number}" for number in range(10_000, 10_015)]
    await person.sends_document("a.csv", ("телефон\n" + "\n".join(rows)).encode())
    report = await person.expect("Слишком коротких номеров: 15.")
    assert report.text.count(" — слишком короткий") == 10
    await person.expect("Всё, что не подошло (15)")
    sent = await person.expect()
    assert sent.document is not None
    text = sent.document.content.decode("utf-8-sig")
    assert text.startswith('"Строка";"Написано";"Почему"')
    assert text.count("слишком короткий") == 15


async def test_a_question_and_a_cancel_in_words_are_about_the_list(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Словами")
    await person.says("8 916 123-45-05")
    await person.expect("Ещё номер?")
    await person.sends_document("a.csv", CSV.encode())
    await person.expect("Добавить в задание «Словами»?")
    await person.says("хм, странные у вас тут строки")
    await person.expect("Список «a.csv» ждёт решения, номеров: 3")
    await person.says("отмена")
    await person.expect("Список не добавлен")
    await person.expect("Ещё номер?")
    assert stage.numbers("Словами") == ["79161234505"]


async def test_before_there_is_a_task_a_typed_answer_is_about_the_list(stage: Stage) -> None:
    person = stage.person()
    await person.sends_document("рано.csv", CSV.encode())
    await person.expect("В какое задание добавить?")
    await person.says("да")
    await person.expect("ждёт решения")
    await person.says("нет")
    await person.expect("Список не добавлен")
    await made(person, "Без раннего")
    await person.expect_silence()
    assert stage.numbers("Без раннего") == []


async def test_which_column_is_asked_until_it_is_said(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Два столбца")
    content = "Телефон,Моб.\n89161234501,84951234501\n89161234502,84951234502\n".encode()
    await person.sends_document("два.csv", content)
    await person.expect("Какой взять?")
    await person.says("да")
    await person.expect("Какой взять?")
    await person.says("отмена")
    await person.expect("Список не добавлен")
    assert stage.numbers("Два столбца") == []


async def test_names_above_their_numbers_and_a_remark_in_a_long_list(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Над номерами")
    lines = [f"{name}\n8 916 123-{group}-{pair:02}" for group in (45, 46) for pair, name in enumerate(NAMES)]
    lines[3] += " просил не звонить"
    await person.says("\n".join(lines))
    report = await person.expect("Добавить в задание «Над номерами»?")
    # The name above the number that is not to be called is a row without a number.
    assert f"строк с данными — {len(lines) + 1}, можно добавить — {len(lines) - 1}." in report.text
    assert "сказано не звонить" in report.text
    assert "Переменные для сценария: name." in report.text
    await person.says("да")
    await person.expect(f"Добавлено номеров: {len(lines) - 1}")
    people = stage.task("Над номерами").candidates
    assert [one.variables["name"] for one in people] == [*NAMES[:3], *NAMES[4:], *NAMES]
