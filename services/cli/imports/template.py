"""An empty workbook for a ledger: its headings, and how to fill each column."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor

from chassis.contract import heading_of, is_money, label_of, value_label_of
from cli.arguments import WrongArgument
from cli.exports import table
from cli.exports.book import Book, Page
from cli.exports.cells import format_of, is_day
from cli.exports.table import Column
from cli.exports.writing import whole
from cli.imports.ledgers import Ledger

_FORMATTED_ROWS = 2_000
_GUIDE = tuple(
    Column(heading, table.TEXT, itemgetter(index))
    for index, heading in enumerate(("列名", "填写内容", "可选值"))
)
_SUFFIX = ".xlsx"
# A list of words in a cell's own rule holds no more characters.
_LONGEST_LIST = 255


def write_template(path: Path, ledger: Ledger) -> None:
    """Raises WrongArgument for a file that is there already: it may be filled in."""
    if path.suffix.lower() != _SUFFIX:
        raise WrongArgument("模板只能是 .xlsx", "a template is an .xlsx")
    if path.exists():
        raise WrongArgument(f"“{path}”已存在，未覆盖", f"{path} exists and is left as it is")
    columns = [Column(heading_of(field), format_of(field), str) for field in ledger.columns]
    with whole(path) as draft, Book(draft) as book:
        page = book.page("填报", columns, still=1)
        for index, field in enumerate(ledger.columns):
            _prepare(page, index, field)
        guide = book.page("填写说明", _GUIDE)
        for field in ledger.columns:
            guide.put((heading_of(field), hint_of(field), "、".join(choices_of(field))))


def choices_of(field: FieldDescriptor) -> list[str]:
    """The words that are allowed; none where any text or number is."""
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return ["是", "否"]
    return list(_words(field.enum_type)) if field.enum_type is not None else []


def hint_of(field: FieldDescriptor) -> str:
    """What kind of thing to type, and its unit."""
    if choices_of(field):
        return "从可选值中选一项"
    if is_money(field):
        return "金额，以元计，最多两位小数"
    if field.name.endswith("_m2"):
        return "面积，以平方米计，最多两位小数"
    if is_day(field):
        return "日期，如 2026-01-31"
    if field.name == "year" or field.name.endswith("_year"):
        return "年份，四位数字，如 2026"
    if field.name.endswith("uscc"):
        return "18 位统一社会信用代码"
    if field.name.endswith("region_code"):
        return "行政区划代码，6 位或 9 位数字"
    return _KINDS.get(format_of(field), "文字")


_KINDS = {table.PLAIN: "整数", table.WHOLE: "整数", table.GENERAL: "数字"}


def _words(enum: EnumDescriptor) -> Iterator[str]:
    return (value_label_of(value) for value in enum.values if value.number)


def _prepare(page: Page, index: int, field: FieldDescriptor) -> None:
    """Codes keep their zeros; kinds and states are chosen from a list."""
    page.look(index, format_of(field))
    choices = choices_of(field)
    if choices and len(",".join(choices)) <= _LONGEST_LIST:
        rule = {
            "validate": "list",
            "source": choices,
            "error_title": "请重新选择",
            "error_message": f"{label_of(field)}只能从下拉列表中选取。",
        }
        page.sheet.data_validation(1, index, _FORMATTED_ROWS, index, rule)
