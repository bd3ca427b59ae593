"""Store (公物仓库): a place, or a list of places, where idle assets are kept."""

from __future__ import annotations

from enum import StrEnum
from typing import TypedDict

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.copies.model import UnitCopy
from chassis.storage import Aggregate, Base, Belongs, words


class StoreKind(StrEnum):
    PHYSICAL = "physical"
    BRANCH = "branch"
    VIRTUAL = "virtual"


class Owner(TypedDict):
    """Who owns a card, as its columns say it."""

    unit_id: str
    owner_name: str
    owner_uscc: str
    region_code: str


def owned_by(unit: UnitCopy) -> Owner:
    """A unit as an owner."""
    return Owner(
        unit_id=unit.id,
        owner_name=unit.name,
        owner_uscc=unit.uscc,
        region_code=unit.region_code,
    )


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

    @property
    def is_virtual(self) -> bool:
        """What is in it stays with its unit, which goes on to own it."""
        return self.kind is StoreKind.VIRTUAL

    def owner(self) -> Owner:
        """Who owns what lies in it, unless it is virtual."""
        return Owner(
            unit_id=self.unit_id,
            owner_name=self.owner_name,
            owner_uscc=self.owner_uscc,
            region_code=self.region_code,
        )
