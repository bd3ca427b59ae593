"""Role (角色): what somebody who holds it may do, during a time."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage import OPEN, Aggregate, Base
from directory.columns import Words
from directory.days import day_before, too_early


class Role(Aggregate, Base):
    """One row for each time the role was defined; their times do not overlap."""

    __tablename__ = "roles"
    scoped = OPEN

    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(100))
    permissions: Mapped[list[str]] = mapped_column(Words)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (Index("uq_roles_code_valid_from", "code", "valid_from", unique=True),)

    def define(self, name: str, permissions: list[str], day: date, last: date | None) -> Role:
        """Means this from `day` on; gives the row that says so, a new one or this."""
        if day < self.valid_from:
            raise too_early("valid_from")
        if day == self.valid_from:
            self.name, self.permissions, self.valid_to = name, permissions, last
            return self
        if self.valid_to is None or self.valid_to >= day:
            self.valid_to = day_before(day)
        return Role(
            code=self.code, name=name, permissions=permissions, valid_from=day, valid_to=last
        )
