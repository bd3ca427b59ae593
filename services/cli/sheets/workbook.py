"""Workbooks: .xlsx, .ods and .xls, read by calamine.

What a hostile file can do here. calamine's XML reader knows no document type
definitions: an external entity is never fetched and a chain of entities never
unfolds, the file is refused. A zip bomb is refused by the sizes it declares,
and where it lies about them, nothing beyond the declared size is unpacked:
calamine sees a copy made here. A sheet with one cell at the far corner makes
calamine claim memory for all cells between and abort; so read it in a process
apart (`apart.py`).
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache, partial
from io import BytesIO
from lzma import LZMAError
from pathlib import Path
from typing import IO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from cli.sheets.grid import Grid, text
from cli.sheets.refusal import (
    MAX_UNPACKED_BYTES,
    Reason,
    SpreadsheetRefused,
    not_a_workbook,
    password,
)

ZIP = b"PK\3\4"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_CHUNK = 1024 * 1024
# An encrypted .xlsx is an OLE file with a stream of this name.
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
# calamine reads an error cell as blank; as the text of a formula it stays "#N/A".
# In an old .xls it remains blank.
_ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\b[^<>]*?\st=)(["'])e\2""")
# What zipfile raises over bytes that are no sound zip is not documented.
_DAMAGED = (
    CalamineError,
    EOFError,
    LZMAError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def looks_like_workbook(path: Path) -> bool:
    """Whether the first bytes are those of a zip or OLE file; reads eight of them."""
    with path.open("rb") as file:
        return file.read(len(OLE)).startswith((ZIP, OLE))


def grids(path: Path) -> Iterator[Grid]:
    """The worksheets in the order of the workbook. A sheet is loaded when asked for."""
    book = _open(path)
    for about in book.sheets_metadata:
        if about.typ == SheetTypeEnum.WorkSheet:
            shown = about.visible == SheetVisibleEnum.Visible
            yield Grid(about.name, partial(_rows, book, about.name), shown)


def _open(path: Path) -> CalamineWorkbook:
    try:
        with path.open("rb") as file:
            if _is_zip(file):
                return load_workbook(_copy(file))
            content = file.read()
        if _ENCRYPTED_STREAM in content:
            raise password()
        # Left to guess the format, calamine calls an encrypted .xls unknown.
        known = path.suffix.lower() == ".xls"
        return load_workbook(str(path) if known else BytesIO(content))
    except PasswordError as error:
        raise password() from error
    except _DAMAGED as error:
        raise not_a_workbook() from error


def _rows(book: CalamineWorkbook, name: str) -> Iterator[list[str]]:
    sheet = _sheet(book, name)
    # Rows come from row 1 on, columns from the first filled one.
    left = [""] * (sheet.start[1] if sheet.start else 0)
    for row in sheet.iter_rows():
        yield left + [text(cell) for cell in row]


# The sheet whose headings were found last is often the one to be read.
@lru_cache(maxsize=1)
def _sheet(book: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except CalamineError as error:
        raise not_a_workbook() from error


def _is_zip(file: IO[bytes]) -> bool:
    start = file.read(len(ZIP))
    file.seek(0)
    return start == ZIP


def _copy(file: IO[bytes]) -> BytesIO:
    """The parts that hold cells, unpacked no further than the zip declares."""
    copy = BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(copy, "w") as target:
        parts = source.infolist()
        unpacked = sum(part.file_size for part in parts)
        if unpacked > MAX_UNPACKED_BYTES:
            raise SpreadsheetRefused(
                Reason.TOO_LARGE,
                f"文件解压后有 {unpacked / 2**20:,.0f} MB，超过 {MAX_UNPACKED_BYTES >> 20} MB。",
                f"Unpacked the file takes {unpacked / 2**20:,.0f} MB; "
                f"at most {MAX_UNPACKED_BYTES >> 20} MB.",
            )
        if any(part.flag_bits & 1 for part in parts):
            raise password()
        for name in dict.fromkeys(part.filename for part in parts):
            if name.endswith((".xml", ".rels")) or name == "mimetype":
                target.writestr(name, _part(source, name))
    copy.seek(0)
    return copy


def _part(source: zipfile.ZipFile, name: str) -> bytes:
    with source.open(name) as part:
        # Whole in one call, a part that lies about its size would unpack in full.
        content = b"".join(iter(partial(part.read, _CHUNK), b""))
    if name == "META-INF/manifest.xml" and b"encryption-data" in content:
        raise password()
    return _ERROR_CELL.sub(rb"\1\2str\2", content) if "/worksheets/" in name else content
