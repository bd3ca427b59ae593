"""Items, and orders of them. An item is as wide as a property of the housing service."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import DateTime, ForeignKey, Integer, Numeric, String, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(300))
    region_code: Mapped[str] = mapped_column(String(12))
    shelves: Mapped[int] = mapped_column(Integer)
    length_m: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    width_m: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    price: Mapped[Decimal] = mapped_column(Numeric(18, 2))
    use_state: Mapped[str] = mapped_column(String(20))
    account_state: Mapped[str] = mapped_column(String(20))
    supplier: Mapped[str] = mapped_column(String(200))
    supplier_code: Mapped[str] = mapped_column(String(18))
    since_year: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    lines: Mapped[list[OrderLine]] = relationship(back_populates="order")


class OrderLine(Base):
    __tablename__ = "order_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    price: Mapped[Decimal] = mapped_column(Numeric(18, 2))
    quantity: Mapped[int] = mapped_column(Integer)
    order: Mapped[Order] = relationship(back_populates="lines")


def an_item(number: int) -> Item:
    return Item(
        code=f"ITEM-{number:012}",
        name=f"市民中心{number}号办公桌",
        kind="office",
        address=f"示范市中心区人民路{number}号",
        region_code="990101",
        shelves=12,
        length_m=Decimal(1_000),
        width_m=Decimal(800),
        price=Decimal("12345678.00"),
        use_state="in_use",
        account_state="booked",
        supplier="示范市机关事务管理局",
        supplier_code="",
        since_year=1998,
    )
