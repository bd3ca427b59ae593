"""A document that consent is asked for, as models declare it.

    class Disposal(Asked[DisposalState], Aggregate, Base):
        code: ...
        state: ...
        state_names = STATE_NAMES

`consent.ask` takes it; `consent.turn_down` calls its `reject` and `take_back`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.approvals.authors import MOST_CHARACTERS, with_author
from chassis.storage.columns import Instant
from chassis.storage.states import S, Stateful


class Asked(Stateful[S]):
    """Whose it is, under the name the unit had then, who wrote it, and what was decided."""

    region_code: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(String(36))
    unit_name: Mapped[str] = mapped_column(String(200))
    requested_by: Mapped[str] = mapped_column(String(200))
    corrected_by: Mapped[str] = mapped_column(String(MOST_CHARACTERS), default="")
    approval_id: Mapped[str] = mapped_column(String(36), default="")
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decision_note: Mapped[str] = mapped_column(String(500), default="")

    def authors(self) -> list[str]:
        """All who wrote it: the one who asked or drafted it, and who had a hand in it since."""
        return [self.requested_by, *(self.corrected_by or "").split("\n")]

    def belong_to(self, region_code: str, unit_id: str, unit_name: str) -> None:
        """It is this unit that asks."""
        self.region_code, self.unit_id, self.unit_name = region_code, unit_id, unit_name

    def _written_by(self, by: str) -> None:
        """Raises IllegalState TOO_MANY_AUTHORS."""
        self.corrected_by = with_author(self.authors(), by)

    def _decide(self, by: str, at: datetime | None, note: str) -> None:
        """Who decided; nobody where it was recalled."""
        self.decided_by, self.decided_at, self.decision_note = by, at, note
