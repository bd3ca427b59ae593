"""Norm (标准): one figure, where and when it holds, and by which source."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Date, Index, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import IllegalState, InvalidInput
from chassis.storage import Aggregate, Base, Belongs

_OPEN = text("valid_to IS NULL")


class Norm(Aggregate, Base):
    """Holds for a region and all below it that have none of their own."""

    __tablename__ = "norms"
    scoped = Belongs(unit="", shared=True)

    kind: Mapped[str] = mapped_column(String(100))
    key: Mapped[str] = mapped_column(String(100))
    value: Mapped[Decimal] = mapped_column(Numeric(18, 4))
    region_code: Mapped[str] = mapped_column(String(12))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(300))

    __table_args__ = (
        Index(
            "uq_norms_kind_key_region_code_valid_from",
            "kind",
            "key",
            "region_code",
            "valid_from",
            unique=True,
        ),
        Index(
            "uq_norms_open",
            "kind",
            "key",
            "region_code",
            unique=True,
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
    )

    def end(self, last: date, field: str) -> None:
        """`last` is its last day."""
        if self.valid_to is not None:
            raise IllegalState.move("终止标准", "end a norm", "已终止", "ended")
        if last < self.valid_from:
            raise InvalidInput.field(
                field, "ENDS_BEFORE_START", "早于其施行日期", "before it came into force"
            )
        self.valid_to = last

    def give_way(self, successor_from: date, field: str) -> None:
        """Another one holds from that day on."""
        if self.valid_from >= successor_from:
            raise InvalidInput.field(
                field,
                "LATER_NORM",
                f"已有 {self.valid_from} 起施行的标准，新标准须晚于该日",
                f"there is one in force from {self.valid_from}; a new one must be later",
            )
        if self.valid_to is None or self.valid_to >= successor_from:
            self.valid_to = successor_from - timedelta(days=1)
