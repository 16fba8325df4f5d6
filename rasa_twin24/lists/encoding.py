"""How a text is encoded, and whether it is a text at all.

UTF-8 and UTF-16 prove themselves; what is neither is CP1251, the encoding of Russian Windows. KOI8-R and CP866 are
not told apart from it: they died out before messengers came, and in them too digits are read right.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator

from rasa_twin24.lists.outcome import UnreadableList

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SAMPLE = 1 << 16  # bytes
# The upper byte of what Russians and Europeans write in UTF-16: Latin, Cyrillic, punctuation such as dashes and №.
_UPPER_BYTES = frozenset({0x00, 0x01, 0x04, 0x20, 0x21})
_UTF16_SHARE = 0.95
# Signs that no text has; NUL is one that broken exports have in places.
_BINARY = bytes(set(range(32)) - {0, *b"\t\n\v\f\r\x1a\x1b"}) + b"\x7f"
_MOST_BINARY = 0.01
_MOST_NULS = 0.2


def encoding_of(content: bytes) -> str:
    """The name of the codec. Raises UnreadableList("not_a_list") for what is no text."""
    for mark, name in _MARKS.items():
        if content.startswith(mark):
            return name
    sample = content[:_SAMPLE]
    if unmarked := _unmarked_utf16(sample):
        return unmarked
    binary = len(sample) - len(sample.translate(None, _BINARY))
    if binary > len(sample) * _MOST_BINARY or sample.count(0) > len(sample) * _MOST_NULS:
        raise UnreadableList("not_a_list")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(content)
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8"


def lines_of(content: bytes, encoding: str, newline: str | None = None) -> Iterator[str]:
    """The lines of a text with their ends; with `newline=""` the ends are as they were. NULs become blanks."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding, errors="replace", newline=newline)
    return (line.replace("\0", " ") for line in text)


def _unmarked_utf16(sample: bytes) -> str | None:
    lower, upper = sample[::2], sample[1::2]
    if upper and _share_of_upper(upper) >= _UTF16_SHARE and 0 in upper and upper.count(0) > lower.count(0):
        return "utf-16-le"
    if lower and _share_of_upper(lower) >= _UTF16_SHARE and 0 in lower and lower.count(0) > upper.count(0):
        return "utf-16-be"
    return None


def _share_of_upper(half: bytes) -> float:
    return sum(byte in _UPPER_BYTES for byte in half) / len(half)
