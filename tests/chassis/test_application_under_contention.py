"""R22: what the database refuses for now is done again as a whole, or refused in words."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select, text

from chassis.errors import Conflict, Unavailable
from chassis.storage import UnitOfWork
from chassis.wire import Values
from tests.chassis.probe import Probe
from tests.chassis.probe.counters.model import Counter
from tests.storage import Storage
from tests.together import together

only_postgresql = pytest.mark.parametrize("storage", ["postgresql"], indirect=True)


def test_r22_no_update_is_lost_among_eight_threads(probe: Probe) -> None:
    probe.call("count", name="a", by=0)

    def add() -> int:
        done = 0
        while done < 5:
            try:
                probe.call("count", name="a", by=1)
                done += 1
            except Conflict as refused:
                assert refused.reason == "STALE"
        return done

    assert together(*[add] * 8) == [5] * 8
    assert probe.total() == 40


def test_r22_a_new_object_made_twice_at_once_is_made_once(probe: Probe) -> None:
    """The second meets a unique key, begins again and finds the object."""
    outcomes = together(*[lambda: probe.call("count", name="a", by=1).count] * 4)
    assert sorted(outcomes, key=str) == [1, 2, 3, 4]
    assert probe.count("probe_counters") == 1


def test_r22_a_key_that_stays_taken_ends_as_busy(probe: Probe) -> None:
    probe.call("count", name="a", by=1)

    def take_it_blindly(uow: UnitOfWork, request: Values) -> Counter:
        made = Counter(name="a", count=1)
        uow.add(made)
        return made

    probe.use(take_it_blindly)
    with pytest.raises(Conflict) as refused:
        probe.call("count")
    assert refused.value.reason == "BUSY"


def test_r22_of_two_changes_with_the_same_etag_one_wins(probe: Probe) -> None:
    created = probe.call("count", name="a", by=1)
    outcomes = together(
        *(
            lambda name=name: probe.call("rename", id=created.id, etag=created.etag, name=name).name
            for name in ("b", "c")
        )
    )
    [refused] = [each for each in outcomes if isinstance(each, Exception)]
    assert isinstance(refused, Conflict)
    assert refused.reason == "STALE"


@only_postgresql
def test_r22_a_deadlock_is_broken_and_its_victim_begins_again(probe: Probe) -> None:
    ids = {name: probe.call("count", name=name, by=0).id for name in ("a", "b")}
    both_hold_one = threading.Barrier(2)
    attempts: list[str] = []

    def add_to_both(uow: UnitOfWork, request: Values) -> Counter:
        """Locks a then b, or b then a, each once the other holds its first."""
        uow._connection.execute(text("SET LOCAL deadlock_timeout = '50ms'"))
        attempts.append(request.name)
        for name in request.name:
            found = uow.get(Counter, ids[name], "name", lock=True)
            if len(attempts) <= 2 and name == request.name[0]:
                both_hold_one.wait(10)
            found.count += 1
        return found

    probe.use(add_to_both)
    together(*(lambda order=order: probe.call("count", name=order) for order in ("ab", "ba")))
    assert (probe.total("a"), probe.total("b")) == (2, 2)
    assert len(attempts) == 3


@only_postgresql
@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "57P01", "53300"])
def test_r22_what_may_pass_is_tried_again_as_a_whole(probe: Probe, sqlstate: str) -> None:
    attempts: list[int] = []

    def fail_at_first(uow: UnitOfWork, request: Values) -> Counter:
        found = Counter(name="a", count=1)
        uow.add(found)
        uow.flush()
        attempts.append(1)
        if len(attempts) < 3:
            uow._connection.execute(text(f"DO $$ BEGIN RAISE SQLSTATE '{sqlstate}'; END $$"))
        return found

    probe.use(fail_at_first)
    assert probe.call("count").count == 1
    assert len(attempts) == 3
    assert probe.total() == probe.count("audit") == 1


@only_postgresql
def test_r22_what_never_passes_ends_as_unavailable(probe: Probe) -> None:
    attempts: list[int] = []

    def fail(uow: UnitOfWork, request: Values) -> object:
        attempts.append(1)
        return uow._connection.execute(text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"))

    probe.use(fail)
    with pytest.raises(Unavailable):
        probe.call("count")
    assert len(attempts) == 5


@only_postgresql
def test_r22_a_broken_connection_is_replaced(probe: Probe) -> None:
    attempts: list[int] = []

    def be_cut_off(uow: UnitOfWork, request: Values) -> Counter:
        attempts.append(1)
        if len(attempts) == 1:
            uow._connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        found = Counter(name="a", count=1)
        uow.add(found)
        return found

    probe.use(be_cut_off)
    assert probe.call("count").count == 1
    assert len(attempts) == 2


@only_postgresql
def test_r22_a_statement_without_end_ends_as_unavailable_at_once(storage: Storage) -> None:
    probe = Probe(storage, statement_timeout_ms=100)
    attempts: list[int] = []

    def sleep(uow: UnitOfWork, request: Values) -> object:
        attempts.append(1)
        return uow._connection.execute(text("SELECT pg_sleep(20)"))

    probe.use(sleep)
    with pytest.raises(Unavailable):
        probe.call("count")
    assert len(attempts) == 1
    probe.close()


@only_postgresql
def test_r22_a_lock_held_too_long_ends_as_unavailable_at_once(storage: Storage) -> None:
    probe = Probe(storage, lock_timeout_ms=100)
    id = probe.call("count", name="a", by=1).id
    with probe.database.transaction() as holder:
        holder.execute(select(Counter).where(Counter.id == id).with_for_update())
        with pytest.raises(Unavailable):
            probe.call("rename", id=id, name="b")
    assert probe.call("rename", id=id, name="b").name == "b"
    probe.close()


def test_r22_more_callers_than_connections_take_turns(storage: Storage) -> None:
    probe = Probe(storage, pool_size=2)
    outcomes = together(
        *(lambda name=name: probe.call("count", name=name, by=1).count for name in "abcdefgh")
    )
    assert outcomes == [1] * 8
    probe.close()
