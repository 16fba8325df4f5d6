"""Contact cards of phones and address books."""

from __future__ import annotations

import pytest

from rasa_twin24.lists import UnreadableList
from rasa_twin24.lists.outcome import LABEL
from tests.lists.reading_in_process import read

IVAN, WORK, ANNA = "+79161234567", "+74951234567", "+79031112233"

QUOTED = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=98=D0=B2=D0=B0=D0=BD=D0=BE=D0=B2;=D0=98=
=D0=B2=D0=B0=D0=BD;;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=98=D0=B2=D0=B0=D0=BD=20=D0=98=
=D0=B2=D0=B0=D0=BD=D0=BE=D0=B2
TEL;CELL;PREF:+79161234567
TEL;WORK:8 (495) 123-45-67
END:VCARD
"""
FOLDED = """BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//iOS 17//EN
N:;Анна;;;
FN:Анна\\, ООО
  Ромашка
item1.TEL;type=pref:8 (903)
  111-22-33
item1.X-ABLabel:моб
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ89161112233
 TEL:89991112233
END:VCARD
"""
URI = """BEGIN:VCARD
VERSION:4.0
FN:Иван Иванов
TEL;VALUE=uri;PREF=1;TYPE="voice,home":tel:+7-916-123-45-67
TEL;VALUE=uri:tel:+7-495-123-45-67;ext=102
END:VCARD
"""

CARDS: dict[str, tuple[str, list[tuple[int, str, dict[str, str]]]]] = {
    "2.1, quoted-printable": (QUOTED, [(1, f"{IVAN},{WORK}", {LABEL: "Иван Иванов"})]),
    "3.0, folded lines and a photo": (FOLDED, [(1, ANNA, {LABEL: "Анна, ООО Ромашка"})]),
    "4.0, addresses": (URI, [(1, f"{IVAN},{WORK}", {LABEL: "Иван Иванов"})]),
    "several": (
        QUOTED + "\n" + FOLDED,
        [(1, f"{IVAN},{WORK}", {LABEL: "Иван Иванов"}), (2, ANNA, {LABEL: "Анна, ООО Ромашка"})],
    ),
    "Windows": (QUOTED.replace("\n", "\r\n"), [(1, f"{IVAN},{WORK}", {LABEL: "Иван Иванов"})]),
    "small letters": ("begin:vcard\nfn:Анна\ntel:89031112233\nend:vcard", [(1, ANNA, {LABEL: "Анна"})]),
    "a name in parts": (
        "BEGIN:VCARD\nN:Петров;Пётр;Ильич;;\nTEL:89031112233\nEND:VCARD",
        [(1, ANNA, {LABEL: "Пётр Ильич Петров"})],
    ),
    "an organisation": ("BEGIN:VCARD\nFN:\nORG:Ромашка;\nTEL:89031112233\nEND:VCARD", [(1, ANNA, {LABEL: "Ромашка"})]),
    "no name": ("BEGIN:VCARD\nTEL:89031112233\nEND:VCARD", [(1, ANNA, {})]),
    "the same number twice": ("BEGIN:VCARD\nTEL:89031112233\nTEL:+7 903 111 22 33\nEND:VCARD", [(1, ANNA, {})]),
    "cut off": ("BEGIN:VCARD\nFN:Анна\nTEL:89031112233", [(1, ANNA, {LABEL: "Анна"})]),
    "no end before the next": (
        "BEGIN:VCARD\nTEL:89031112233\nBEGIN:VCARD\nTEL:89161234567\nEND:VCARD",
        [(1, ANNA, {}), (2, IVAN, {})],
    ),
    "an unknown character set": (
        "BEGIN:VCARD\nFN;CHARSET=NOPE;ENCODING=QUOTED-PRINTABLE:=D0=90\nTEL:89031112233\nEND:VCARD",
        [(1, ANNA, {LABEL: "=D0=90"})],
    ),
    "a line that is none": ("BEGIN:VCARD\nFN\nTEL:89031112233\nEND:VCARD", [(1, ANNA, {})]),
    "commas that take exponential time": (
        "BEGIN:VCARD\nTEL;A=" + "b," * 400 + '":89031112233\nEND:VCARD',
        [(1, ANNA, {})],
    ),
}


@pytest.mark.parametrize("case", CARDS)
def test_a_card(case: str) -> None:
    text, people = CARDS[case]
    done = read(text, "contacts.vcf")
    assert done.people == people
    assert done.rejected == []
    assert done.summary is not None
    assert done.summary.kind == "vcard"


def test_cards_in_the_encoding_of_windows() -> None:
    done = read("BEGIN:VCARD\nFN:Анна\nTEL:89031112233\nEND:VCARD\n".encode("cp1251"))
    assert done.people == [(1, ANNA, {LABEL: "Анна"})]


def test_cards_that_cannot_be_called_are_told() -> None:
    card = "BEGIN:VCARD\nFN:{}\n{}END:VCARD\n"
    done = read(
        card.format("Анна", "TEL:89031112233\nTEL:8903111\n")
        + card.format("Без номера", "")
        + card.format("Короткий", "TEL:112\n")
        + card.format("Анна дома", "TEL:+7 495 123-45-67\nTEL:89031112233\n")
    )
    assert done.people == [(1, ANNA, {LABEL: "Анна"})]
    assert [(each.row, each.shown, each.reason, each.of_row) for each in done.rejected] == [
        (1, "8903111", "too_short", None),
        (2, "Без номера", "no_number", None),
        (3, "112", "too_short", None),
        (4, "Анна дома", "duplicate", 1),
    ]
    assert done.summary is not None
    assert (done.summary.rows, done.summary.good) == (4, 1)


def test_cards_without_any_number() -> None:
    with pytest.raises(UnreadableList) as refusal:
        read("BEGIN:VCARD\nFN:Анна\nEND:VCARD\n")
    assert refusal.value.reason == "no_numbers"


def test_a_photo_of_megabytes_costs_nothing() -> None:
    """Joining its lines takes quadratic time: a minute for this one, if anybody joined them."""
    photo = "PHOTO;ENCODING=b:" + "\n".join([" " + "A" * 74] * 60_000)
    done = read(f"BEGIN:VCARD\nFN:Анна\n{photo}\nTEL:89031112233\nEND:VCARD\n" * 2)
    assert done.numbers == [ANNA]
