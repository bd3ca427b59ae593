"""Counter: a name and how often it was counted."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage import OPEN, Aggregate, Base


class Counter(Aggregate, Base):
    __tablename__ = "probe_counters"
    scoped = OPEN

    name: Mapped[str] = mapped_column(String(40), unique=True)
    count: Mapped[int]
