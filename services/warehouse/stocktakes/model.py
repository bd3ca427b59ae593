"""Stocktake (盘点): what a place should hold, against what a scanner found there.

open → posted → undone
  └──→ cancelled

What is expected is written down when it is opened. Posting makes one adjustment of all that
was found otherwise than the cards say; undoing takes the whole of it back.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage import Aggregate, Base, Belongs, Instant, Stateful, words
from warehouse.stocktakes.lines import Outcome


class StocktakeState(StrEnum):
    OPEN = "open"
    POSTED = "posted"
    UNDONE = "undone"
    CANCELLED = "cancelled"


STATE_NAMES = {
    StocktakeState.OPEN: "盘点中",
    StocktakeState.POSTED: "已过账",
    StocktakeState.UNDONE: "已撤销",
    StocktakeState.CANCELLED: "已取消",
}
_OPEN = text("state = 'open'")


class Stocktake(Stateful[StocktakeState], Aggregate, Base):
    """Of one place, or of a whole store (without a place). The numbers are those of its lines
    by outcome; `expected` says how many the cards had told of."""

    __tablename__ = "stocktakes"
    scoped = Belongs()
    state_names = STATE_NAMES

    code: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[StocktakeState] = mapped_column(words(StocktakeState))
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    store_name: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(500))
    region_code: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(String(36))
    unit_name: Mapped[str] = mapped_column(String(200))
    expected: Mapped[int] = mapped_column(Integer, default=0)
    found: Mapped[int] = mapped_column(Integer, default=0)
    missing: Mapped[int] = mapped_column(Integer, default=0)
    misplaced: Mapped[int] = mapped_column(Integer, default=0)
    unknown: Mapped[int] = mapped_column(Integer, default=0)
    moved: Mapped[int] = mapped_column(Integer, default=0)
    adjusted: Mapped[int] = mapped_column(Integer, default=0)
    opened_by: Mapped[str] = mapped_column(String(200))
    posted_by: Mapped[str] = mapped_column(String(200), default="")
    posted_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_by: Mapped[str] = mapped_column(String(200), default="")
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
    undo_reason: Mapped[str] = mapped_column(String(500), default="")

    __table_args__ = (
        Index(
            "uq_stocktakes_open",
            "store_id",
            "place",
            unique=True,
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
        Index("ix_stocktakes_region_code", "region_code"),
        Index("ix_stocktakes_state_code", "state", "code"),
        Index("ix_stocktakes_store_id_code", "store_id", "code"),
        Index("ix_stocktakes_unit_id", "unit_id"),
    )

    def require_open(self, act_zh: str, act_en: str) -> None:
        self.require(act_zh, act_en, StocktakeState.OPEN)

    def count(self, outcome: Outcome, by: int) -> None:
        """So many more, or fewer, of its lines have that outcome."""
        setattr(self, outcome.value, (getattr(self, outcome.value) or 0) + by)

    def post(self, adjusted: int, by: str, at: datetime) -> None:
        """So many cards stand otherwise from now on."""
        self.require_open("过账", "post")
        self.state, self.adjusted = StocktakeState.POSTED, adjusted
        self.posted_by, self.posted_at = by, at

    def undo(self, by: str, at: datetime, reason: str) -> None:
        """What it adjusted stands as before."""
        self.require("撤销", "undo", StocktakeState.POSTED)
        self.state, self.undo_reason = StocktakeState.UNDONE, reason
        self.undone_by, self.undone_at = by, at

    def cancel(self) -> None:
        """Nothing follows from it."""
        self.require_open("取消", "cancel")
        self.state = StocktakeState.CANCELLED
