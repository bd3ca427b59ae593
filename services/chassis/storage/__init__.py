"""Where a service keeps its data: PostgreSQL in service, SQLite on a single machine."""

from chassis.storage.columns import Aggregate, Base, Instant, Money, words
from chassis.storage.database import Database
from chassis.storage.unit_of_work import Reader, UnitOfWork

__all__ = [
    "Aggregate",
    "Base",
    "Database",
    "Instant",
    "Money",
    "Reader",
    "UnitOfWork",
    "words",
]
