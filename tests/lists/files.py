"""Files as people and their programs make them, and as nobody honest makes them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msoffcrypto.format.ooxml
import openpyxl
import xlwt

PEOPLE: list[list[Any]] = [
    ["Имя", "Телефон", "Город"],
    ["Анна", "+7 916 123-45-67", "Москва"],
    ["Пётр", "8 (903) 111-22-33", "Тверь"],
    ["Ольга", 79031112244, "Казань"],
]
CONTENT_TYPES = "[Content_Types].xml"
SHEET = "xl/worksheets/sheet1.xml"


def xlsx(rows: Iterable[Sequence[Any]], change: Callable[[Any], None] | None = None) -> bytes:
    """A workbook of Excel with one sheet "Sheet"; `change` gets the openpyxl workbook before it is saved."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    if change:
        change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def xls(rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of Excel 97."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Лист1")
    for number, row in enumerate(rows):
        for index, value in enumerate(row):
            sheet.write(number, index, value)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def ods(rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of LibreOffice, as small as one may be."""
    table = ""
    for row in rows:
        cells = ""
        for value in row:
            numeric = isinstance(value, int | float)
            kind = f'"float" office:value="{value}"' if numeric else '"string"'
            cells += f"<table:table-cell office:value-type={kind}><text:p>{value}</text:p></table:table-cell>"
        table += f"<table:table-row>{cells}</table:table-row>"
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Лист1">{table}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": b"<manifest/>",
        }
    )


def csv_text(rows: Iterable[Sequence[Any]], delimiter: str = ";") -> str:
    return "".join(delimiter.join(map(str, row)) + "\r\n" for row in rows)


def zipped(parts: dict[str, bytes | Iterable[bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip; a part may be given in pieces, so that a bomb need not be held."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in parts.items():
            with (
                archive.open(zipfile.ZipInfo(name), "w")
                if method == zipfile.ZIP_STORED
                else _deflated(archive, name) as part
            ):
                for piece in [content] if isinstance(content, bytes) else content:
                    part.write(piece)
    return file.getvalue()


def _deflated(archive: zipfile.ZipFile, name: str) -> Any:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return archive.open(info, "w")


def with_parts(content: bytes, parts: dict[str, bytes | Iterable[bytes]]) -> bytes:
    """A workbook with some of its parts replaced or added."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        kept: dict[str, bytes | Iterable[bytes]] = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**kept, **parts})


def sheet_xml(rows: Iterable[str]) -> Iterable[bytes]:
    """A worksheet of rows that are XML already, in pieces."""
    yield b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    piece = ""
    for row in rows:
        piece += row
        if len(piece) > 1 << 16:
            yield piece.encode()
            piece = ""
    yield piece.encode() + b"</sheetData></worksheet>"


def encrypted_xlsx(content: bytes, password: str = "тайна") -> bytes:
    """What Excel saves under a password: an OLE file with the workbook encrypted in it."""
    file = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(content)).encrypt(password, file)
    return file.getvalue()


def encrypted_xls(content: bytes) -> bytes:
    """A workbook of Excel 97 whose second record says that the rest is encrypted."""
    begin = content.find(bytes.fromhex("0908100000060500")) + 20
    filepass = bytes.fromhex("2f003600 0100 0100 0100") + bytes(48)
    return content[:begin] + filepass + content[begin + len(filepass) :]


def with_declared_size(content: bytes, name: str, size: int) -> bytes:
    """A zip whose directory and header lie about the size of one part."""
    encoded = name.encode()
    local = content.find(b"PK\x03\x04")
    while content[local + 30 : local + 30 + len(encoded)] != encoded:
        local = content.find(b"PK\x03\x04", local + 4)
    central = content.find(b"PK\x01\x02")
    while content[central + 46 : central + 46 + len(encoded)] != encoded:
        central = content.find(b"PK\x01\x02", central + 4)
    lie = size.to_bytes(4, "little")
    changed = bytearray(content)
    changed[local + 22 : local + 26] = lie
    changed[central + 24 : central + 28] = lie
    return bytes(changed)
