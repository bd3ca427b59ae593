"""Repair (维修): what is to be repaired on a property, from application to acceptance.

draft → submitted → reviewed → approved → scheduled → accepted
  │         │        │  │ └→ rejected
  │         │        │  └→ returned: draft; recalled by the reviewer: submitted
  └─────────┴────────┴→ withdrawn
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Integer, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.approvals.document import Asked
from chassis.errors import InvalidInput, NotFound, PermissionDenied
from chassis.storage import Aggregate, Base, Belongs, Instant, Money, Within, words
from chassis.storage.columns import new_id
from housing.properties.model import Property


class RepairState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class RepairKind(StrEnum):
    MINOR = "minor"
    MEDIUM = "medium"
    MAJOR = "major"


class RepairComponent(StrEnum):
    ROOF = "roof"
    WALL = "wall"
    STRUCTURE = "structure"
    DECORATION = "decoration"
    ELECTRIC = "electric"
    PLUMBING = "plumbing"
    HEATING = "heating"
    LIFT = "lift"
    FIRE = "fire"
    OTHER = "other"


STATE_NAMES = {
    RepairState.DRAFT: "草稿",
    RepairState.SUBMITTED: "待评审",
    RepairState.REVIEWED: "已评审待审批",
    RepairState.APPROVED: "已批准",
    RepairState.SCHEDULED: "已排期",
    RepairState.ACCEPTED: "已验收",
    RepairState.REJECTED: "已驳回",
    RepairState.WITHDRAWN: "已撤回",
}
ENDED = (RepairState.REJECTED, RepairState.WITHDRAWN)
"""What was asked for may be asked for anew."""
REVIEWED = (
    RepairState.REVIEWED,
    RepairState.APPROVED,
    RepairState.SCHEDULED,
    RepairState.ACCEPTED,
)
"""The approved amounts are known, and nobody turned the repair down."""
WORK = ("component", "description", "area_m2", "asked_fen")
"""What a line applies for."""


class RepairLine(Base):
    """One component, and what is done to it."""

    __tablename__ = "repair_lines"
    scoped = Within("repairs", "repair_id")

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    repair_id: Mapped[str] = mapped_column(ForeignKey("repairs.id"))
    position: Mapped[int] = mapped_column(Integer)
    component: Mapped[RepairComponent] = mapped_column(words(RepairComponent))
    description: Mapped[str] = mapped_column(String(200))
    area_m2: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    asked_fen: Mapped[int] = mapped_column(Money)
    approved_fen: Mapped[int] = mapped_column(Money, default=0)
    warranty_until: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (Index("ix_repair_lines_repair_id", "repair_id"),)


class Repair(Asked[RepairState], Aggregate, Base):
    """The unit that applies stands under the name it had then."""

    __tablename__ = "repairs"
    scoped = Belongs()
    state_names = STATE_NAMES

    code: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[RepairState] = mapped_column(words(RepairState))
    property_id: Mapped[str] = mapped_column(ForeignKey("properties.id"))
    kind: Mapped[RepairKind] = mapped_column(words(RepairKind))
    year: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(500))
    area_m2: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    asked_fen: Mapped[int] = mapped_column(Money)
    approved_fen: Mapped[int] = mapped_column(Money, default=0)
    reviewed_by: Mapped[str] = mapped_column(String(200), default="")
    reviewed_at: Mapped[datetime | None] = mapped_column(Instant)
    review_note: Mapped[str] = mapped_column(String(500), default="")
    scheduled_from: Mapped[date | None] = mapped_column(Date)
    scheduled_to: Mapped[date | None] = mapped_column(Date)
    contractor: Mapped[str] = mapped_column(String(200), default="")
    accepted_on: Mapped[date | None] = mapped_column(Date)
    settled_fen: Mapped[int] = mapped_column(Money, default=0)
    lines: Mapped[list[RepairLine]] = relationship(
        order_by=RepairLine.position, lazy="selectin", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("ix_repairs_property_id", "property_id"),
        Index("ix_repairs_region_code", "region_code"),
        Index("ix_repairs_state_code", "state", "code"),
        Index("ix_repairs_unit_id", "unit_id"),
        Index("ix_repairs_year_kind", "year", "kind"),
    )

    @classmethod
    def of(cls, building: Property, by: str, code: str = "") -> Repair:
        """A draft that says nothing yet."""
        return cls(
            code=code,
            state=RepairState.DRAFT,
            property_id=building.id,
            requested_by=by,
            **building.holder(),
        )

    def says(
        self, kind: str, year: int, reason: str, works: Sequence[Mapping[str, object]]
    ) -> None:
        """What is applied for: each of the works says all of WORK."""
        self.kind, self.year, self.reason = RepairKind(kind), year, reason
        self.lines.clear()
        for position, work in enumerate(works, start=1):
            self.lines.append(RepairLine(id=new_id(), position=position, approved_fen=0, **work))
        self.area_m2 = sum((line.area_m2 for line in self.lines), Decimal(0))
        self.asked_fen = sum(line.asked_fen for line in self.lines)
        self.approved_fen = 0

    def correct(
        self, by: str, kind: str, year: int, reason: str, works: Sequence[Mapping[str, object]]
    ) -> None:
        """A draft says something else from now on."""
        self.require("修改", "change", RepairState.DRAFT)
        self._written_by(by)
        self.touch()
        self.says(kind, year, reason, works)

    def submit(self, by: str) -> None:
        self.require("提交", "submit", RepairState.DRAFT)
        self._written_by(by)
        self.state = RepairState.SUBMITTED

    def withdraw(self) -> None:
        early = (RepairState.DRAFT, RepairState.SUBMITTED, RepairState.REVIEWED)
        self.require("撤回", "withdraw", *early)
        self.state = RepairState.WITHDRAWN

    def review(self, approved: Sequence[tuple[str, int]], by: str, at: datetime, note: str) -> None:
        """Line and approved amount in fen, each line once; at most what was asked for it. An
        author of the repair reviews it not: PermissionDenied OWN_REQUEST."""
        self.require("评审", "review", RepairState.SUBMITTED)
        if by in self.authors():
            raise PermissionDenied(
                "OWN_REQUEST", "不能评审自己的申请", "nobody reviews their own request"
            )
        for number, (line_id, fen) in enumerate(approved):
            line = self.line(line_id, f"lines.{number}.line_id")
            if fen > line.asked_fen:
                raise exceeds(f"lines.{number}.approved_fen", "ASKED", "申请", "asked for")
            line.approved_fen = fen
        if len(approved) != len(self.lines):
            raise InvalidInput.field(
                "lines", "REQUIRED", "每条明细都须核定金额", "an amount for each line"
            )
        self.approved_fen = sum(line.approved_fen for line in self.lines)
        self.state = RepairState.REVIEWED
        self.reviewed_by, self.reviewed_at, self.review_note = by, at, note

    def recall_review(self) -> None:
        """The reviewer takes the request for consent back, to review it again."""
        self.require("撤回评审", "recall the review", RepairState.REVIEWED)
        self.state = RepairState.SUBMITTED
        self._forget_review()

    def take_back(self, by: str, at: datetime, note: str) -> None:
        """Returned for correction: a draft again."""
        self.require("退回", "return", RepairState.REVIEWED)
        self.state = RepairState.DRAFT
        self._forget_review()
        self._decide(by, at, note)

    def reject(self, by: str, at: datetime, note: str) -> None:
        self.require("驳回", "reject", RepairState.REVIEWED)
        self.state = RepairState.REJECTED
        self._decide(by, at, note)

    def approve(self, by: str, at: datetime, note: str) -> None:
        self.require("批准", "approve", RepairState.REVIEWED)
        self.state = RepairState.APPROVED
        self._decide(by, at, note)

    def schedule(self, first: date, last: date, contractor: str) -> None:
        """Also again, while it is not accepted."""
        self.require("排期", "schedule", RepairState.APPROVED, RepairState.SCHEDULED)
        self.touch()
        self.state = RepairState.SCHEDULED
        self.scheduled_from, self.scheduled_to, self.contractor = first, last, contractor

    def accept(self, day: date, settled_fen: int) -> None:
        """What it cost in the end is at most what was approved."""
        self.require("验收", "accept", RepairState.SCHEDULED)
        if settled_fen > self.approved_fen:
            raise exceeds("settled_fen", "APPROVED", "核定", "approved")
        if self.scheduled_from is not None and day < self.scheduled_from:
            raise InvalidInput.field(
                "accepted_on", "BEFORE_START", "早于计划开工日期", "before the work began"
            )
        self.state = RepairState.ACCEPTED
        self.accepted_on, self.settled_fen = day, settled_fen

    def line(self, line_id: str, field: str) -> RepairLine:
        for line in self.lines:
            if line.id == line_id:
                return line
        raise NotFound.object(field, line_id)

    def _forget_review(self) -> None:
        self.approved_fen = 0
        for line in self.lines:
            line.approved_fen = 0
        self.reviewed_by, self.reviewed_at, self.review_note = "", None, ""


def exceeds(field: str, what: str, zh: str, en: str) -> InvalidInput:
    """An amount is larger than the one it must fit in."""
    return InvalidInput.field(field, f"EXCEEDS_{what}", f"不能大于{zh}金额", f"more than was {en}")
