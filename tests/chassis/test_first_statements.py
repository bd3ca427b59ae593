"""A transaction begins with its first statement, whatever that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert, literal_column, select, text, update

from chassis.errors import Conflict
from chassis.storage import UnitOfWork
from chassis.storage.columns import new_id
from chassis.storage.tables import numbers
from chassis.wire import Values
from tests.chassis.probe import Probe
from tests.chassis.probe.counters.model import Counter


def add(uow: UnitOfWork, names: str) -> None:
    uow.add(*(Counter(name=name, count=1) for name in names))
    uow.flush()


FIRST: dict[str, Callable[[UnitOfWork], Any]] = {
    "nothing at all": lambda uow: None,
    "a new object": lambda uow: add(uow, "a"),
    "several new objects": lambda uow: add(uow, "abc"),
    "a number": lambda uow: uow.next_numbers("A"),
    "an object by id": lambda uow: uow._session.get(Counter, new_id()),
    "an object to lock": lambda uow: uow._session.get(Counter, new_id(), with_for_update=True),
    "a pattern": lambda uow: uow.find(select(Counter).where(Counter.name.like("a%_"))),
    "an escaped pattern": lambda uow: uow.find(
        select(Counter).where(Counter.name.startswith("a%s", autoescape=True))
    ),
    "a percent sign": lambda uow: uow._connection.execute(text("SELECT 'a%s' AS a, 5 % 3")),
    "a literal": lambda uow: uow._connection.execute(select(literal_column("'%(x)s'"))),
    "a question mark": lambda uow: uow._connection.execute(text("SELECT '?'")),
    "raw SQL": lambda uow: uow._connection.exec_driver_sql("SELECT 1"),
    "an update": lambda uow: uow._connection.execute(update(numbers).values(last=5)),
    "many rows": lambda uow: uow._connection.execute(
        insert(numbers),
        [{"series": f"S{each}", "year": 2026, "last": each} for each in range(3)],
    ),
    "many updates": lambda uow: uow._connection.execute(
        text("UPDATE numbers SET last = :last"), [{"last": each} for each in range(3)]
    ),
}


@pytest.mark.parametrize("first", FIRST)
def test_r12_a_command_happens_once_whatever_its_first_statement(probe: Probe, first: str) -> None:
    calls: list[str] = []

    def act(uow: UnitOfWork, request: Values) -> Counter:
        calls.append(request.name)
        FIRST[first](uow)
        if request.name == "refuse":
            raise Conflict.stale()
        made = Counter(name="made", count=len(calls))
        uow.add(made)
        return made

    probe.use(act)
    with pytest.raises(Conflict):
        probe.call("count", name="refuse", request_id="one")
    assert [probe.count(each) for each in ("replies", "numbers", "probe_counters")] == [0, 0, 0]
    made = probe.call("count", name="accept", request_id="one")
    assert probe.call("count", name="accept", request_id="one") == made
    assert probe.count("replies") == probe.count("audit") == 1
