"""Data scope: which rows a principal may know of, put into every query by the chassis.

Each model says where its rows belong: `scoped = Belongs()`, `scoped = Within(…)` for
parts of such rows, or `scoped = OPEN` for what everybody may know. A model that says
nothing refuses the start.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, false, or_, select
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import Alias, FromClause, Join, TableClause

from chassis.principal import EVERYWHERE, Scope
from chassis.storage.columns import Base, Belongs, Open, Scoped, Within
from chassis.storage.tables import metadata as chassis_metadata


def limited(statement: Select[Any], scope: Scope) -> Select[Any]:
    """`statement`, and each select within it, over the rows of `scope` only."""
    if scope == EVERYWHERE:
        return statement
    return _limited(statement, scope)


def allows(row: Any, scope: Scope) -> bool:
    """Whether an object, as it is now, lies within `scope`."""
    said = getattr(type(row), "scoped", None)
    if not isinstance(said, Belongs):
        return True
    region, unit = getattr(row, said.region), getattr(row, said.unit) or ""
    return any(realm.covers(region, unit) for realm in scope)


def _limited(statement: Select[Any], scope: Scope) -> Select[Any]:
    def visit(found: Any) -> None:
        for table in _tables(found.get_final_froms()):
            criterion = _criterion(table, scope)
            if criterion is not None:
                type(found).where.non_generative(found, criterion)

    limited: Select[Any] = visitors.cloned_traverse(statement, {}, {"select": visit})
    return limited


def _tables(froms: Any) -> list[FromClause]:
    found: list[FromClause] = []
    for each in froms:
        if isinstance(each, Join):
            found += _tables([each.left, each.right])
        else:
            found.append(each)
    return found


def _criterion(table: Any, scope: Scope) -> ColumnElement[bool] | None:
    kept = table.element if isinstance(table, Alias) else table
    if not isinstance(kept, TableClause):
        return None  # a select of its own, limited in its own place
    said = _by_table()[kept.name]
    if isinstance(said, Open) or (isinstance(said, Belongs) and said.shared):
        return None
    if isinstance(said, Within):
        owners = Base.metadata.tables[said.table]
        ids = select(owners.c.id)
        return table.c[said.column].in_(_limited(ids, scope))  # type: ignore[no-any-return]
    if not scope:
        return false()
    return or_(*(_in_realm(table, said, realm) for realm in scope))


def _in_realm(table: Any, said: Belongs, realm: Any) -> ColumnElement[bool]:
    region, unit = table.c[said.region], table.c[said.unit]
    within = region.startswith(realm.region, autoescape=True)
    return and_(within, unit.in_(realm.units)) if realm.units else within


@lru_cache(maxsize=1)
def _by_table() -> dict[str, Scoped]:
    """What each table says; a table that says nothing cannot be read by a use case."""
    found = {
        table.name: table.info["scoped"]
        for table in chassis_metadata.tables.values()
        if "scoped" in table.info
    }
    for mapper in Base.registry.mappers:
        if isinstance(mapper.local_table, Table) and hasattr(mapper.class_, "scoped"):
            found[mapper.local_table.name] = mapper.class_.scoped
    return found
