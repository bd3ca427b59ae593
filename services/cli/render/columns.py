"""The columns a message falls into, and those that fit a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from rich.cells import cell_len

from cli.render.values import NOTHING, heading_of, is_instant, is_number, text_of

_WIDEST = 30
_GAP = 2


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
    def name(self) -> str:
        return ".".join(each.name for each in self.path)

    @property
    def is_aside(self) -> bool:
        """Whether people can do without it: identifiers, versions, times."""
        name = self.field.name
        return name in ("id", "etag") or name.endswith("_id") or is_instant(self.field)

    @property
    def is_number(self) -> bool:
        return is_number(self.field)

    def text(self, message: Message) -> str:
        value: Any = message
        for field in self.path:
            if field.has_presence and not value.HasField(field.name):
                return NOTHING
            value = getattr(value, field.name)
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
        nested = field.message_type is not None and not (field.is_repeated or is_instant(field))
        if nested:
            found += columns_of(field.message_type, (*above, field))
        else:
            found.append(Column((*above, field)))
    return found


def fitting(columns: Sequence[Column], rows: Sequence[Message], width: int) -> list[Column]:
    """The columns that say something and fit side by side, what people need first."""
    telling = [
        column for column in columns if any(column.text(row) != NOTHING for row in rows)
    ]
    # sorted() is stable: within each kind the order of the contract stays.
    by_need = sorted(telling, key=lambda column: column.is_aside)
    chosen = []
    left = width - _GAP
    for column in by_need:
        needed = _width(column, rows) + _GAP
        if needed <= left or not chosen:
            chosen.append(column)
            left -= needed
    return chosen


def _width(column: Column, rows: Sequence[Message]) -> int:
    texts = [cell_len(column.text(row)) for row in rows]
    if column.is_number:
        return max(cell_len(column.heading), *texts)
    return max(cell_len(column.heading), min(max(texts), _WIDEST))


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry
