"""Rows somebody may not know of, and where they might show."""

from __future__ import annotations

from random import Random
from typing import Any

from sqlalchemy import select

from chassis.principal import ANY_ROLE, HeldRole, Principal, Realm, Scope
from chassis.service import Service
from chassis.storage import Belongs, Within
from chassis.storage.columns import Open
from chassis.storage.database import Database
from chassis.storage.scope import is_whole
from chassis.storage.tables import audit
from chassis.testing.rows import UNITS

_REGIONS = ("99", "9901", "9902", "990101", "990102", "990103", "98")

HOME = "9901"
"""What the regions of the deployment under test begin with."""

Rows = dict[str, dict[str, Any]]
"""By table, the rows by id."""


def somebody(random: Random) -> Principal:
    """A principal of any role, whose scope is small or large, in one piece or several."""
    scope = tuple(_realm(random) for _ in range(random.choice((0, 1, 1, 1, 2, 3))))
    roles = tuple(HeldRole(ANY_ROLE, realm) for realm in scope)
    return Principal(f"stranger{random.randrange(1000)}", scope=scope, roles=roles)


def _realm(random: Random) -> Realm:
    units = random.sample(UNITS, random.choice((0, 0, 1, 2)))
    return Realm(random.choice(_REGIONS), tuple(units))


def foreign(database: Database, service: Service, scope: Scope, *, shared: bool) -> Rows:
    """The rows outside `scope`; those that everybody may read only where `shared`."""
    belonging = {kind.__tablename__: (kind.__table__, kind.scoped) for kind in service.models}
    belonging["audit"] = (audit, audit.info["scoped"])
    found: Rows = {}
    for name, (table, said) in belonging.items():
        if isinstance(said, Belongs) and (shared or not said.shared):
            rows = (row for row in _all(database, table) if not _within(scope, said, row))
            found[name] = {_key(table, row): tuple(row) for row in rows}
        if isinstance(said, Open) and shared and not is_whole(scope, HOME):
            found[name] = {_key(table, row): tuple(row) for row in _all(database, table)}
    for name, (table, said) in belonging.items():
        if isinstance(said, Within) and said.table in found:
            owners = found[said.table]
            rows = (row for row in _all(database, table) if getattr(row, said.column) in owners)
            found[name] = {_key(table, row): tuple(row) for row in rows}
    return found


def _key(table: Any, row: Any) -> Any:
    key = tuple(getattr(row, column.name) for column in table.primary_key)
    return key[0] if len(key) == 1 else key


def _all(database: Database, table: Any) -> Any:
    with database.reading() as connection:
        return connection.execute(select(table)).all()


def _within(scope: Scope, said: Belongs, row: Any) -> bool:
    unit_id = getattr(row, said.unit) if said.unit else ""
    return any(realm.covers(getattr(row, said.region), unit_id) for realm in scope)
