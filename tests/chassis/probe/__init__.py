"""A small service for tests of the chassis: counters, and a fact when one counts.

Tests that need a use case of a certain shape put their own in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chassis.service import Service
from chassis.storage.columns import Base
from chassis.storage.database import Database
from chassis.storage.tables import metadata
from chassis.testing import Harness
from chassis.usecases import Reaction, UseCase
from tests.chassis.probe import counters
from tests.chassis.probe.contract import pb
from tests.chassis.probe.counters.model import Counter
from tests.storage import Storage


def probe_service() -> Service:
    return Service(name="probe", contract=pb, nouns=(counters,))


def create_tables(url: str) -> None:
    database = Database(url, pool_size=1)
    metadata.create_all(database.engine)
    models = (*probe_service().models, Counter)
    Base.metadata.create_all(database.engine, [each.__table__ for each in models])
    database.close()


class Probe(Harness):
    """The harness of the probe, over a database of its own."""

    def __init__(self, storage: Storage, **limits: int) -> None:
        url = storage.like("probe", create_tables)
        super().__init__(probe_service(), url, migrated=True, **limits)

    def use(self, function: Callable[..., Any], *, key: str = "count") -> None:
        """Lets `function(uow or reader, request)` answer the call `key`."""
        before = self.app.service.use_cases[key]
        self.app.service.use_cases[key] = UseCase(key, function, before.is_command, None)

    def use_reaction(self, function: Callable[..., None]) -> None:
        """Lets `function(uow, fact)` answer Counted."""
        self.app.service.reactions["on_counted"] = Reaction("on_counted", function, pb.Counted)

    def total(self, name: str = "a") -> int:
        """What the counter of that name stands at."""
        with self.database.reading() as connection:
            found: int = connection.exec_driver_sql(
                f"SELECT coalesce(sum(count), 0) FROM probe_counters WHERE name = '{name}'"
            ).scalar_one()
        return int(found)
