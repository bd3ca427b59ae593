"""Data scope: which rows a principal may know of, put into every query by the chassis.

Each model says where its rows belong: `scoped = Belongs()`, `scoped = Within(…)` for
parts of such rows, or `scoped = OPEN` for what everybody may know. A model that says
nothing refuses the start.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, false, or_, select, true
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import Alias, FromClause, Join, TableClause

from chassis.principal import EVERYWHERE, Scope
from chassis.regions import region_prefix
from chassis.storage.columns import Base, Belongs, Open, Scoped, Within
from chassis.storage.tables import metadata as chassis_metadata


def limited(statement: Select[Any], scope: Scope) -> Select[Any]:
    """`statement`, and each select within it, over the rows of `scope` only."""
    if scope == EVERYWHERE:
        return statement
    return _limited(statement, scope)


def allows(row: Any, before: Mapping[str, Any], scope: Scope, home: str) -> bool:
    """Whether an object lies within `scope` now, and did with its columns of `before`.

    What is open to everybody belongs to the whole deployment, whose regions begin with
    `home`. Parts of others lie where these lie.
    """
    said = getattr(type(row), "scoped", None)
    if isinstance(said, Open):
        return is_whole(scope, home)
    if not isinstance(said, Belongs):
        return True
    now = {name: getattr(row, name) for name in (said.region, said.unit) if name}
    return _covers(said, now, scope) and _covers(said, {**now, **before}, scope)


def within(statement: Select[Any], column: Any, region_code: str) -> Select[Any]:
    """Rows whose `column` is a region or one below it; all of them where no region is said."""
    if not region_code:
        return statement
    return statement.where(_below(column, region_prefix(region_code)))


def begins_with(column: Any, start: str) -> ColumnElement[bool]:
    """Texts that begin so, as a range, which an index serves. The column is `by_code_point`."""
    return and_(column >= start, column <= f"{start}\U0010ffff")


def lies_in(scope: Scope, region: Any, unit: Any) -> ColumnElement[bool]:
    """Whether the region and the unit in these columns lie within `scope`."""
    if scope == EVERYWHERE:
        return true()
    realms = (and_(_below(region, each.region), _of_units(unit, each)) for each in scope)
    return or_(false(), *realms)


def is_whole(scope: Scope, home: str) -> bool:
    """Whether everything of a deployment lies within `scope`."""
    return any(home.startswith(realm.region) and not realm.units for realm in scope)


def _covers(said: Belongs, values: Mapping[str, Any], scope: Scope) -> bool:
    unit = (values[said.unit] or "") if said.unit else ""
    return any(realm.covers(values[said.region], unit) for realm in scope)


def _limited(statement: Select[Any], scope: Scope) -> Select[Any]:
    def visit(found: Any) -> None:
        froms = found.get_final_froms()
        _refuse_outer_joins(froms, scope)
        for table in _tables(froms):
            criterion = _criterion(table, scope)
            if criterion is not None:
                type(found).where.non_generative(found, criterion)

    limited: Select[Any] = visitors.cloned_traverse(statement, {}, {"select": visit})
    return limited


def _refuse_outer_joins(froms: Any, scope: Scope) -> None:
    """A row without a partner would vanish together with those whose partner is hidden."""
    for each in froms:
        if isinstance(each, Join):
            _refuse_outer_joins([each.left, each.right], scope)
            hidden = (_criterion(table, scope) is not None for table in _tables([each.right]))
            if each.isouter and any(hidden):
                raise TypeError("an outer join to rows that may be hidden; ask for them apart")


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
    said = _said_of(kept.name)
    if isinstance(said, Open) or _read_by_all(said):
        return None
    if isinstance(said, Within) and _read_by_all(_said_of(said.table)):
        return None
    if isinstance(said, Within):
        owners = Base.metadata.tables[said.table]
        ids = select(owners.c.id)
        return table.c[said.column].in_(_limited(ids, scope))  # type: ignore[no-any-return]
    if not scope:
        return false()
    return or_(*(_in_realm(table, said, realm) for realm in scope))


def _read_by_all(said: Scoped) -> bool:
    return isinstance(said, Open) or (isinstance(said, Belongs) and said.shared)


def _of_units(unit: Any, realm: Any) -> ColumnElement[bool]:
    return unit.in_(realm.units) if realm.units else true()


def _below(column: Any, prefix: str) -> ColumnElement[bool]:
    """Codes that begin with `prefix`. For digits as a range: it costs PostgreSQL less to plan
    than a pattern, and any index of the column serves it."""
    if not prefix.isdecimal():
        pattern: ColumnElement[bool] = column.startswith(prefix, autoescape=True)
        return pattern
    return and_(column >= prefix, column <= prefix.ljust(_LONGEST_CODE, "9"))


_LONGEST_CODE = 12


def _in_realm(table: Any, said: Belongs, realm: Any) -> ColumnElement[bool]:
    within = _below(table.c[said.region], realm.region)
    if not realm.units:
        return within
    return and_(within, table.c[said.unit].in_(realm.units)) if said.unit else false()


_known: dict[str, Scoped] = {}


def _said_of(table: str) -> Scoped:
    """What a table says; one that says nothing cannot be read by a use case."""
    if table not in _known:
        _known.update(_all_said())
    return _known[table]


def _all_said() -> dict[str, Scoped]:
    found = {
        table.name: table.info["scoped"]
        for table in chassis_metadata.tables.values()
        if "scoped" in table.info
    }
    for mapper in Base.registry.mappers:
        if isinstance(mapper.local_table, Table) and hasattr(mapper.class_, "scoped"):
            found[mapper.local_table.name] = mapper.class_.scoped
    return found
