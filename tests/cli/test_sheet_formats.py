"""Every kind of file gives the same text for the same table."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from cli.sheets import Reason, SpreadsheetRefused, read_rows

HEADINGS = ("房产编号", "房产名称", "建筑面积（㎡）")
TABLE = [list(HEADINGS), ["0012", "办公楼", "1200.5"], ["0013", "附楼", "800"]]
CSV = "房产编号,房产名称,建筑面积（㎡）\r\n0012,办公楼,1200.5\r\n0013,附楼,800\r\n"

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ODF = "urn:oasis:names:tc:opendocument:xmlns"
CONTENT = f"""<?xml version="1.0" encoding="UTF-8"?>{{doctype}}<office:document-content
 xmlns:office="{ODF}:office:1.0" xmlns:table="{ODF}:table:1.0" xmlns:text="{ODF}:text:1.0">
<office:body><office:spreadsheet><table:table table:name="台账">{{rows}}</table:table>
</office:spreadsheet></office:body></office:document-content>"""


def ods(path: Path, rows: list[list[str]], doctype: str = "", manifest: str = "") -> Path:
    # The least that counts: a type, a manifest, the content.
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    body = "".join(
        f"<table:table-row>{''.join(cell.format(value) for value in row)}</table:table-row>"
        for row in rows
    )
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
        file.writestr("content.xml", CONTENT.format(doctype=doctype, rows=body))
    return path


def xls(path: Path, rows: Sequence[Sequence[str | float]], globals_extra: bytes = b"") -> Path:
    """A BIFF8 workbook of one sheet in an OLE file of three parts (MS-XLS, MS-CFB)."""

    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def start(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))

    def cell(row: int, column: int, value: str | float) -> bytes:
        where = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            encoded = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
            return record(0x0204, where + encoded)
        return record(0x0203, where + struct.pack("<d", value))

    end = record(0x000A, b"")
    name = "台账".encode("utf-16-le")
    before = start(0x0005) + globals_extra
    offset = len(before) + 4 + 6 + 2 + len(name) + len(end)
    sheet = struct.pack("<IBBBB", offset, 0, 0, len(name) // 2, 1) + name
    stream = before + record(0x0085, sheet) + end + start(0x0010)
    for number, row in enumerate(rows):
        stream += b"".join(cell(number, column, value) for column, value in enumerate(row))
    stream += end
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")

    count = len(stream) // 512
    sectors = [-3, -2, *range(3, count + 2), -2]
    allocation = struct.pack("<128i", *sectors, *[-1] * (128 - len(sectors)))
    directory = _entry("Root Entry", 5, child=1, first=-2, size=0)
    directory += _entry("Workbook", 2, child=-1, first=2, size=len(stream))
    head = OLE + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIiIIiIiI", 0, 1, 1, 0, 4096, -2, 0, -2, 0)
    head += struct.pack("<109i", 0, *[-1] * 108)
    path.write_bytes(head + allocation + directory.ljust(512, b"\0") + stream)
    return path


def _entry(name: str, kind: int, *, child: int, first: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<HBBiii36xiQ", len(encoded), kind, 1, -1, -1, child, first, size)
    return encoded.ljust(64, b"\0") + links


def table(path: Path) -> list[list[str]]:
    sheet = read_rows(path, HEADINGS)
    return [sheet.headings, *[list(row.cells.values()) for row in sheet.rows]]


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode("utf-8"),
        CSV.encode("utf-8-sig"),
        CSV.encode("gb18030"),
        CSV.encode("utf-16"),
        b"\xfe\xff" + CSV.encode("utf-16-be"),
        CSV.encode("utf-16-le"),
        CSV.encode("utf-16-be"),
        CSV.replace(",", "\t").encode("utf-16"),
        CSV.replace(",", ";").encode(),
        CSV.replace("\r\n", "\n").replace("0012", '="0012"').encode(),
    ],
)
def test_a_csv_is_read_in_every_encoding_and_with_every_delimiter(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "台账.csv"
    path.write_bytes(content)
    assert table(path) == TABLE


def test_a_quoted_line_break_does_not_shift_row_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'{CSV}\n0014,"东\n配楼",1\n', encoding="utf-8", newline="")
    last = read_rows(path, HEADINGS).rows[-1]
    assert (last.number, last.cells["房产名称"]) == (5, "东\n配楼")


@pytest.mark.parametrize("content", [f'{CSV}0014,"没有收尾,1\n'.encode(), b"\xff\xff\xff"])
def test_a_csv_with_an_open_quote_or_no_known_encoding_is_refused(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(SpreadsheetRefused) as refused:
        read_rows(path, HEADINGS)
    assert refused.value.reason == Reason.UNREADABLE


def test_an_ods_is_read(tmp_path: Path) -> None:
    assert table(ods(tmp_path / "a.ods", TABLE)) == TABLE


def test_an_old_xls_is_read(tmp_path: Path) -> None:
    rows: list[Sequence[str | float]] = [
        TABLE[0],
        ["0012", "办公楼", 1200.5],
        ["0013", "附楼", 800],
    ]
    assert table(xls(tmp_path / "a.xls", rows)) == TABLE


def test_an_xls_that_is_called_xlsx_is_read(tmp_path: Path) -> None:
    assert table(xls(tmp_path / "a.xlsx", TABLE)) == TABLE


def test_an_encrypted_workbook_is_refused_as_such(tmp_path: Path) -> None:
    lock = struct.pack("<HHHHH", 0x002F, 6, 1, 1, 1)
    package = tmp_path / "b.xlsx"
    package.write_bytes(OLE + "EncryptedPackage".encode("utf-16-le"))
    for path in (
        xls(tmp_path / "a.xls", TABLE, globals_extra=lock),
        package,
        ods(tmp_path / "a.ods", TABLE, manifest="<encryption-data/>"),
    ):
        with pytest.raises(SpreadsheetRefused, match="密码") as refused:
            read_rows(path, HEADINGS)
        assert refused.value.reason == Reason.UNREADABLE


def test_an_external_entity_is_never_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("机密", encoding="utf-8")
    doctype = f'<!DOCTYPE d [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    path = ods(tmp_path / "a.ods", [*TABLE, ["0014", "&e;", "1"]], doctype)
    with pytest.raises(SpreadsheetRefused) as refused:
        read_rows(path, HEADINGS)
    assert refused.value.reason == Reason.UNREADABLE
