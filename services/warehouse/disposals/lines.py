"""The lines of a disposal batch, one item each, and the sales that end them.

listed → sold, donated, or unsold (back in stock); dropped where the batch came to nothing
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.storage import Base, Instant, Money, Stateful, Within, new_id, words
from warehouse.items.model import Item


class LineState(StrEnum):
    LISTED = "listed"
    SOLD = "sold"
    DONATED = "donated"
    UNSOLD = "unsold"
    DROPPED = "dropped"


LINE_STATE_NAMES = {
    LineState.LISTED: "待处置",
    LineState.SOLD: "已售出",
    LineState.DONATED: "已捐赠",
    LineState.UNSOLD: "未成交",
    LineState.DROPPED: "已取消",
}
LEFT = (LineState.SOLD, LineState.DONATED)
_IS_LISTED = text("state = 'listed'")


class BatchSale(Base):
    """One receipt: some lines of a batch, sold to one buyer on one day."""

    __tablename__ = "disposal_batch_sales"
    scoped = Within("disposal_batches", "disposal_batch_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    disposal_batch_id: Mapped[str] = mapped_column(ForeignKey("disposal_batches.id"))
    voucher: Mapped[str] = mapped_column(String(64), unique=True)
    buyer: Mapped[str] = mapped_column(String(200))
    sold_on: Mapped[date] = mapped_column(Date)
    income_fen: Mapped[int] = mapped_column(Money)
    recorded_by: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_disposal_batch_sales_disposal_batch_id", "disposal_batch_id"),)

    @classmethod
    def of(
        cls, voucher: str, buyer: str, sold_on: date, income_fen: int, by: str, at: datetime
    ) -> BatchSale:
        return cls(
            id=new_id(),
            voucher=voucher,
            buyer=buyer,
            sold_on=sold_on,
            income_fen=income_fen,
            recorded_by=by,
            recorded_at=at,
        )


class BatchLine(Stateful[LineState], Base):
    """What the item is worth is as of the day it was listed; `left_on` is the day it was sold
    or given away. Without `appraised_on` it is not appraised."""

    __tablename__ = "disposal_batch_lines"
    scoped = Within("disposal_batches", "disposal_batch_id")
    state_names = LINE_STATE_NAMES

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    disposal_batch_id: Mapped[str] = mapped_column(ForeignKey("disposal_batches.id"))
    position: Mapped[int] = mapped_column(Integer)
    state: Mapped[LineState] = mapped_column(words(LineState))
    item_id: Mapped[str] = mapped_column(ForeignKey("items.id"))
    item_code: Mapped[str] = mapped_column(String(40))
    asset_code: Mapped[str] = mapped_column(String(64))
    item_name: Mapped[str] = mapped_column(String(200))
    original_value_fen: Mapped[int] = mapped_column(Money)
    value_fen: Mapped[int] = mapped_column(Money)
    appraised_fen: Mapped[int] = mapped_column(Money, default=0)
    appraiser: Mapped[str] = mapped_column(String(200), default="")
    appraised_on: Mapped[date | None] = mapped_column(Date)
    income_fen: Mapped[int] = mapped_column(Money, default=0)
    left_on: Mapped[date | None] = mapped_column(Date)
    sale_id: Mapped[str | None] = mapped_column(ForeignKey("disposal_batch_sales.id"))
    sale: Mapped[BatchSale | None] = relationship(lazy="raise")

    __table_args__ = (
        Index("ix_disposal_batch_lines_disposal_batch_id", "disposal_batch_id"),
        Index("ix_disposal_batch_lines_item_id", "item_id"),
        Index("ix_disposal_batch_lines_left_on", "left_on"),
        # An item is in one running batch at most.
        Index(
            "uq_disposal_batch_lines_listed_item",
            "item_id",
            unique=True,
            postgresql_where=_IS_LISTED,
            sqlite_where=_IS_LISTED,
        ),
    )

    @classmethod
    def of(cls, item: Item) -> BatchLine:
        return cls(
            id=new_id(),
            state=LineState.LISTED,
            item_id=item.id,
            item_code=item.code,
            asset_code=item.asset_code,
            item_name=item.name,
            original_value_fen=item.original_value_fen,
            value_fen=item.value_fen,
            appraised_fen=0,
            appraiser="",
            income_fen=0,
        )

    def appraise(self, value_fen: int, appraiser: str, on: date) -> None:
        self.appraised_fen, self.appraiser, self.appraised_on = value_fen, appraiser, on

    def sell(self, sale: BatchSale, income_fen: int) -> None:
        """Its income is recorded, once."""
        self.require("登记处置收入", "record a sale", LineState.LISTED)
        self.state, self.sale, self.sale_id = LineState.SOLD, sale, sale.id
        self.income_fen, self.left_on = income_fen, sale.sold_on

    def donate(self, on: date) -> None:
        self.require("捐赠", "donate", LineState.LISTED)
        self.state, self.left_on = LineState.DONATED, on

    def end(self, state: LineState) -> None:
        """It is not disposed of after all."""
        self.require("退出处置", "take out", LineState.LISTED)
        self.state = state
