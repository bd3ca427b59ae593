"""Movements (卡片变动): the life of a card, entry by entry, written once and never changed.

What a store holds is the sum of what came in less what went out; opening stock comes in by
an entry of its own, so that the sum is never less than nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.days import day_of
from chassis.storage import Base, Instant, Money, UnitOfWork, Within, new_id, words
from warehouse.items.states import ItemState


class MovementKind(StrEnum):
    OPENING = "opening"
    INTAKE = "intake"
    RESERVATION = "reservation"
    RELEASE = "release"
    HAND_OVER = "hand_over"
    RECEIPT = "receipt"
    REFUSAL = "refusal"
    LOAN = "loan"
    RETURN = "return"
    STOCKTAKE = "stocktake"
    STOCKTAKE_UNDONE = "stocktake_undone"
    DISPOSAL = "disposal"
    DISPOSAL_UNDONE = "disposal_undone"
    DEPARTURE = "departure"


class Document(Protocol):
    """What a movement may follow from."""

    id: str
    code: str


@dataclass(frozen=True)
class Cause:
    """Why a card moves: the document it follows from, who did it and when."""

    by: str
    at: datetime
    document_id: str = ""
    document_code: str = ""
    is_opening: bool = False

    @classmethod
    def of(cls, uow: UnitOfWork, document: Document | None = None) -> Cause:
        known = (document.id, document.code) if document is not None else ("", "")
        return cls(uow.principal.subject, uow.now, *known)


class Movement(Base):
    """Where the card stood is told by the columns `from_…`, without a state where it begins."""

    __tablename__ = "movements"
    scoped = Within("items", "item_id")
    STANDING: ClassVar = ("state", "store_id", "place", "unit_id", "owner_name")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("items.id"))
    kind: Mapped[MovementKind] = mapped_column(words(MovementKind))
    from_state: Mapped[ItemState | None] = mapped_column(words(ItemState))
    from_store_id: Mapped[str | None] = mapped_column(String(36))
    from_place: Mapped[str] = mapped_column(String(100))
    from_unit_id: Mapped[str] = mapped_column(String(36))
    from_owner_name: Mapped[str] = mapped_column(String(200))
    to_state: Mapped[ItemState] = mapped_column(words(ItemState))
    to_store_id: Mapped[str | None] = mapped_column(String(36))
    to_place: Mapped[str] = mapped_column(String(100))
    to_unit_id: Mapped[str] = mapped_column(String(36))
    to_owner_name: Mapped[str] = mapped_column(String(200))
    value_fen: Mapped[int] = mapped_column(Money)
    document_id: Mapped[str] = mapped_column(String(36))
    document_code: Mapped[str] = mapped_column(String(64))
    moved_on: Mapped[date] = mapped_column(Date)
    moved_at: Mapped[datetime] = mapped_column(Instant)
    moved_by: Mapped[str] = mapped_column(String(200))

    __table_args__ = (
        Index("ix_movements_item_id_id", "item_id", "id"),
        Index("ix_movements_document_id", "document_id"),
        Index("ix_movements_from_store_id_moved_on", "from_store_id", "moved_on"),
        Index("ix_movements_to_store_id_moved_on", "to_store_id", "moved_on"),
    )

    @classmethod
    def entry(
        cls,
        item_id: str,
        kind: MovementKind,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any],
        value_fen: int,
        cause: Cause,
    ) -> Movement:
        stood: Mapping[str, Any] = before or {
            **dict.fromkeys(cls.STANDING, ""),
            "state": None,
            "store_id": None,
        }
        return cls(
            id=new_id(),
            item_id=item_id,
            kind=kind,
            **{f"from_{name}": stood[name] for name in cls.STANDING},
            **{f"to_{name}": after[name] for name in cls.STANDING},
            value_fen=value_fen,
            document_id=cause.document_id,
            document_code=cause.document_code,
            moved_on=day_of(cause.at),
            moved_at=cause.at,
            moved_by=cause.by,
        )
