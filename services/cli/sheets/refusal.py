"""Why a spreadsheet is not read at all. Problems of single rows are not refusals."""

from __future__ import annotations

from enum import StrEnum

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 300 * 1024 * 1024
MAX_ROWS = 200_000


class Reason(StrEnum):
    """Stable: scripts may compare with these."""

    NOT_FOUND = "SPREADSHEET_NOT_FOUND"
    TOO_LARGE = "SPREADSHEET_TOO_LARGE"
    UNREADABLE = "SPREADSHEET_UNREADABLE"
    FORMAT_UNKNOWN = "SPREADSHEET_FORMAT_UNKNOWN"
    EMPTY = "SPREADSHEET_EMPTY"
    NO_HEADINGS = "SPREADSHEET_NO_HEADINGS"
    DUPLICATE_HEADING = "SPREADSHEET_DUPLICATE_HEADING"


class SpreadsheetRefused(Exception):
    """Raised for a file that cannot be taken as a table; says why in both languages."""

    def __init__(self, reason: Reason, zh: str, en: str) -> None:
        super().__init__(reason, zh, en)
        self.reason = reason
        self.zh = zh
        self.en = en

    def __str__(self) -> str:
        return f"{self.zh} {self.en}"


def too_many_rows() -> SpreadsheetRefused:
    return SpreadsheetRefused(
        Reason.TOO_LARGE,
        f"超过 {MAX_ROWS:,} 行，请拆成几个文件。",
        f"More than {MAX_ROWS:,} rows; split the file.",
    )


def too_large_to_open() -> SpreadsheetRefused:
    return SpreadsheetRefused(
        Reason.TOO_LARGE,
        "表格展开后过大，常因远处有零散单元格或文件已损坏：请把有用的行列复制到新工作簿再试。",
        "The workbook is too large once opened, often because of a stray cell far from the "
        "table or because it is damaged; copy the table to a new workbook.",
    )


def password() -> SpreadsheetRefused:
    return SpreadsheetRefused(
        Reason.UNREADABLE,
        "文件设了打开密码，请另存一份不加密的再试。",
        "The file is encrypted; save a copy without a password.",
    )


def not_a_workbook() -> SpreadsheetRefused:
    return SpreadsheetRefused(
        Reason.UNREADABLE,
        "内容不是电子表格工作簿（可能是网页或文本改了扩展名，或文件已损坏）："
        "请用表格软件打开后另存为 .xlsx。",
        "The content is not a workbook: a web page or text under another name, or damaged. "
        "Open it in a spreadsheet program and save it as .xlsx.",
    )
