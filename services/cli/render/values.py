"""A field of a message as people read it: its label and the text of its value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from chassis.contract import is_money, label_of_value

# No daylight saving since 1991; so no time zone database is needed.
SHANGHAI = timezone(timedelta(hours=8))
NOTHING = "—"
_NUMBERS = (
    FieldDescriptor.CPPTYPE_INT32,
    FieldDescriptor.CPPTYPE_INT64,
    FieldDescriptor.CPPTYPE_UINT32,
    FieldDescriptor.CPPTYPE_UINT64,
    FieldDescriptor.CPPTYPE_DOUBLE,
    FieldDescriptor.CPPTYPE_FLOAT,
)


def is_number(field: FieldDescriptor) -> bool:
    return field.cpp_type in _NUMBERS and not field.is_repeated


def is_instant(field: FieldDescriptor) -> bool:
    message = field.message_type
    return message is not None and message.full_name == "google.protobuf.Timestamp"


def text_of(field: FieldDescriptor, value: Any) -> str:
    """One value of `field`, such as `1,250.50`, `办公用房` or `2025-01-06 09:00:00`."""
    if is_instant(field):
        instant = datetime.fromtimestamp(value.seconds, UTC).astimezone(SHANGHAI)
        return f"{instant:%Y-%m-%d %H:%M:%S}" if value.seconds else NOTHING
    if field.enum_type is not None:
        known = value in field.enum_type.values_by_number
        told = label_of_value(field.enum_type, value) if known else str(value)
        return told if value else NOTHING
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, bytes):
        return f"{len(value):,} 字节"
    if is_money(field):
        return yuan(value)
    if field.name.endswith("_m2"):
        return f"{value:,.2f}"
    # Years and floors are int32; only what can grow large is set in groups.
    if field.cpp_type in _NUMBERS and field.cpp_type != FieldDescriptor.CPPTYPE_INT32:
        return f"{value:,}"
    return str(value) or NOTHING


def yuan(fen: int) -> str:
    """123456 → 1,234.56"""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{rest:02}"
