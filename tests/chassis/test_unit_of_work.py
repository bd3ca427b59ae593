"""State, facts, numbers and audit row in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.contract import ContractMismatch
from chassis.errors import Conflict, NotFound, PermissionDenied
from chassis.principal import Principal, Realm
from chassis.storage import UnitOfWork
from chassis.wire import Values
from tests.chassis.probe import Probe
from tests.chassis.probe.contract import pb
from tests.chassis.probe.counters.model import Counter
from tests.together import together


def audit_of(probe: Probe) -> list[Any]:
    """Audit rows, oldest first, their changes read."""
    with probe.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM audit ORDER BY id").mappings().all()
    return [{**row, "changes": json.loads(row["changes"])} for row in rows]


def number(probe: Probe) -> str:
    """The next number of series A, given in a command of its own."""

    def give(uow: UnitOfWork, request: Values) -> dict[str, str]:
        return {"name": uow.next_numbers("A")[0]}

    probe.use(give)
    return str(probe.call("count", name="-").name)


def test_i6_an_accepted_command_has_one_audit_row_with_who_what_before_and_after(
    probe: Probe,
) -> None:
    created = probe.call("count", name="a", by=1, user="zhang", request_id="one")
    probe.call("count", name="a", by=2, user="li", request_id="two")
    first, second = audit_of(probe)
    assert (first["principal"], first["act"], first["request_id"]) == (
        "zhang",
        "probe.count",
        "one",
    )
    [change] = first["changes"]
    assert change["new"] == f"probe_counters/{created.id}"
    assert (change["after"]["name"], change["after"]["count"]) == ("a", 1)
    assert (second["principal"], second["request_id"]) == ("li", "two")
    assert second["changes"] == [
        {"object": f"probe_counters/{created.id}", "before": {"count": 1}, "after": {"count": 3}}
    ]


def test_i6_what_was_set_to_what_it_was_is_no_change(probe: Probe) -> None:
    created = probe.call("count", name="a", by=1)
    renamed = probe.call("rename", id=created.id, name="a")
    assert renamed.etag == created.etag
    assert audit_of(probe)[-1]["changes"] == []


def test_i6_a_reaction_leaves_an_audit_row_in_its_own_name(probe: Probe) -> None:
    probe.react("on_counted", pb.Counted(name="a", by=5))
    [row] = audit_of(probe)
    assert (row["principal"], row["act"]) == ("service:probe.on_counted", "probe.on_counted")


def test_i6_a_refused_command_leaves_nothing(probe: Probe) -> None:
    with pytest.raises(NotFound):
        probe.call("rename", id="nobody", name="b")
    assert [probe.count(table) for table in ("audit", "replies", "outbox")] == [0, 0, 0]


def test_each_change_makes_a_new_version_and_moves_updated_at_alone(probe: Probe) -> None:
    first = probe.call("count", name="a", by=1)
    probe.clock.advance(seconds=1.5)
    second = probe.call("count", name="a", by=1)
    assert (first.etag, second.etag) == ("1", "2")
    assert second.created_at == first.created_at == first.updated_at
    assert second.updated_at.ToDatetime(UTC) == probe.clock.at


def test_touching_an_object_makes_a_new_version(probe: Probe) -> None:
    created = probe.call("count", name="a", by=1)

    def touch(uow: UnitOfWork, request: Values) -> Counter:
        found = uow.get(Counter, created.id, "id")
        found.touch()
        return found

    probe.use(touch)
    probe.clock.advance(seconds=1)
    touched = probe.call("count")
    assert touched.etag == "2"
    assert touched.updated_at.ToDatetime(UTC) == probe.clock.at


def removing(id: str) -> Callable[[UnitOfWork, Values], dict[str, str]]:
    def remove(uow: UnitOfWork, request: Values) -> dict[str, str]:
        uow.remove(uow.get(Counter, id, "id"))
        return {}

    return remove


def test_what_is_removed_is_gone_and_the_trail_keeps_what_it_was(probe: Probe) -> None:
    created = probe.call("count", name="a", by=1)
    kept = probe.call("count", name="b", by=2)
    probe.use(removing(created.id))
    probe.call("count")
    assert [each.id for each in probe.call("list_counters").counters] == [kept.id]
    [change] = audit_of(probe)[-1]["changes"]
    assert change["gone"] == f"probe_counters/{created.id}"
    assert (change["before"]["name"], change["before"]["count"]) == ("a", 1)


def test_nobody_removes_what_is_outside_their_scope(probe: Probe) -> None:
    created = probe.call("count", name="a", by=1)
    probe.use(removing(created.id))
    district = Principal("district", scope=(Realm("990101"),))
    with pytest.raises(PermissionDenied) as refused:
        probe.call("count", user=district)
    assert refused.value.reason == "OUT_OF_SCOPE"
    assert probe.count("probe_counters") == 1


def test_a_missing_object_is_refused_by_the_name_of_the_field(probe: Probe) -> None:
    with pytest.raises(NotFound) as refused:
        probe.call("rename", id="nobody", name="b")
    [violation] = refused.value.violations
    assert (violation.field, violation.reason) == ("id", "NOT_FOUND")


def test_r22_a_stale_etag_is_refused_and_an_empty_one_is_not(probe: Probe) -> None:
    created = probe.call("count", name="a", by=1)
    probe.call("count", name="a", by=1)
    with pytest.raises(Conflict) as refused:
        probe.call("rename", id=created.id, etag=created.etag, name="b")
    assert refused.value.reason == "STALE"
    assert probe.call("rename", id=created.id, name="b").name == "b"


def test_a_fact_carries_the_version_its_object_has_after_the_change(probe: Probe) -> None:
    created = probe.call("count", name="a", by=1)
    probe.call("count", name="a", by=1)
    with probe.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT envelope FROM outbox ORDER BY id").scalars()
        envelopes = [json.loads(row) for row in rows]
    assert [each["aggregateversion"] for each in envelopes] == [1, 2]
    assert {each["subject"] for each in envelopes} == {created.id}


def test_a_message_that_is_no_fact_cannot_be_published(probe: Probe) -> None:
    def publish(uow: UnitOfWork, request: Values) -> Counter:
        made = Counter(name="a", count=0)
        uow.add(made)
        uow.publish(pb.Counter(), of=made)
        return made

    probe.use(publish)
    with pytest.raises(ContractMismatch):
        probe.call("count")
    assert probe.count("probe_counters") == 0


def test_numbers_follow_one_another(probe: Probe) -> None:
    assert [number(probe) for _ in range(3)] == ["A-2026-000001", "A-2026-000002", "A-2026-000003"]


def test_several_numbers_are_given_in_one_piece(probe: Probe) -> None:
    given: list[list[str]] = []

    def give(uow: UnitOfWork, request: Values) -> dict[str, str]:
        given.append(uow.next_numbers("A", 3) + uow.next_numbers("B"))
        return {}

    probe.use(give)
    probe.call("count")
    probe.call("count")
    assert given[1] == ["A-2026-000004", "A-2026-000005", "A-2026-000006", "B-2026-000002"]


def test_numbers_begin_again_with_the_year_in_china(probe: Probe) -> None:
    probe.clock.at = datetime(2026, 12, 31, 15, 59, 59, 999_999, tzinfo=UTC)
    assert number(probe) == "A-2026-000001"
    probe.clock.at = datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert number(probe) == "A-2027-000001"


def test_a_number_whose_command_fails_is_given_again(probe: Probe) -> None:
    def fail(uow: UnitOfWork, request: Values) -> Counter:
        uow.next_numbers("A")
        raise Conflict.stale()

    probe.use(fail)
    with pytest.raises(Conflict):
        probe.call("count")
    assert number(probe) == "A-2026-000001"


def test_numbers_given_at_once_have_no_gap_and_no_double(probe: Probe) -> None:
    def give(uow: UnitOfWork, request: Values) -> dict[str, str]:
        return {"name": uow.next_numbers("A")[0]}

    probe.use(give)

    def ask() -> list[str]:
        return [probe.call("count").name for _ in range(5)]

    given = [each for names in together(*[ask] * 8) for each in names]  # type: ignore[union-attr]
    assert sorted(given) == [f"A-2026-{each:06}" for each in range(1, 41)]
