"""Rows for any service's tables, made from its models alone."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zlib import crc32

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Enum,
    Integer,
    LargeBinary,
    Numeric,
    String,
    insert,
)
from sqlalchemy.types import TypeDecorator

from chassis.service import Service
from chassis.storage.database import Database
from chassis.storage.tables import audit
from chassis.testing.schema import tables_of

ROWS = 12
REGIONS = ("990101", "990102", "990103")
UNITS = tuple(f"00000000-0000-7000-8000-0000000000u{number}" for number in range(4))
"""Row n of each table belongs to region n % 3 and unit n % 4, and refers to rows n of others:
what refers to one another belongs together."""

Known = dict[str, list[str]]
"""Texts that stand in some column, by the column's name; the ids of `units` also by `unit_id`."""


def fill(database: Database, service: Service) -> Known:
    """Puts so many rows into each table that every word of every state occurs."""
    known: Known = defaultdict(list)
    for table in (*tables_of(service), audit):
        words = [len(column.type.enums) for column in table.c if isinstance(column.type, Enum)]
        rows = [
            {column.name: _value(column, number, known) for column in table.c}
            for number in range(max([ROWS, *words]))
        ]
        with database.transaction() as connection:
            connection.execute(insert(table), rows)
        for row in rows:
            for name, value in row.items():
                if isinstance(value, str) and not isinstance(value, StrEnum):
                    known[name].append(value)
                if name == "version":
                    known["etag"].append(str(value))
                if name == "id":
                    known[f"{table.name}.id"].append(value)
                    known[f"{table.name.removesuffix('s')}_id"].append(str(value))
    return known


def _value(column: Column[Any], number: int, known: Known) -> Any:
    if column.nullable and number % 2:
        return None
    for key in column.foreign_keys:
        targets = known[f"{key.column.table.name}.id"]
        # A table that refers to itself has no rows yet.
        return targets[number % len(targets)] if targets else None
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(column.type, Enum):
        members = list(column.type.enum_class or ())
        return members[number % len(members)]
    if column.name == "id":
        return f"00000000-0000-7000-8000-{crc32(column.table.name.encode()):08x}{number:04}"
    if column.name == "region_code":
        return REGIONS[number % len(REGIONS)]
    if column.name == "unit_id":
        return UNITS[number % len(UNITS)]
    if isinstance(kind, String):
        text = f"{column.name.upper()}-{number:03}"
        return text[-(kind.length or len(text)) :]
    return _figure(kind, number)


def _figure(kind: Any, number: int) -> Any:
    if isinstance(kind, JSON):
        return []
    if isinstance(kind, Boolean):
        return bool(number % 2)
    if isinstance(kind, Integer):
        return number + 1
    if isinstance(kind, Numeric):
        return Decimal(number) + Decimal("0.25")
    if isinstance(kind, Date):
        return date(2024, 2, 28) + timedelta(days=number)
    if isinstance(kind, LargeBinary):
        return bytes([number])
    return datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC) + timedelta(seconds=number)
