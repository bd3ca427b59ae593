"""What a unit of work changes, as the audit trail shows it: sensitive columns not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session
from sqlalchemy.orm.base import NO_VALUE, PASSIVE_NO_INITIALIZE

from chassis.storage.secret import HIDDEN, Encrypted
from chassis.wire import jsonable


def begun(each: Any) -> dict[str, Any]:
    """The entry of an object that is new."""
    return {"new": _name(each), "after": shown(type(each), inspect(each).dict)}


def changed(each: Any) -> dict[str, Any] | None:
    """The columns of an object that differ from what is stored, as they were stored; None
    if it was not changed. One that only counts as changed has none that differ."""
    state = inspect(each)
    before = {
        name: old
        for name, old in state.committed_state.items()
        if name in state.mapper.column_attrs and old != state.dict.get(name)
    }
    return {n: old for n, old in before.items() if old is not NO_VALUE} if before else None


def told(each: Any, before: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of an object whose columns were `before`."""
    kind, now = type(each), inspect(each).dict
    after = {name: now[name] for name in before}
    return {"object": _name(each), "before": shown(kind, before), "after": shown(kind, after)}


def gone(session: Session) -> Iterator[dict[str, Any]]:
    """The entries of objects that will be deleted: by themselves, or as parts of others."""
    leaving = list(session.deleted)
    for each in session.dirty:
        for part in inspect(each).mapper.relationships:
            history = inspect(each).get_history(part.key, PASSIVE_NO_INITIALIZE)
            leaving += history.deleted or ()
    for each in (known for known in leaving if not known.derived):
        yield {"gone": _name(each), "before": shown(type(each), inspect(each).dict)}


def shown(kind: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of a model as JSON can hold them."""
    mapper = inspect(kind)
    secret = _secret_columns(mapper)
    return {
        name: HIDDEN if name in secret else jsonable(value)
        for name, value in values.items()
        if name in mapper.column_attrs
    }


@cache
def _secret_columns(mapper: Any) -> frozenset[str]:
    return frozenset(
        each.key for each in mapper.column_attrs if isinstance(each.columns[0].type, Encrypted)
    )


def _name(each: Any) -> str:
    return f"{each.__tablename__}/{each.id}"
