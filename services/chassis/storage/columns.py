"""The words models are declared in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

import uuid_utils
from sqlalchemy import BigInteger, DateTime, Dialect, Enum, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Money = BigInteger
"""An amount in fen."""


def new_id() -> str:
    """A UUIDv7: unique, and later ones sort after earlier ones."""
    return str(uuid_utils.uuid7())


class Instant(TypeDecorator[datetime]):
    """A moment: timezone-aware UTC in Python, timestamptz in PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def by_code_point(length: int) -> Any:
    """A column of texts in the order of their code points, whatever the locale of the database:
    for codes that are sought by how they begin (see `begins_with`)."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def words(kind: type[StrEnum]) -> Enum:
    """A column that holds one word of `kind`, as text."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


@dataclass(frozen=True)
class Belongs:
    """Rows that belong to a region and a unit: the names of the columns that say which.

    Rows without a unit (an empty column, or no column at all) belong to the region
    alone. A row that
    `follows` its unit shows what the unit is called now and goes to its successor;
    one that does not is a document and keeps the old name. `follows` names, for
    columns of the row, what they repeat of the unit: `name` or `uscc`. A `shared` row
    is read by all who have the permission, and changed within the scope only.
    """

    region: str = "region_code"
    unit: str = "unit_id"
    follows: Mapping[str, str] = field(default_factory=dict, hash=False)
    shared: bool = False


@dataclass(frozen=True)
class Within:
    """Rows that belong to a row of `table`, which `column` names by its id."""

    table: str
    column: str


@dataclass(frozen=True)
class Open:
    """Rows everybody may know of who has the permission."""


OPEN = Open()

Scoped = Belongs | Within | Open


class Base(DeclarativeBase):
    """The root of one service's models. Each service process has its own tables."""

    metadata = MetaData(naming_convention=NAMING)

    derived: ClassVar[bool] = False
    """Rows that only repeat what stands in others: the audit trail says nothing of them."""


class Aggregate:
    """What every business object has: identity, a version, and when it changed.

    The version grows with each change and guards against lost updates; its text
    is the etag callers see. The unit of work sets the instants.
    """

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)

    def __init__(self, **values: Any) -> None:
        super().__init__(id=new_id(), **values)  # type: ignore[call-arg]

    def touch(self) -> None:
        """Counts as changed though only what belongs to it did: a new version is due. Of an
        object that is not stored yet the first version is due anyway."""
        if "updated_at" in self.__dict__:
            flag_modified(self, "updated_at")

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]
