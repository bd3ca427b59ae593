"""Messages as tables: a resource as field and value, a list as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chassis.contract import heading_of
from cli.catalogue import descriptor_of
from cli.render import reports
from cli.render.columns import Column, columns_of, fitting, is_list
from cli.render.grid import GAP, grid
from cli.render.values import NOTHING
from cli.screen import plain

_PAGE = "next_page_token"


def tables_of(message: Message, width: int) -> Iterator[RenderableType]:
    """What to print of a reply, from top to bottom."""
    if reports.is_report(descriptor_of(message)):
        yield from reports.parts_of(message, width)
        return
    listed = list_field(descriptor_of(message))
    if listed is not None:
        yield from _list(getattr(message, listed.name), listed, width)
        return
    columns = columns_of(descriptor_of(message))
    own = [column for column in columns if not is_list(column.field)]
    if own:
        yield fields_table([(column.heading, column.text(message)) for column in own])
    for column in columns:
        if is_list(column.field):
            yield from _list(column.value(message) or (), column.field, width)


def list_field(descriptor: Descriptor) -> FieldDescriptor | None:
    """The field whose elements a list reply consists of."""
    fields = [field for field in descriptor.fields if field.name != _PAGE]
    return fields[0] if len(fields) == 1 and is_list(fields[0]) else None


def next_page_of(message: Message) -> str:
    return str(getattr(message, _PAGE, ""))


def fields_table(pairs: Sequence[tuple[str, str]]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for heading, value in pairs:
        table.add_row(plain(heading), plain(value))
    return table


def rows_table(
    columns: Sequence[tuple[Column, int]], rows: Sequence[Message], title: Text | None = None
) -> Table:
    """`columns` with the width of each."""
    table = grid(title)
    for column, width in columns:
        justify: Any = "right" if column.is_number else "left"
        table.add_column(column.heading, justify=justify, width=width, overflow="fold")
    for row in rows:
        table.add_row(*(plain(column.text(row)) for column, _ in columns))
    return table


def _list(rows: Sequence[Message], field: FieldDescriptor, width: int) -> Iterator[RenderableType]:
    assert field.message_type is not None
    columns = columns_of(field.message_type)
    shown = fitting(columns, rows, width) if rows else []
    title = Text.assemble((heading_of(field), "bold"), f"  {len(rows)} 项")
    yield rows_table(shown, rows, title) if rows else title
    told = {column for column, _ in shown}
    hidden = [
        column.heading
        for column in columns
        if column not in told and any(column.text(row) != NOTHING for row in rows)
    ]
    if hidden:
        yield Text(f"未列出（用--json查看）：{'、'.join(hidden)}", "dim")
