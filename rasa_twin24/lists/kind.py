"""What a file is, by its content; its name is asked only where the content leaves it open."""

from __future__ import annotations

import re
from typing import Literal

from rasa_twin24.lists.outcome import UnreadableList

Form = Literal["zip", "ole", "vcard", "text"]

_ZIP = b"PK\x03\x04"
# https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-cfb section 2.2; names in it are UTF-16.
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOKS = tuple(f"{name}\0".encode("utf-16-le") for name in ("Workbook", "Book"))
_PACKAGE = "EncryptedPackage\0".encode("utf-16-le")
# A workbook of Excel 97 and later begins with this record; FILEPASS soon after it says that the rest is encrypted:
# https://learn.microsoft.com/en-us/openspecs/office_file_formats/ms-xls sections 2.4.21 and 2.4.117.
_BEGINNING_OF_WORKBOOK = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_FILEPASS = 0x2F
_RECORDS_BEFORE_FILEPASS = 4

# PDF, pictures, archives, programs, RTF, an empty zip.
_OTHERS: tuple[bytes, ...] = (
    *(b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"OggS", b"ID3"),
    *(b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"PK\x05\x06", b"MZ\x90", b"\x7fELF", b"{\\rtf", b"SQLite format 3"),
)
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|table|\?xml|head|meta)", re.IGNORECASE)
_CARD = re.compile(r"\s*BEGIN\s*:\s*VCARD", re.IGNORECASE)


def form_of(content: bytes) -> Form:
    """How a file is packed. Raises UnreadableList for what is surely no list: empty, encrypted, something else."""
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadableList("empty")
    if content.startswith(_ZIP):
        return "zip"
    if content.startswith(_OLE):
        return _checked_ole(content)
    if content.startswith(_OTHERS) or _MARKUP.match(content, 0, 1000):
        raise UnreadableList("not_a_list")
    return "text"


def is_card(beginning: str) -> bool:
    """Tell whether a text is a file of contact cards."""
    return _CARD.match(beginning) is not None


def _checked_ole(content: bytes) -> Form:
    if _PACKAGE in content:
        raise UnreadableList("encrypted")
    if not any(name in content for name in _WORKBOOKS):
        raise UnreadableList("damaged" if _directory_is_cut_off(content) else "not_a_list")
    if _has_filepass(content):
        raise UnreadableList("encrypted")
    return "ole"


def _directory_is_cut_off(content: bytes) -> bool:
    """The header says how large sectors are, and in which of them the directory with the names begins."""
    sector_size = 1 << min(int.from_bytes(content[30:32], "little"), 16)
    return (int.from_bytes(content[48:52], "little") + 1) * sector_size >= len(content)


def _has_filepass(content: bytes) -> bool:
    at = content.find(_BEGINNING_OF_WORKBOOK)
    for _ in range(_RECORDS_BEFORE_FILEPASS if at >= 0 else 0):
        at += 4 + int.from_bytes(content[at + 2 : at + 4], "little")
        if int.from_bytes(content[at : at + 2], "little") == _FILEPASS:
            return True
    return False
