"""Transfer (调剂): items of the stores on their way to a unit that asked for them.

draft ⇄ submitted → approved → in transit → completed, or refused where nothing was received
  │         │ ├→ rejected │
  │         │ └→ unmet    │
  └─────────┴─────────────┴→ withdrawn

Each line goes its own way, since items may come from several units:
asked → reserved → in transit → received or refused;
missed where somebody else got the item first, dropped where the unit does not ask any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.approvals.document import Asked
from chassis.errors import IllegalState, NotFound
from chassis.storage import Aggregate, Base, Belongs, Instant, words
from warehouse.items.model import Item
from warehouse.items.states import Condition
from warehouse.transfers.lines import LineState, TransferLine


class TransferState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    IN_TRANSIT = "in_transit"
    COMPLETED = "completed"
    UNMET = "unmet"
    REFUSED = "refused"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


STATE_NAMES = {
    TransferState.DRAFT: "草稿",
    TransferState.SUBMITTED: "已提交",
    TransferState.APPROVED: "待移交",
    TransferState.IN_TRANSIT: "待签收",
    TransferState.COMPLETED: "已完成",
    TransferState.UNMET: "未调得",
    TransferState.REFUSED: "已拒收",
    TransferState.REJECTED: "已驳回",
    TransferState.WITHDRAWN: "已撤回",
}
OPEN = (
    TransferState.DRAFT,
    TransferState.SUBMITTED,
    TransferState.APPROVED,
    TransferState.IN_TRANSIT,
)
UNDER_WAY = (TransferState.APPROVED, TransferState.IN_TRANSIT)
"""Somebody must hand over, or receive."""


_NEED = ("class_code", "words", "least_condition", "quantity")


def need_in(said: Mapping[str, Any]) -> dict[str, Any] | None:
    """A need as a message has it; None where none is said."""
    return {name: said[name] for name in _NEED} if said["quantity"] else None


class Transfer(Asked[TransferState], Aggregate, Base):
    """The unit that asks stands under the name it had then."""

    __tablename__ = "transfers"
    scoped = Belongs()
    state_names = STATE_NAMES

    code: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[TransferState] = mapped_column(words(TransferState))
    reason: Mapped[str] = mapped_column(String(500))
    need_class_code: Mapped[str] = mapped_column(String(20))
    need_words: Mapped[str] = mapped_column(String(40))
    need_least_condition: Mapped[Condition | None] = mapped_column(words(Condition))
    need_quantity: Mapped[int] = mapped_column(Integer)
    to_place: Mapped[str] = mapped_column(String(100))
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    lines: Mapped[list[TransferLine]] = relationship(
        order_by=TransferLine.position, lazy="selectin", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("ix_transfers_region_code", "region_code"),
        Index("ix_transfers_state_code", "state", "code"),
        Index("ix_transfers_unit_id", "unit_id"),
    )

    @property
    def need(self) -> dict[str, Any] | None:
        """What it asks for, where the unit did not name the items itself."""
        return need_in({each: getattr(self, f"need_{each}") for each in _NEED})

    def says(
        self, reason: str, to_place: str, need: Mapping[str, Any], items: Sequence[Item]
    ) -> None:
        """What is asked for: `need` is empty where the items themselves were named."""
        self.reason, self.to_place = reason, to_place
        self.need_class_code, self.need_words = need.get("class_code", ""), need.get("words", "")
        self.need_least_condition = need.get("least_condition")
        self.need_quantity = need.get("quantity", 0)
        self.lines = [TransferLine.of(item, n) for n, item in enumerate(items, start=1)]

    def correct(self, by: str) -> None:
        """A draft says something else from now on."""
        self.require("修改", "change", TransferState.DRAFT)
        self._written_by(by)
        self.touch()

    def submit(self, by: str) -> None:
        self.require("提交", "submit", TransferState.DRAFT)
        self._written_by(by)
        self.state = TransferState.SUBMITTED

    def take_back(self, by: str = "", at: datetime | None = None, note: str = "") -> None:
        """Returned for correction, or recalled: a draft again."""
        self.require("退回", "return", TransferState.SUBMITTED)
        self.state = TransferState.DRAFT
        self._decide(by, at, note)

    def reject(self, by: str, at: datetime, note: str) -> None:
        self.require("驳回", "reject", TransferState.SUBMITTED)
        self.state = TransferState.REJECTED
        self._drop(self.lines)
        self._decide(by, at, note)

    def require_submitted(self) -> None:
        self.require("批准", "approve", TransferState.SUBMITTED)

    def approve(self, by: str, at: datetime, note: str) -> None:
        """Its lines are reserved or missed by now."""
        self.require_submitted()
        self.state = TransferState.UNMET
        self._decide(by, at, note)
        self._settle()

    def withdraw(self) -> list[TransferLine]:
        """The unit does not ask for what is not handed over yet: those lines."""
        early = (TransferState.DRAFT, TransferState.SUBMITTED, TransferState.APPROVED)
        self.require("撤回", "withdraw", *early)
        freed = [each for each in self.lines if each.state is LineState.RESERVED]
        self._drop(self.lines)
        self.touch()
        self.state = TransferState.WITHDRAWN
        self._settle()
        return freed

    def hand_over(self, lines: Iterable[TransferLine], by: str, at: datetime) -> None:
        """These lines are on their way."""
        self.require("移交", "hand over", TransferState.APPROVED)
        for line in lines:
            line.hand_over(by, at)
        self.touch()
        self._settle()

    def receive(self, lines: Sequence[TransferLine], by: str, at: datetime) -> None:
        self.require("签收", "receive", *UNDER_WAY)
        if not lines:
            raise IllegalState("NOTHING_IN_TRANSIT", "没有在途的资产", "nothing is in transit")
        for line in lines:
            line.receive(by, at)
        self.touch()
        self._settle()

    def refuse(self, line: TransferLine, by: str, at: datetime, reason: str, remark: str) -> None:
        self.require("拒收", "refuse", *UNDER_WAY)
        line.refuse(by, at, reason, remark)
        self.touch()
        self._settle()

    def line(self, line_id: str, field: str) -> TransferLine:
        for line in self.lines:
            if line.id == line_id:
                return line
        raise NotFound.object(field, line_id)

    def _settle(self) -> None:
        """The state follows from the lines, once some were reserved."""
        states = {line.state for line in self.lines}
        if LineState.RESERVED in states:
            self.state = TransferState.APPROVED
        elif LineState.IN_TRANSIT in states:
            self.state = TransferState.IN_TRANSIT
        elif LineState.RECEIVED in states:
            self.state = TransferState.COMPLETED
        elif LineState.REFUSED in states:
            self.state = TransferState.REFUSED
        if self.state not in UNDER_WAY:
            self.due_at = None

    def _drop(self, lines: Iterable[TransferLine]) -> None:
        for line in lines:
            if line.state in (LineState.ASKED, LineState.RESERVED):
                line.state = LineState.DROPPED
