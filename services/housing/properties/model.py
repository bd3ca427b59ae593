"""Property (房产): a building or a piece of land on the register."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.copies.model import UnitCopy
from chassis.errors import IllegalState, InvalidInput, Violation
from chassis.storage import Aggregate, Base, Belongs, Money, words
from housing.properties import rules


class PropertyKind(StrEnum):
    OFFICE = "office"
    TECHNICAL = "technical"
    COMMERCIAL = "commercial"
    RESIDENTIAL = "residential"
    LAND = "land"


class UseState(StrEnum):
    IN_USE = "in_use"
    IDLE = "idle"
    LET = "let"
    LENT = "lent"
    DANGEROUS = "dangerous"
    UNDER_DISPOSAL = "under_disposal"
    DISPOSED = "disposed"
    RETIRED = "retired"


class AccountState(StrEnum):
    BOOKED = "booked"
    UNBOOKED = "unbooked"
    NOMINAL = "nominal"


class TitleState(StrEnum):
    REGISTERED = "registered"
    IN_PROGRESS = "in_progress"
    OBSTACLE = "obstacle"
    NOT_REGISTRABLE = "not_registrable"


GONE = (UseState.DISPOSED, UseState.RETIRED)
"""No longer on the register, and history: disposed of, or split or merged into others."""

LEAVING = (UseState.UNDER_DISPOSAL, *GONE)
"""States only a disposal, a split or a merger sets."""

_STATE_NAMES = {
    UseState.LET: "出租",
    UseState.LENT: "出借",
    UseState.UNDER_DISPOSAL: "处置中",
    UseState.DISPOSED: "已处置",
    UseState.RETIRED: "已注销",
}

FIGURES = ("floor_area_m2", "usable_area_m2", "use_state", "unit_uscc")
"""What others keep figures by: a change of these is a fact."""


class Property(Aggregate, Base):
    __tablename__ = "properties"
    scoped = Belongs(follows={"unit_name": "name", "unit_uscc": "uscc"})

    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[PropertyKind] = mapped_column(words(PropertyKind))
    address: Mapped[str] = mapped_column(String(300))
    region_code: Mapped[str] = mapped_column(String(12))
    floors: Mapped[int] = mapped_column(Integer)
    floor_area_m2: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    usable_area_m2: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    book_value_fen: Mapped[int] = mapped_column(Money)
    use_state: Mapped[UseState] = mapped_column(words(UseState))
    account_state: Mapped[AccountState] = mapped_column(words(AccountState))
    title_state: Mapped[TitleState] = mapped_column(words(TitleState))
    title_number: Mapped[str] = mapped_column(String(100))
    unit_name: Mapped[str] = mapped_column(String(200))
    unit_uscc: Mapped[str] = mapped_column(String(18))
    unit_id: Mapped[str] = mapped_column(String(36), default="")
    built_year: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        Index("ix_properties_region_code", "region_code"),
        Index("ix_properties_kind_use_state", "kind", "use_state"),
        Index("ix_properties_unit_id", "unit_id"),
        Index("ix_properties_unit_uscc", "unit_uscc"),
    )

    def revise(self, **changes: Any) -> bool:
        """Changes figures by name; whether one that others keep figures by changed."""
        if self.use_state in GONE:
            state = _STATE_NAMES[self.use_state]
            raise IllegalState.move("修改", "change a property", state, str(self.use_state))
        if "use_state" in changes and changes["use_state"] != self.use_state:
            self._may_be_used_as(UseState(changes["use_state"]))
        floor = changes.get("floor_area_m2", self.floor_area_m2)
        if not rules.usable_fits(floor, changes.get("usable_area_m2", self.usable_area_m2)):
            raise area_mismatch("usable_area_m2")
        before = [getattr(self, name) for name in FIGURES]
        for name, value in changes.items():
            setattr(self, name, value)
        return before != [getattr(self, name) for name in FIGURES]

    def held_by(self, unit: UnitCopy | None) -> None:
        """Takes the unit as the directory knows it; its own words where it does not."""
        self.unit_id = unit.id if unit else ""
        if unit is not None:
            self.unit_name, self.unit_uscc = unit.name, unit.uscc

    def holder(self) -> dict[str, str]:
        """What a document says of who holds it: region, unit, and its name now."""
        return {
            "region_code": self.region_code,
            "unit_id": self.unit_id,
            "unit_name": self.unit_name,
        }

    def begin_disposal(self) -> UseState:
        """The use state it had until now, for `undo_disposal`."""
        if self.use_state in LEAVING:
            state = _STATE_NAMES[self.use_state]
            raise IllegalState.move("处置该房产", "dispose of the property", state, self.use_state)
        before, self.use_state = self.use_state, UseState.UNDER_DISPOSAL
        return before

    def end_disposal(self) -> None:
        self._require_under_disposal("办结处置", "complete its disposal")
        self.use_state = UseState.DISPOSED

    def undo_disposal(self, before: UseState) -> None:
        """Stays after all, in use as it was `before`."""
        self._require_under_disposal("撤回处置", "withdraw its disposal")
        self.use_state = before

    def retire(self, act_zh: str, act_en: str) -> UseState:
        """Others take its place; the use state it had until now. Nobody else may have it."""
        if self.use_state in _STATE_NAMES:
            state = _STATE_NAMES[self.use_state]
            raise IllegalState.move(act_zh, act_en, state, str(self.use_state))
        before, self.use_state = self.use_state, UseState.RETIRED
        return before

    def _require_under_disposal(self, act_zh: str, act_en: str) -> None:
        if self.use_state is not UseState.UNDER_DISPOSAL:
            raise IllegalState.move(act_zh, act_en, "未在处置", str(self.use_state))

    def _may_be_used_as(self, state: UseState) -> None:
        if state in LEAVING or self.use_state in LEAVING:
            raise IllegalState.move(
                "直接改变使用状态", "set the use state by hand", "处置流程管理", "under a disposal"
            )


NEEDS_APPROVED_REASON = (
    "NEEDS_APPROVED_REASON",
    "认定为不可登记须经审批，请在权属登记中申请",
    "only an approved reason makes it not registrable; propose an exemption of its title",
)


def needs_approved_reason(field: str) -> IllegalState:
    """A property was said to be not registrable by hand."""
    reason, zh, en = NEEDS_APPROVED_REASON
    return IllegalState(reason, zh, en, [Violation(field, reason, zh, en)])


def area_mismatch(field: str) -> InvalidInput:
    """The usable area is larger than the floor area."""
    return InvalidInput.field(
        field,
        "USABLE_EXCEEDS_FLOOR_AREA",
        "使用面积不能大于建筑面积",
        "the usable area exceeds the floor area",
    )
