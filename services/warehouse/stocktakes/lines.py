"""The lines of a stocktake: a card that was expected or scanned, or a tag nobody knows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage import Base, Instant, Within, new_id, words
from warehouse.items.model import Item
from warehouse.items.states import ItemState


class Outcome(StrEnum):
    FOUND = "found"
    MISSING = "missing"
    MISPLACED = "misplaced"
    UNKNOWN = "unknown"
    MOVED = "moved"


HERE = (ItemState.IN_STOCK, ItemState.RESERVED, ItemState.IN_DISPOSAL)
"""States of cards that lie where they say."""
BOUND = (ItemState.RESERVED, ItemState.IN_DISPOSAL)
"""States in which another document answers for the card."""
_UNKNOWN = text("item_id IS NULL")


class StocktakeLine(Base):
    """`said_…` is what the card said when the line was made; without a card it says nothing.

    A card that was expected is missing until it is scanned.
    """

    __tablename__ = "stocktake_lines"
    scoped = Within("stocktakes", "stocktake_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    stocktake_id: Mapped[str] = mapped_column(ForeignKey("stocktakes.id"))
    outcome: Mapped[Outcome] = mapped_column(words(Outcome))
    item_id: Mapped[str | None] = mapped_column(ForeignKey("items.id"))
    item_code: Mapped[str] = mapped_column(String(40), default="")
    item_name: Mapped[str] = mapped_column(String(200), default="")
    tag: Mapped[str] = mapped_column(String(64), default="")
    is_expected: Mapped[bool] = mapped_column(default=False)
    is_adjusted: Mapped[bool] = mapped_column(default=False)
    said_state: Mapped[ItemState | None] = mapped_column(words(ItemState))
    said_store_id: Mapped[str | None] = mapped_column(String(36))
    said_place: Mapped[str] = mapped_column(String(100), default="")
    scanned_place: Mapped[str] = mapped_column(String(100), default="")
    scanned_by: Mapped[str] = mapped_column(String(200), default="")
    scanned_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        Index("uq_stocktake_lines_stocktake_id_item_id", "stocktake_id", "item_id", unique=True),
        Index(
            "uq_stocktake_lines_unknown",
            "stocktake_id",
            "tag",
            unique=True,
            postgresql_where=_UNKNOWN,
            sqlite_where=_UNKNOWN,
        ),
        Index("ix_stocktake_lines_stocktake_id_id", "stocktake_id", "id"),
        Index("ix_stocktake_lines_item_id", "item_id"),
    )

    @classmethod
    def of(cls, stocktake_id: str, item: Item, outcome: Outcome) -> StocktakeLine:
        return cls(
            id=new_id(),
            stocktake_id=stocktake_id,
            outcome=outcome,
            item_id=item.id,
            item_code=item.code,
            item_name=item.name,
            said_state=item.state,
            said_store_id=item.store_id,
            said_place=item.place,
        )

    @classmethod
    def unknown(cls, stocktake_id: str) -> StocktakeLine:
        return cls(id=new_id(), stocktake_id=stocktake_id, outcome=Outcome.UNKNOWN)

    def be_scanned(self, tag: str, place: str, by: str, at: datetime) -> None:
        self.tag, self.scanned_place = tag, place
        self.scanned_by, self.scanned_at = by, at


def lies_in(item: Item, store_id: str, place: str) -> bool:
    """Whether its card says that it lies there; without a place, anywhere in the store."""
    return item.state in HERE and item.store_id == store_id and place in ("", item.place)
