"""The columns a message falls into, and those that fit a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from rich.cells import cell_len

from chassis.contract import heading_of
from cli.render.grid import GAP
from cli.render.values import NOTHING, is_instant, is_number, text_of

# Of most resources the first three fields are id, code and name.
_FIRST = 2


@dataclass(frozen=True)
class Column:
    """One field, reached through the messages it is nested in."""

    path: tuple[FieldDescriptor, ...]

    @property
    def field(self) -> FieldDescriptor:
        return self.path[-1]

    @property
    def heading(self) -> str:
        return heading_of(self.field)

    @property
    def is_aside(self) -> bool:
        """Whether people can do without it: identifiers, versions, times."""
        name = self.field.name
        return name in ("id", "etag") or name.endswith("_id") or is_instant(self.field)

    @property
    def is_number(self) -> bool:
        return is_number(self.field)

    def value(self, message: Message) -> Any:
        """None where the field, or a message it is nested in, is absent."""
        value: Any = message
        for field in self.path:
            if field.has_presence and not value.HasField(field.name):
                return None
            value = getattr(value, field.name)
        return value

    def text(self, message: Message) -> str:
        value = self.value(message)
        if value is None:
            return NOTHING
        if not self.field.is_repeated:
            return text_of(self.field, value)
        if _is_map(self.field):
            return "，".join(f"{key}={each}" for key, each in value.items()) or NOTHING
        if self.field.message_type is not None:
            return f"{len(value)} 项"
        return "、".join(text_of(self.field, each) for each in value) or NOTHING


def columns_of(descriptor: Descriptor, above: tuple[FieldDescriptor, ...] = ()) -> list[Column]:
    """A column for each field; a nested message falls into its own fields."""
    found = []
    for field in descriptor.fields:
        nested = field.message_type
        if nested is not None and not (field.is_repeated or is_instant(field)):
            found += columns_of(nested, (*above, field))
        else:
            found.append(Column((*above, field)))
    return found


def fitting(
    columns: Sequence[Column], rows: Sequence[Message], width: int
) -> list[tuple[Column, int]]:
    """The columns that say something and fit side by side, each with its width.

    Who it is comes first, then states, then the rest; asides only if all else fits.
    """
    cap = max(16, width // 4)
    widths = {}
    for column in columns:
        texts = [column.text(row) for row in rows]
        if any(text != NOTHING for text in texts):
            widths[column] = _width(column, texts, cap)
    # sorted() is stable: within each kind the order of the contract stays.
    by_need = sorted(widths, key=lambda column: _need(column, columns.index(column)))
    chosen: list[Column] = []
    left = width + GAP
    for column in by_need:
        if column.is_aside and len(chosen) < by_need.index(column):
            break
        if widths[column] + GAP <= left or not chosen:
            chosen.append(column)
            left -= widths[column] + GAP
    chosen.sort(key=lambda column: (column.is_aside, columns.index(column)))
    return [(column, widths[column]) for column in chosen]


def _need(column: Column, place: int) -> int:
    if column.is_aside:
        return 3
    if place <= _FIRST:
        return 0
    return 1 if column.field.enum_type is not None else 2


def _width(column: Column, texts: Sequence[str], cap: int) -> int:
    widest = max(cell_len(text) for text in texts)
    # A number or an identifier cut in two is hard to read, or to copy.
    whole = column.is_number or column.is_aside
    return max(cell_len(column.heading), widest if whole else min(widest, cap))


def is_list(field: FieldDescriptor) -> bool:
    """Whether it holds messages one below the other."""
    message = field.message_type
    return message is not None and field.is_repeated and not message.GetOptions().map_entry


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry
