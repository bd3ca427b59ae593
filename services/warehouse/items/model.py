"""Item (公物仓卡片): the card of one asset the store holds.

One card, one place, one owner at any moment. An asset has at most one card that
is not gone.

    in stock ⇄ on loan
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import IllegalState
from chassis.storage import Aggregate, Base, Belongs, Money, words


class ItemState(StrEnum):
    IN_STOCK = "in_stock"
    ON_LOAN = "on_loan"
    GONE = "gone"


class Condition(StrEnum):
    NEW = "new"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    BROKEN = "broken"


STATE_NAMES = {ItemState.IN_STOCK: "在库", ItemState.ON_LOAN: "借出", ItemState.GONE: "已出库"}
_HELD = text("state <> 'gone'")


class Item(Aggregate, Base):
    __tablename__ = "items"
    scoped = Belongs(follows={"owner_name": "name", "owner_uscc": "uscc"}, shared=True)

    code: Mapped[str] = mapped_column(String(40), unique=True)
    asset_code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    class_code: Mapped[str] = mapped_column(String(20))
    acquired_on: Mapped[date | None] = mapped_column(Date)
    original_value_fen: Mapped[int] = mapped_column(Money)
    condition: Mapped[Condition] = mapped_column(words(Condition))
    state: Mapped[ItemState] = mapped_column(words(ItemState))
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    place: Mapped[str] = mapped_column(String(100))
    region_code: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(String(36))
    owner_name: Mapped[str] = mapped_column(String(200))
    owner_uscc: Mapped[str] = mapped_column(String(18))
    value_fen: Mapped[int] = mapped_column(Money)
    borrower_name: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        Index(
            "uq_items_held_asset",
            "asset_code",
            unique=True,
            postgresql_where=_HELD,
            sqlite_where=_HELD,
        ),
        Index("ix_items_state_code", "state", "code"),
        Index("ix_items_store_id_code", "store_id", "code"),
        Index("ix_items_unit_id", "unit_id"),
    )

    def lend(self, borrower_name: str) -> None:
        self._require(ItemState.IN_STOCK, "借出", "lend")
        self.state = ItemState.ON_LOAN
        self.borrower_name = borrower_name

    def take_back(self) -> None:
        self._require(ItemState.ON_LOAN, "归还", "return")
        self.state = ItemState.IN_STOCK
        self.borrower_name = ""

    def _require(self, state: ItemState, act_zh: str, act_en: str) -> None:
        if self.state is not state:
            raise IllegalState.move(act_zh, act_en, STATE_NAMES[self.state], str(self.state))
