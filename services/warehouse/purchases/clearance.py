"""Clearance (可购置证明): the signed word that a unit may buy. Written once, never changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.days import day_of
from chassis.signing import canonical, sign
from chassis.storage import Base, Belongs, Money, UnitOfWork, new_id, words
from warehouse.items.states import Condition
from warehouse.purchases.model import Purchase
from warehouse.purchases.norms import REUSE_FIRST
from warehouse.stores.model import Owner
from warehouse.stores.owners import owner_now

_SAID = (
    "number",
    "purchase_code",
    "region_code",
    "unit_name",
    "unit_uscc",
    "description",
    "class_code",
    "words",
    "least_condition",
    "quantity",
    "estimated_price_fen",
    "offers",
    "basis",
)


class Clearance(Base):
    """`content` is the canonical JSON of what the other columns say, `signature` its Ed25519
    signature; both and the key are kept, so that it can be checked after keys changed."""

    __tablename__ = "clearances"
    scoped = Belongs()

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    purchase_id: Mapped[str] = mapped_column(ForeignKey("purchases.id"))
    purchase_code: Mapped[str] = mapped_column(String(40))
    region_code: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(String(36))
    unit_name: Mapped[str] = mapped_column(String(200))
    unit_uscc: Mapped[str] = mapped_column(String(18))
    description: Mapped[str] = mapped_column(String(200))
    class_code: Mapped[str] = mapped_column(String(20))
    least_condition: Mapped[Condition] = mapped_column(words(Condition))
    words: Mapped[str] = mapped_column(String(40))
    quantity: Mapped[int] = mapped_column(Integer)
    estimated_price_fen: Mapped[int] = mapped_column(Money)
    offers: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    basis: Mapped[str] = mapped_column(String(300))
    issued_on: Mapped[date] = mapped_column(Date)
    content: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(String(88), unique=True)
    public_key: Mapped[str] = mapped_column(String(44))
    key_id: Mapped[str] = mapped_column(String(16))

    __table_args__ = (
        Index("ix_clearances_purchase_id", "purchase_id"),
        Index("ix_clearances_unit_id", "unit_id"),
    )

    @classmethod
    def of(
        cls, purchase: Purchase, number: str, unit: Owner, basis: str, issued_on: date
    ) -> Clearance:
        """For what the purchase is short of; `unit` is who may buy, `basis` the rule it had
        to go by."""
        issued = cls(
            id=new_id(),
            number=number,
            purchase_id=purchase.id,
            purchase_code=purchase.code,
            region_code=unit["region_code"],
            unit_id=unit["unit_id"],
            unit_name=unit["owner_name"],
            unit_uscc=unit["owner_uscc"],
            description=purchase.description,
            class_code=purchase.need_class_code,
            words=purchase.need_words,
            least_condition=purchase.need_least_condition or Condition.FAIR,
            quantity=purchase.shortfall,
            estimated_price_fen=purchase.estimated_price_fen,
            offers=[_told(each) for each in purchase.offers],
            basis=basis,
            issued_on=issued_on,
        )
        said = {name: getattr(issued, name) for name in _SAID}
        signed = sign(canonical({**said, "issued_on": issued_on.isoformat()}))
        issued.content, issued.signature = signed.content, signed.signature
        issued.public_key, issued.key_id = signed.public_key, signed.key_id
        return issued


def issue(uow: UnitOfWork, purchase: Purchase) -> Clearance:
    """The unit, or the one that took over from it, may buy what the stores do not have."""
    with uow.unrestricted():  # a successor need not lie within the caller's scope
        unit = owner_now(uow, purchase)
        number, today = uow.next_numbers("GZ")[0], day_of(uow.now)
        basis = REUSE_FIRST.in_force(uow, purchase.region_code, today).sources.get("", "")
        issued = Clearance.of(purchase, number, unit, basis, today)
        uow.add(issued)
    return issued


def _told(offer: Any) -> dict[str, Any]:
    return {
        "item_code": offer.item_code,
        "item_name": offer.item_name,
        "state": str(offer.state),
        "refusal": str(offer.refusal) if offer.refusal else None,
        "remark": offer.remark,
    }
