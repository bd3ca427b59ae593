"""Fields of messages as cells: numbers stay numbers, days become days."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from chassis.contract import is_money, label_of
from cli.exports import table
from cli.exports.table import Cell
from cli.render.columns import Column as Source
from cli.render.values import NOTHING, SHANGHAI, is_instant, text_of

_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")
_WHOLE = (
    FieldDescriptor.CPPTYPE_INT32,
    FieldDescriptor.CPPTYPE_INT64,
    FieldDescriptor.CPPTYPE_UINT32,
    FieldDescriptor.CPPTYPE_UINT64,
)
_DECIMAL = (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT)


def is_day(field: FieldDescriptor) -> bool:
    """Whether a text is a civil date: the contract has no type for these."""
    if field.cpp_type != FieldDescriptor.CPPTYPE_STRING or field.is_repeated:
        return False
    return field.name.endswith(("_on", "_day")) or label_of(field).endswith("日期")


def format_of(field: FieldDescriptor) -> str:
    """How its cells are shown."""
    if field.is_repeated:
        return table.TEXT
    if is_instant(field):
        return table.INSTANT
    if is_money(field) or field.name.endswith("_m2"):
        return table.CENTS
    if field.cpp_type in _DECIMAL:
        return table.GENERAL
    if field.cpp_type in _WHOLE:
        # Years and floors are int32; only what can grow large is set in groups.
        small = field.cpp_type == FieldDescriptor.CPPTYPE_INT32
        return table.PLAIN if small else table.WHOLE
    return table.DAY if is_day(field) else table.TEXT


def cell_of(source: Source, message: Message) -> Cell:
    """The cell of a column; None where the message says nothing."""
    field, value = source.field, source.value(message)
    if value is None:
        return None
    if field.is_repeated:
        return _told(source.text(message))
    if is_instant(field):
        return _instant(value)
    if is_money(field):
        return (Decimal(value) / _HUNDRED).quantize(_CENT)
    if field.cpp_type in _DECIMAL:
        return _decimal(field, value)
    if field.cpp_type in _WHOLE:
        return int(value)
    if is_day(field):
        return _day(value)
    return value if isinstance(value, str) else _told(text_of(field, value))


def _told(text: str) -> str:
    return "" if text == NOTHING else text


def _instant(value: Any) -> Cell:
    if not value.seconds:
        return None
    instant = datetime.fromtimestamp(value.seconds, UTC).astimezone(SHANGHAI)
    return instant.replace(tzinfo=None)


def _decimal(field: FieldDescriptor, value: float) -> Cell:
    # A double holds 0.1 + 0.2 as 0.30000000000000004; people keep 15 digits.
    exact = Decimal(format(value, ".15g"))
    if not exact.is_finite():
        return str(value)
    return exact.quantize(_CENT) if field.name.endswith("_m2") else exact


def _day(text: str) -> Cell:
    """As a date only what comes back from one as it was."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return day if day.isoformat() == text else text
