"""Norms that come with a release: a migration loads them from a file beside it.

Columns: kind, key, value, region_code, valid_from, valid_to, source. A later release
brings a file of its own.
"""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from alembic import op
from sqlalchemy import Column, Date, Integer, MetaData, Numeric, String, Table, delete, insert

from chassis.storage.columns import Instant, new_id

_NORMS = Table(
    "norms",
    MetaData(),
    Column("id", String(36)),
    *(Column(name, String) for name in ("kind", "key", "region_code", "source")),
    Column("value", Numeric(18, 4)),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("version", Integer),
    Column("created_at", Instant),
    Column("updated_at", Instant),
)


def load(path: Path) -> None:
    op.get_bind().execute(insert(_NORMS), _rows(path))


def unload(path: Path) -> None:
    """The way back: every figure of the kinds in the file goes."""
    kinds = {row["kind"] for row in _rows(path)}
    op.get_bind().execute(delete(_NORMS).where(_NORMS.c.kind.in_(kinds)))


def _rows(path: Path) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    own = {"version": 1, "created_at": now, "updated_at": now}
    with path.open(encoding="utf-8", newline="") as file:
        return [{"id": new_id(), **_typed(row), **own} for row in csv.DictReader(file)]


def _typed(row: dict[str, str]) -> dict[str, Any]:
    first, last = row["valid_from"], row["valid_to"]
    return {
        **row,
        "value": Decimal(row["value"]),
        "valid_from": date.fromisoformat(first),
        "valid_to": date.fromisoformat(last) if last else None,
    }
