"""Store (公物仓库): a place, or a list of places, where idle assets are kept."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage import Aggregate, Base, Belongs, words


class StoreKind(StrEnum):
    PHYSICAL = "physical"
    BRANCH = "branch"
    VIRTUAL = "virtual"


class Store(Aggregate, Base):
    """Everybody may know what there is to be had; who keeps it is the owner's business."""

    __tablename__ = "stores"
    scoped = Belongs(follows={"owner_name": "name", "owner_uscc": "uscc"}, shared=True)

    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[StoreKind] = mapped_column(words(StoreKind))
    address: Mapped[str] = mapped_column(String(300))
    region_code: Mapped[str] = mapped_column(String(12))
    owner_name: Mapped[str] = mapped_column(String(200))
    owner_uscc: Mapped[str] = mapped_column(String(18), default="")
    unit_id: Mapped[str] = mapped_column(String(36), default="")

    __table_args__ = (Index("ix_stores_unit_id", "unit_id"),)
