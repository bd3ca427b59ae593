"""Where a service keeps its data: PostgreSQL in service, SQLite on a single machine."""

from chassis.storage.columns import (
    OPEN,
    Aggregate,
    Base,
    Belongs,
    Instant,
    Money,
    Within,
    by_code_point,
    new_id,
    words,
)
from chassis.storage.database import Database
from chassis.storage.reader import Reader
from chassis.storage.scope import begins_with, lies_in, within
from chassis.storage.secret import Encrypted
from chassis.storage.states import Stateful
from chassis.storage.unit_of_work import UnitOfWork

__all__ = [
    "OPEN",
    "Aggregate",
    "Base",
    "Belongs",
    "Database",
    "Encrypted",
    "Instant",
    "Money",
    "Reader",
    "Stateful",
    "UnitOfWork",
    "Within",
    "begins_with",
    "by_code_point",
    "lies_in",
    "new_id",
    "within",
    "words",
]
