"""An operator's acts, written into the service's own audit trail."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert

from chassis.application import utc_now
from chassis.principal import EVERYWHERE, Principal
from chassis.storage.database import Database
from chassis.storage.reader import Context
from chassis.storage.tables import audit, audit_waiting
from chassis.storage.unit_of_work import audit_entry


@dataclass(frozen=True)
class Trail:
    """Who acts, and on the database of which service.

    The service need not stop for it, not even one on SQLite: an entry is a short transaction
    of another process. Whoever runs the service seals it.
    """

    database: Database
    region_code: str
    operator: str

    def note(self, act: str, change: dict[str, Any], result: str = "OK") -> None:
        """Writes an entry, committed on return."""
        with self.database.transaction() as connection:
            self.enter(connection, act, change, result)

    def enter(
        self, connection: Connection, act: str, change: dict[str, Any], result: str = "OK"
    ) -> None:
        """Writes an entry within the caller's transaction."""
        who = Principal(
            f"operator:{self.operator}", scope=EVERYWHERE, origin=socket.gethostname()[:200]
        )
        context = Context(who, utc_now(), act, region_code=self.region_code)
        entry = audit_entry(context, [change], result)
        connection.execute(insert(audit), entry)
        connection.execute(insert(audit_waiting), {"entry_id": entry["id"]})
