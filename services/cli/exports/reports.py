"""A report (统计表) as a file: the table, and what its figures mean."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path

from google.protobuf.message import Message

from chassis.contract import heading_of
from cli.exports.book import Book
from cli.exports.table import TEXT, Cell, Column, Table, decimals
from cli.exports.writing import Written, is_book, whole, write_table
from cli.render import figures
from cli.render.values import text_of
from guanjia.report.v1 import report_pb2 as pb

_MEANINGS = tuple(
    Column(heading, TEXT, itemgetter(index))
    for index, heading in enumerate(("指标", "计量单位", "口径"))
)


def write_report(path: Path, report: pb.Report, request: Message) -> Written:
    """`request` says what the report is about; a text file has the table alone."""
    table, rows = _table(report), list(_rows(report))
    if not is_book(path):
        return write_table(path, table, rows)
    has_total = figures.totals_of(report)
    with whole(path) as draft, Book(draft) as book:
        page = book.page(
            table.name,
            table.columns,
            above=(report.title, _about(report, request)),
            still=len(report.dimensions),
        )
        for number, row in enumerate(rows, start=1):
            page.put(row, bold=has_total and number == len(rows))
        meanings = book.page("口径", _MEANINGS)
        for each in report.figures:
            meanings.put((each.label, each.unit, each.definition))
    return Written(len(rows))


def _table(report: pb.Report) -> Table:
    columns = [
        Column(heading, TEXT, itemgetter(index)) for index, heading in enumerate(report.dimensions)
    ]
    for index, figure in enumerate(report.figures):
        places = figures.places_of(figures.figures_of(report, index))
        place = itemgetter(len(columns))
        columns.append(Column(figures.heading_of(figure), decimals(places), place))
    return Table(report.title, columns)


def _rows(report: pb.Report) -> Iterator[tuple[Cell, ...]]:
    counted = [figures.figures_of(report, index) for index in range(len(report.figures))]
    for number, line in enumerate(report.lines):
        yield (*line.about, *(column[number] for column in counted))


def _about(report: pb.Report, request: Message) -> str:
    """The day, and what was asked for: 截至 2026-11-22    行政区划代码：990101."""
    asked = [
        f"{heading_of(field)}：{text_of(field, value)}"
        for field, value in request.ListFields()
        if not field.is_repeated and field.message_type is None
    ]
    return "    ".join([f"截至 {report.as_of}", *asked])
