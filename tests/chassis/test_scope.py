"""Every shape of statement is limited to the caller's scope, in every part of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import exists, func, literal, select, union_all

from chassis.principal import EVERYWHERE, Principal, Realm, Scope
from chassis.storage import Reader
from chassis.storage.reader import Context
from chassis.storage.scope import limited
from chassis.storage.tables import outbox
from chassis.testing import Harness
from chassis.testing.rows import UNITS, fill
from housing.disposals.lines import DisposalLine
from housing.disposals.model import Disposal
from housing.properties.model import Property
from housing.service import service
from tests.storage import Storage

_P, _D, _L = Property.__table__, Disposal.__table__, DisposalLine.__table__
_OTHER = _P.alias("other")
pytestmark = pytest.mark.row("P08")

SHAPES: dict[str, Any] = {
    "a table": select(_P.c.id),
    "objects": select(Property.id),
    "an alias": select(_OTHER.c.id),
    "a join, by its second table": select(literal("x")).select_from(
        _L.join(_D, _L.c.disposal_id == _D.c.id)
    ),
    "parts of rows": select(_L.c.id),
    "two tables": select(_P.c.id, _OTHER.c.id.label("b")).where(_OTHER.c.code == _P.c.code),
    "a subquery": select(select(_P.c.id).subquery().c.id),
    "a common table expression": select(select(_P.c.id).cte("c").c.id),
    "a union": select(union_all(select(_P.c.id), select(_D.c.id)).subquery()),
    "a condition": select(literal("x")).where(exists(select(_P.c.id))),
    "a column": select(select(func.count()).select_from(_P).scalar_subquery()),
    "a count": select(func.count()).select_from(_P),
}


def filled(url: str) -> None:
    harness = Harness(service, url)
    fill(harness.database, service)
    harness.close()


@pytest.fixture
def housing(storage: Storage) -> Iterator[Harness]:
    """Housing with rows in every table."""
    harness = Harness(service, storage.like("filled_housing", filled), migrated=True)
    yield harness
    harness.close()


def rows(housing: Harness, statement: Any, scope: Scope) -> Any:
    with housing.database.reading() as connection:
        principal = Principal("zhang", scope=scope)
        return Reader(connection, Context(principal, housing.clock(), "test")).rows(statement)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("scope", [(), (Realm("98"),), (Realm("9901", ("nobody",)),)])
def test_a_scope_without_rows_finds_none(housing: Harness, shape: str, scope: Scope) -> None:
    found = rows(housing, SHAPES[shape], scope)
    assert not [each for each in found if each[0] not in (0, None)]
    assert rows(housing, SHAPES[shape], EVERYWHERE)


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        ((Realm("990101"),), 4),
        ((Realm("990101"), Realm("990102")), 8),
        ((Realm("9901", UNITS[:1]),), 3),
        ((Realm("990101", UNITS[:2]), Realm("990103")), 6),
        ((Realm("99"),), 12),
        ((Realm("990101"), Realm("990101")), 4),
    ],
)
def test_a_scope_is_any_of_its_realms(housing: Harness, scope: Scope, count: int) -> None:
    [found] = rows(housing, SHAPES["a count"], scope)
    assert found[0] == count


def test_an_outer_join_to_rows_that_may_be_hidden_is_refused() -> None:
    statement = select(_P.c.id).outerjoin(_D, _D.c.property_id == _P.c.id)
    with pytest.raises(TypeError):
        limited(statement, (Realm("9901"),))
    assert limited(statement, EVERYWHERE) is statement


def test_a_percent_sign_in_a_region_matches_nothing(housing: Harness) -> None:
    assert not rows(housing, SHAPES["a table"], (Realm("%"),))


def test_a_table_that_says_nothing_cannot_be_read_within_a_scope() -> None:
    with pytest.raises(KeyError):
        limited(select(outbox.c.id), (Realm("9901"),))


def test_the_statement_given_stays_as_it_was() -> None:
    statement = SHAPES["a table"]
    before = str(statement)
    limited(statement, (Realm("9901"),))
    assert str(statement) == before
