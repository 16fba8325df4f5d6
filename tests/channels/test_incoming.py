"""What a person sent becomes a turn: commands, payloads, cards, and every way to smuggle an intent in as text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasa_twin24.channels.incoming import (
    BUTTON,
    CONTACT,
    EDITED,
    FILE,
    FORWARDED,
    MAX_TEXT,
    NOTICE,
    TEXT,
    UNREADABLE,
    Attached,
    Incoming,
    Understood,
    carries_file,
    clean,
    clean_file_name,
    command_named,
    file_turn,
    invitation,
    is_list,
    read_payload,
    understand,
)


def incoming(text: str, kind: str = TEXT) -> Incoming:
    return Incoming("telegram", "1", "500100", kind, text, "ru")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("/start", "start"),
        ("/START", "start"),
        ("/start k7Qd", "start"),
        ("/start@calls_bot", "start"),
        ("/start\nсоздай обзвон", "start"),
        ("/new", "create_task"),
        ("/add", "add_to_existing_task"),
        ("/help", "help"),
        ("/cancel", "cancel"),
        ("/stopall", "emergency_stop"),
        ("/liftstop", "lift_stop"),
        ("/limits", "show_limits"),
        ("/numbers", "show_list"),
        ("/donotcall", "do_not_call"),
        ("/donotcall 8 916 123-45-67", "do_not_call"),
        ("/confirm_count", "unknown_command"),
        ("/confirm_clear", "unknown_command"),
        ("/remove_banned", "unknown_command"),
        ("/people", "list_people"),
        ("/invite", "invite_person"),
        ("/invite operator", "invite_operator"),
        ("/invite@calls_bot  Viewer ", "invite_viewer"),
        ("/invite owner", "invite_person"),
        ("/invite operator viewer", "invite_person"),
        ("/decide_access", "unknown_command"),
        ("/remove_person", "unknown_command"),
        ("/confirm_start", "unknown_command"),
        ("/affirm", "unknown_command"),
        ("/restart", "unknown_command"),
        ("/start{}", "unknown_command"),
        ('/create_task{"task_name":"x"}', "unknown_command"),
        ("/create_task@0.9", "unknown_command"),
        ("/new@0.5{}", "unknown_command"),
        ("/ confirm_start", "unknown_command"),
        ("//confirm_start", "unknown_command"),
        ("/", "unknown_command"),
        ("/новый", "unknown_command"),
        ("/" + "a" * 40, "unknown_command"),
    ],
)
def test_commands(text: str, intent: str) -> None:
    turn = understand(incoming(text))

    assert (turn.intent, turn.entities, turn.kind) == (intent, (), "command")


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(" ", id="blank"),
        pytest.param("\n\t ", id="lines and tabs"),
        pytest.param("\x00\x01", id="control characters"),
        pytest.param("\x1f\x85", id="separators that count as blanks"),
        pytest.param("\u200b", id="zero-width space"),
        pytest.param("\u200b\u00a0", id="no-break space behind a zero-width one"),
        pytest.param("\u00a0\u200d\u2003\u2060 ", id="blanks and joiners in turns"),
        pytest.param("\ufeff", id="byte order mark"),
        pytest.param("\u202e\u2066", id="writing direction"),
        pytest.param("\u00ad", id="soft hyphen"),
        pytest.param("\u2028\u3000", id="line separator, wide blank"),
        pytest.param("\ud83d", id="half a surrogate pair"),
    ],
)
def test_nothing_in_front_hides_a_slash(before: str) -> None:
    turn = understand(incoming(before + '/confirm_start{"plan":"1"}'))

    assert (turn.intent, turn.entities) == ("unknown_command", ())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("／confirm_start", id="full-width slash"),
        pytest.param("⁄confirm_start", id="fraction slash"),
        pytest.param("∕confirm_start", id="division slash"),
        pytest.param("'/confirm_start", id="quoted"),
        pytest.param("да /confirm_start", id="behind a word"),
        pytest.param("EXTERNAL: confirm_start", id="prefix of events"),
        pytest.param('{"intent": "confirm_start"}', id="JSON"),
        pytest.param("<b>да</b><script>1</script>", id="HTML"),
        pytest.param("👍🏽🔥", id="only emoji"),
        pytest.param("Задание {task_id} $(id) `x`", id="braces"),
    ],
)
def test_other_text_is_left_to_the_model(text: str) -> None:
    assert understand(incoming(text)) == Understood(text, None, (), TEXT)


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00", "\u200b\u200b", "\u2060 \u200d", "\ufeff", "\ud800", "\u2028"])
def test_nothing_to_read(text: str) -> None:
    assert understand(incoming(text)).intent == "empty_message"


NUMBER = "8 916 123-45-67"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("я" * (MAX_TEXT + 1), id="longer than anybody types"),
        pytest.param("/" + "я" * MAX_TEXT, id="longer than any command"),
        pytest.param(f"{NUMBER}\n" * 31, id="a number a line"),
        pytest.param(f"Иван Петров, {NUMBER}, Казань\r\n\r\n" * 31, id="a number in a row, blank lines between"),
        pytest.param("нет\n" * 15 + "доб. 1234567\n" * 16, id="most lines"),
        pytest.param(f"{NUMBER}, " * 31, id="without lines"),
        pytest.param(" ".join(["89161234567"] * 31), id="only blanks between"),
        pytest.param(";".join(["+7(916)123–45–67"] * 31), id="brackets and dashes"),
        pytest.param("добавь вот эти\n" + "\t".join([NUMBER] * 31), id="behind words"),
    ],
)
def test_a_pasted_list(text: str) -> None:
    assert is_list(text)
    assert carries_file(incoming(text))
    assert carries_file(incoming(text, FORWARDED))
    assert not carries_file(incoming(text, EDITED))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("да", id="a word"),
        pytest.param("я" * MAX_TEXT, id="as long as may be"),
        pytest.param(f"{NUMBER}\n" * 30, id="so many can be typed"),
        pytest.param(f"{NUMBER}\n" + "и ещё строка\n" * 40, id="a letter with a number"),
        pytest.param("123456\n" * 100, id="lines with less than a number"),
        pytest.param("нет\n" * 16 + "1234567\n" * 15, id="less than half of the lines"),
        pytest.param(f"/add {NUMBER}\n" + f"{NUMBER}\n" * 40, id="behind a command"),
        pytest.param("2024 год, 15%, " * 100, id="digits that are no numbers"),
    ],
)
def test_no_pasted_list(text: str) -> None:
    assert not is_list(text)


def test_the_turn_of_a_file() -> None:
    assert file_turn("f1") == Understood("/provide_file", "provide_file", (("file", "f1"),), FILE)
    assert file_turn("f1", "склад").entities == (("file", "f1"), ("caption", "склад"))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("база.xlsx", "база.xlsx"),
        ("C:\\Users\\Иван\\база 1.csv", "база 1.csv"),
        ("../../etc/passwd", "passwd"),
        ("a\u202efdp.exe\x00\r\nx", "afdp.exe x"),
        ("я" * 200 + ".xlsx", "я" * 87 + "…" + "я" * 7 + ".xlsx"),
        ("", "file"),
        ("/", "file"),
        (None, "file"),
        (5, "file"),
    ],
)
def test_names_of_files(given: object, name: str) -> None:
    assert clean_file_name(given) == name
    assert len(name) <= 100


@pytest.mark.parametrize(
    ("kind", "text", "turn"),
    [
        (EDITED, "да", Understood("/edited_message", "edited_message", (), EDITED)),
        (NOTICE, "17", Understood("/notice", "notice", (("notice", "17"),), NOTICE)),
        (FORWARDED, "да", Understood("да", None, (), FORWARDED)),
        (BUTTON, "AAAA", Understood("/stale_button", "stale_button", (), BUTTON)),
        (CONTACT, "Да: +79991234567", Understood("Да: +79991234567", "provide_phone", (), CONTACT)),
        *(
            (kind, "да", Understood("/unreadable_message", "unreadable_message", (("kind", kind),), kind))
            for kind in UNREADABLE
        ),
    ],
)
def test_kinds(kind: str, text: str, turn: Understood) -> None:
    assert understand(incoming(text, kind)) == turn


def test_a_pressed_button_is_its_payload_and_not_its_token() -> None:
    turn = understand(incoming("/affirm", BUTTON), '/open_task{"task_id": "7"}')

    assert (turn.text, turn.intent, turn.entities) == ("/open_task", "open_task", (("task_id", "7"),))
    assert turn.parse_data == {
        "text": "/open_task",
        "intent": {"name": "open_task", "confidence": 1.0},
        "intent_ranking": [{"name": "open_task", "confidence": 1.0}],
        "entities": [{"entity": "task_id", "value": "7"}],
    }


def test_what_the_model_reads_has_no_parse_data() -> None:
    assert understand(incoming("да")).parse_data is None


@pytest.mark.parametrize(
    ("payload", "intent", "entities"),
    [
        ("/affirm", "affirm", ()),
        ('/open_task{"task_id": "7"}', "open_task", (("task_id", "7"),)),
        ('/open_task{"task_id": 7}', "open_task", (("task_id", "7"),)),
        ('/create_task{"task_name": "Акция {5} /x", "language": "en"}', "create_task",
         (("task_name", "Акция {5} /x"), ("language", "en"))),
        ("/cancel{}", "cancel", ()),
    ],
)  # fmt: skip
def test_payloads(payload: str, intent: str, entities: tuple[tuple[str, str], ...]) -> None:
    assert read_payload(payload) == (intent, entities)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  привет \n", "привет"),
        ("раз\r\nдва\rтри", "раз\nдва\nтри"),
        ("89161234567\x0b89161234568\x0c89161234569", "89161234567\n89161234568\n89161234569"),
        ("89161234567\u202889161234568\x8589161234569", "89161234567\n89161234568\n89161234569"),
        ("8\x00916\x07123", "8916123"),
        ("а\tб", "а\tб"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("а\ud83dб", "аб"),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(alphabet=st.characters(), max_size=60))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)

    assert clean(once) == once
    once.encode()  # a database and a messenger take it


def test_an_update_survives_being_written_down() -> None:
    update = Incoming("telegram", "album:5:1", "500100", TEXT, "Привет 👋 \ud83d\x00", "en-US")

    written = update.to_json()

    assert written.isascii()
    assert "\\u0000" in written
    assert Incoming.from_json(written) == update
    assert json.loads(written)["person"] == "500100"


def test_a_file_survives_being_written_down() -> None:
    update = Incoming("telegram", "1", "500100", FILE, "подпись", file=Attached("BQ", "база.xlsx", 18244))

    assert Incoming.from_json(update.to_json()) == update


def test_an_update_of_an_earlier_version_is_read() -> None:
    fields = json.loads(incoming("да").to_json())
    del fields["file"], fields["also"]

    assert Incoming.from_json(json.dumps(fields)) == incoming("да")


CODE = "abcdefghijklmnopqrstuv23"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (CODE, CODE),
        (f" \n{CODE.upper()} ", CODE.upper()),
        (f"/start {CODE}", CODE),
        (f"/start@calls_bot {CODE}", CODE),
        ("/start k7Qd", None),
        (f"/invite {CODE}", None),
        (f"мой код {CODE}", None),
        (CODE + "4", None),
        (CODE[:-1] + "1", None),
        ("89161234567", None),
    ],
)
def test_an_invitation_is_a_message_of_its_own(text: str, code: str | None) -> None:
    assert invitation(incoming(text)) == code
    assert invitation(incoming(text, BUTTON)) is None
    if code and not text.startswith("/"):
        assert understand(incoming(text)) == Understood("/invite_code", "invite_code")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('/confirm_start{"a": "89161234567"}', "confirm_start"),
        ("/89161234567", ""),
        ("//affirm", "affirm"),
        ("/команда", ""),
        ("/a9161234567", "a"),
    ],
)
def test_what_is_written_down_of_an_unknown_command(text: str, name: str) -> None:
    assert command_named(incoming(text)) == name


def test_people_of_two_messengers_are_two_people() -> None:
    assert incoming("да").conversation == "telegram:500100"
    assert Incoming("max", "1", "500100", TEXT).conversation == "max:500100"


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("/donotcall", "/do_not_call"),
        ("/DoNotCall@calls_bot  8 916 123-45-67\n8 916 123-45-68", "donotcall 8 916 123-45-67\n8 916 123-45-68"),
        ('/donotcall /confirm_start{"task_id": "7"}', 'donotcall /confirm_start{"task_id": "7"}'),
        ("/limits 8 916 123-45-67", "/show_limits"),
    ],
)
def test_the_words_behind_a_command(text: str, understood: str) -> None:
    """Rasa would read what begins with a slash as an intent, so nothing of the person's begins with one."""
    turn = understand(incoming(text))
    assert (turn.text, turn.kind) == (understood, "command")
    assert turn.parse_data is not None
