"""A report (统计表) on screen: the table, what its figures mean, and how to see the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from rich.cells import cell_len
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chassis.contract import value_label_of
from cli import catalogue
from cli.render import figures
from cli.render.grid import GAP, grid
from cli.screen import command, plain
from guanjia.report.v1 import report_pb2 as pb


@dataclass(frozen=True)
class _Column:
    heading: str
    cells: Sequence[str]
    is_number: bool

    @property
    def width(self) -> int:
        lines = (*self.heading.splitlines(), *self.cells)
        return max(map(cell_len, lines), default=0)


def is_report(descriptor: Descriptor) -> bool:
    return descriptor.full_name == pb.Report.DESCRIPTOR.full_name


def parts_of(message: Message, width: int) -> Iterator[RenderableType]:
    """What to print of a report, from top to bottom."""
    report = cast(pb.Report, message)
    yield Text.assemble(plain(report.title, "bold"), plain(f"  截至 {report.as_of}", "dim"))
    if not report.lines:
        yield Text("没有数据 nothing to count", "dim")
        return
    about, counted = _about(report), _counted(report)
    widest = max(16, width // 3)
    room = width - sum(min(each.width, widest) + GAP for each in about) + GAP
    for number, block in enumerate(_blocks(counted, room)):
        if number:
            yield Text()
        yield _table([*about, *block], widest, figures.totals_of(report))
    if any(each.definition for each in report.figures):
        yield Text()
        yield _definitions(report)


def way_down(message: Message) -> Text | None:
    """The command that lists the rows behind one line, as an example."""
    if not is_report(catalogue.descriptor_of(message)):
        return None
    report = cast(pb.Report, message)
    line = next((each for each in report.lines if each.HasField("drill")), None)
    if line is None:
        return None
    about = " · ".join(filter(None, line.about))
    told = command("guanjia", "call", line.drill.method, *_words(line.drill))
    return Text.assemble("明细 rows of ", plain(about), ": ", plain(told, "green"))


def _about(report: pb.Report) -> list[_Column]:
    return [
        _Column(heading, [line.about[index] for line in report.lines], is_number=False)
        for index, heading in enumerate(report.dimensions)
    ]


def _counted(report: pb.Report) -> list[_Column]:
    found = []
    for index, figure in enumerate(report.figures):
        column = figures.figures_of(report, index)
        places = figures.places_of(column)
        cells = [figures.text_of(each, places) for each in column]
        found.append(_Column(f"{figure.label}\n{figure.unit}", cells, is_number=True))
    return found


def _blocks(columns: Sequence[_Column], room: int) -> Iterator[list[_Column]]:
    """As many figures side by side as there is room for; the others stand below."""
    block: list[_Column] = []
    left = room
    for column in columns:
        if block and column.width + GAP > left:
            yield block
            block, left = [], room
        block.append(column)
        left -= column.width + GAP
    yield block


def _table(columns: Sequence[_Column], widest: int, has_total: bool) -> Table:
    table = grid()
    for column in columns:
        table.add_column(
            plain(column.heading),
            justify="right" if column.is_number else "left",
            no_wrap=column.is_number,
            width=column.width if column.is_number else min(column.width, widest),
            overflow="fold",
            vertical="bottom",
        )
    rows = list(zip(*(column.cells for column in columns), strict=True))
    for number, row in enumerate(rows, start=1):
        is_total = has_total and number == len(rows)
        if is_total:
            table.add_section()
        table.add_row(*map(plain, row), style="bold" if is_total else "")
    return table


def _definitions(report: pb.Report) -> Table:
    table = Table.grid(padding=(0, GAP, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(style="dim", overflow="fold")
    for figure in report.figures:
        if figure.definition:
            table.add_row(plain(figures.heading_of(figure)), plain(figure.definition))
    return table


def _words(drill: pb.Drill) -> Iterator[str]:
    """Its fields as people type them, kinds and states by label."""
    method = catalogue.methods().get(drill.method)
    known = catalogue.descriptor_of(method.request).fields_by_name if method else {}
    for name, text in sorted(drill.fields.items()):
        enum = known[name].enum_type if name in known else None
        value = enum.values_by_name.get(text) if enum is not None else None
        yield f"{name}={text if value is None else value_label_of(value)}"
