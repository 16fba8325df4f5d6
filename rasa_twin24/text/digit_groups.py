"""Groups of digits of a message, written or spoken, in runs that may hold phone numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rasa_twin24.text.numerals import SpokenWord, compose, spoken_word

LONGEST_WORD = 24  # letters
_LONGEST_AREA_CODE = 5  # digits, with the trunk prefix
_FEWEST_AFTER_SLASH = 3  # "123-45-67/68" is a number and the end of another one

# "+" may stand apart from its digits, and a bracket may open between them.
_WRITTEN = r"(?P<plus>\+)?[ (-]{0,3}(?P<digits>\d+)"
_PIECE = re.compile(rf"{_WRITTEN}|(?P<word>[a-zа-я]+)")
# What may stand inside one written number; a spoken one may also have commas.
_JOINER = re.compile(r"[ .()~-]{0,6}")
_SLASH = re.compile(r"\)? ?/ ?")
_SPOKEN_JOINER = re.compile(r"[ .,()~-]{0,6}")

# At the head of a line: "1)", "(1)", "1]", "#1", "№1.", "1. ", "1:", after bullets.
_LIST_INDEX = re.compile(
    r"[ •*·>-]{0,6}(?:(?P<bracketed>\(\d{1,2}\))|\d{1,3}[)\]]|[#№] ?\d{1,3}[.):]?|\d{1,3}\.(?= )|\d{1,3}:)"
    r"(?= ?[+(\d]| [а-яa-z])"
)

# Latin letters glued to digits make a code, not a number; these words introduce one.
_INTRODUCTION = frozenset({"tel", "phone", "mob", "mobile", "cell", "call", "number", "wa", "whatsapp", "telegram"})


@dataclass(frozen=True)
class DigitGroup:
    """Unbroken digits; bounds are in the plain text. `joined` if this group may continue the one before it."""

    digits: str
    plus: bool
    start: int
    end: int
    spoken: bool
    joined: bool
    glued: bool  # to Latin letters or to an underscore: part of a code


def digit_groups(line: str, offset: int, *, bracketed_codes: bool = False) -> list[DigitGroup]:
    """All groups of one line of plain text, in order; `offset` is where the line begins in the text.

    An index at the head of the line ("1) ") is no group; neither is "(2) ", unless area codes are `bracketed_codes`
    of one or two digits in the region.
    """
    start = _after_list_index(line, bracketed_codes)
    groups: list[DigitGroup] = []
    spoken: list[SpokenWord] = []

    def close_speech() -> None:
        for said in compose(spoken):
            _append(groups, line, said.digits, said.plus, said.start, said.end, offset, spoken=True)
        spoken.clear()

    for piece in _PIECE.finditer(line, start):
        word = piece.group("word")
        if word is None:
            close_speech()
            _append_written(groups, line, piece, offset)
            continue
        said = spoken_word(word, *piece.span()) if len(word) <= LONGEST_WORD else None
        if said is None or _touches_digit(line, piece):
            close_speech()
            continue
        if spoken and not _SPOKEN_JOINER.fullmatch(line, spoken[-1].end, said.start):
            close_speech()
        spoken.append(said)
    close_speech()
    return groups


def _append_written(groups: list[DigitGroup], line: str, piece: re.Match[str], offset: int) -> None:
    digits = piece.group("digits")
    plus = piece.group("plus") is not None
    start = piece.start() if plus else _bracket_before(line, piece)
    _append(groups, line, digits, plus, start, piece.end("digits"), offset, spoken=False)


def _bracket_before(line: str, piece: re.Match[str]) -> int:
    """An opening bracket right before the digits belongs to the number: "(495) 123-45-67"."""
    first = piece.start("digits")
    return first - 1 if first and line[first - 1] == "(" else first


def _append(
    groups: list[DigitGroup],
    line: str,
    digits: str,
    plus: bool,
    start: int,
    end: int,
    offset: int,
    *,
    spoken: bool,
) -> None:
    previous_end = groups[-1].end - offset if groups else 0
    joiner = _SPOKEN_JOINER if spoken or (groups and groups[-1].spoken) else _JOINER
    joined = bool(groups) and not plus and joiner.fullmatch(line, previous_end, max(start, previous_end)) is not None
    if groups and not plus and _SLASH.fullmatch(line, previous_end, max(start, previous_end)):
        joined = _is_area_code(groups) and len(digits) >= _FEWEST_AFTER_SLASH
    glued = not spoken and _is_glued(line, start, end)
    groups.append(DigitGroup(digits, plus, start + offset, end + offset, spoken, joined, glued))


def _is_area_code(groups: list[DigitGroup]) -> bool:
    """Tell whether the last group may be followed by a slash: "030/901820", "+49 30/901820", "8/916/123-45-67"."""
    last = groups[-1]
    if len(last.digits) > _LONGEST_AREA_CODE:
        return False
    if not last.joined:
        return last.plus or last.digits.startswith("0") or last.digits in {"7", "8"}
    before = groups[-2]
    return before.plus or before.digits == "0" or (not before.joined and before.digits in {"7", "8"})


def _is_glued(line: str, start: int, end: int) -> bool:
    """Tell whether digits belong to a code such as "A89161234567", "order_8916…" or "8916…xyz"."""
    before = start
    while before > 0 and start - before <= LONGEST_WORD and (line[before - 1].isascii() and line[before - 1].isalpha()):
        before -= 1
    word = line[before:start]
    if word and word not in _INTRODUCTION:
        return True
    return line[before - 1 : before] in {"_", "@"} or _is_code_letter(line[end : end + 1])


def _is_code_letter(character: str) -> bool:
    return character in {"_", "@"} or (character.isascii() and character.isalpha())


def _touches_digit(line: str, piece: re.Match[str]) -> bool:
    """A numeral glued to digits ("5один") is not speech."""
    return line[piece.start() - 1 : piece.start()].isdigit() or line[piece.end() : piece.end() + 1].isdigit()


def _after_list_index(line: str, bracketed_codes: bool) -> int:
    found = _LIST_INDEX.match(line)
    return found.end() if found and not (bracketed_codes and found.group("bracketed")) else 0
