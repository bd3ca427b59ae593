"""A changed, removed or inserted entry shows; writers wait for nobody."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import exc

from chassis.audit.sealing import MOST, Sealer
from chassis.errors import PermissionDenied
from chassis.principal import Principal, Realm
from chassis.storage import secret
from chassis.testing import Harness
from guanjia.audit.v1 import audit_pb2 as pb
from housing.service import service
from tests.chassis.probe import Probe
from tests.chassis.probe.contract import pb as pb_probe
from tests.housing.factories import asset_fields, create_disposal, create_property
from tests.people import person
from tests.together import together

pytestmark = pytest.mark.row("P08")


def seal(probe: Probe) -> int:
    """Seals what waits; how many entries."""
    return Sealer(probe.database, 1, probe.clock).seal()


def sealed(probe: Probe, *counts: int) -> None:
    """Counts so often, and seals each time."""
    for count in counts:
        for _ in range(count):
            probe.call("count", name="a", by=1)
        seal(probe)
        probe.clock.advance(minutes=1)


def problems(probe: Probe) -> list[tuple[str, int]]:
    found = walk(probe)
    kinds = pb.AuditProblemKind.DESCRIPTOR.values_by_number
    return [
        (kinds[each.kind].name.removeprefix("AUDIT_PROBLEM_KIND_"), each.seal)
        for answer in found
        for each in answer.problems
    ]


def walk(probe: Probe) -> list[Any]:
    """The whole trail, stretch by stretch."""
    answers = [probe.call("verify_audit_trail")]
    while answers[-1].next_seal:
        answers.append(probe.call("verify_audit_trail", next_seal=answers[-1].next_seal))
    return answers


def tamper(probe: Probe, sql: str) -> None:
    """What somebody with all rights over the database might do."""
    with probe.database.transaction() as connection:
        if not probe.database.is_sqlite:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        changed = connection.exec_driver_sql(sql)
        assert changed.rowcount == 1, sql


def some_entry(probe: Probe, number: int = 2) -> str:
    with probe.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT id FROM audit ORDER BY id").scalars().all()
    return str(rows[number])


def test_an_untouched_trail_has_no_problems(probe: Probe) -> None:
    sealed(probe, 3, 0, 2)
    probe.call("count", name="a", by=1)
    [answer] = walk(probe)
    assert (answer.entries, answer.seals, answer.unsealed) == (5, 2, 1)
    assert not answer.problems
    assert len(answer.head) == 64


def test_an_empty_trail_has_no_problems(probe: Probe) -> None:
    assert seal(probe) == 0
    assert problems(probe) == []


@pytest.mark.parametrize(
    "change",
    [
        "principal = 'somebody else'",
        "changes = '[]'",
        "at = '2026-03-02 01:00:01+00:00'",
        "result = 'REFUSED'",
        "origin = '127.0.0.1'",
    ],
)
def test_a_changed_entry_shows(probe: Probe, change: str) -> None:
    sealed(probe, 2, 2)
    tamper(probe, f"UPDATE audit SET {change} WHERE id = '{some_entry(probe)}'")
    assert problems(probe) == [("CHANGED", 2)]


def test_a_removed_entry_shows(probe: Probe) -> None:
    sealed(probe, 2, 2)
    tamper(probe, f"DELETE FROM audit WHERE id = '{some_entry(probe)}'")
    assert problems(probe) == [("REMOVED", 2)]


def test_an_entry_removed_with_its_link_shows(probe: Probe) -> None:
    sealed(probe, 2, 2)
    entry = some_entry(probe)
    tamper(probe, f"DELETE FROM audit WHERE id = '{entry}'")
    tamper(probe, f"DELETE FROM audit_links WHERE entry_id = '{entry}'")
    assert problems(probe) == [("SEAL_BROKEN", 2)]


def test_an_entry_removed_before_it_was_sealed_shows(probe: Probe) -> None:
    sealed(probe, 1)
    probe.call("count", name="a", by=1)
    tamper(probe, f"DELETE FROM audit WHERE id = '{some_entry(probe, 1)}'")
    seal(probe)
    assert problems(probe) == [("REMOVED", 2)]


def test_an_inserted_entry_shows(probe: Probe) -> None:
    sealed(probe, 2, 2)
    tamper(probe, _INSERT.format(id="0190b6e0-7d5c-7a3e-8f00-0123456789ab"))
    assert problems(probe) == [("INSERTED", 0)]


def test_an_entry_inserted_as_if_it_waited_for_its_seal_shows(probe: Probe) -> None:
    sealed(probe, 2)
    probe.clock.advance(hours=1)
    sealed(probe, 2)
    id = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
    tamper(probe, _INSERT.format(id=id))
    tamper(probe, f"INSERT INTO audit_waiting (entry_id) VALUES ('{id}')")
    seal(probe)
    assert problems(probe) == [("INSERTED", 3)]


@pytest.mark.parametrize(
    ("sql", "seal"),
    [
        ("DELETE FROM audit_seals WHERE number = 2", 2),
        ("UPDATE audit_seals SET previous = '' WHERE number = 2", 2),
        ("UPDATE audit_seals SET sealed_at = '2020-01-01 00:00:00+00:00' WHERE number = 2", 2),
    ],
)
def test_a_changed_or_removed_seal_shows(probe: Probe, sql: str, seal: int) -> None:
    sealed(probe, 2, 2, 2)
    tamper(probe, sql)
    assert ("SEAL_BROKEN", seal) in problems(probe)


def test_a_chain_made_anew_without_the_key_shows(probe: Probe) -> None:
    sealed(probe, 2, 2)
    tamper(probe, f"UPDATE audit SET changes = '[]' WHERE id = '{some_entry(probe)}'")
    for table in ("audit_links", "audit_seals"):
        with probe.database.transaction() as connection:
            if not probe.database.is_sqlite:
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.exec_driver_sql(f"DELETE FROM {table}")
    with probe.database.transaction() as connection:
        connection.exec_driver_sql("INSERT INTO audit_waiting (entry_id) SELECT id FROM audit")
    secret.use_keys({"stolen": b"0" * 32})
    try:
        seal(probe)
    finally:
        secret.use_keys({})
    assert ("SEAL_BROKEN", 1) in problems(probe)


def test_a_long_trail_is_checked_stretch_by_stretch(probe: Probe) -> None:
    sealed(probe, *[1] * 205)
    tamper(probe, f"UPDATE audit SET changes = '[]' WHERE id = '{some_entry(probe, 150)}'")
    answers = walk(probe)
    assert [each.seals for each in answers] == [100, 100, 5]
    assert sum(each.entries for each in answers) == 205
    assert problems(probe) == [("CHANGED", 151)]


def test_more_than_one_seal_takes_is_sealed_in_several(probe: Probe) -> None:
    ids = [f"{number:036}" for number in range(MOST + 1)]
    with probe.database.transaction() as connection:
        for id in ids:
            connection.exec_driver_sql(_INSERT.format(id=id))
            connection.exec_driver_sql(f"INSERT INTO audit_waiting (entry_id) VALUES ('{id}')")
    assert [seal(probe) for _ in range(3)] == [MOST, 1, 0]
    assert problems(probe) == []


def test_a_backlog_that_takes_several_seals_is_no_insertion(probe: Probe) -> None:
    sealed(probe, 1)
    ids = [f"{number:036}" for number in range(MOST + 20)]
    with probe.database.transaction() as connection:
        for id in ids:
            connection.exec_driver_sql(_INSERT.format(id=id))
            connection.exec_driver_sql(f"INSERT INTO audit_waiting (entry_id) VALUES ('{id}')")
    probe.clock.advance(minutes=5)
    assert seal(probe) == MOST
    probe.clock.advance(hours=1)
    assert seal(probe) == 20
    assert problems(probe) == []


def test_what_is_taken_off_a_document_stands_in_the_entry(
    harness_of: Callable[..., Harness],
) -> None:
    housing = harness_of(service)
    draft = create_disposal(housing, assets=[asset_fields(asset_code="ZC-OLD")])
    housing.call(
        "update_disposal",
        disposal_id=draft.id,
        reason=draft.reason,
        assets=[asset_fields(asset_code="ZC-NEW")],
    )
    changes = json.loads(housing.call("list_audit_entries").entries[-1].changes)
    gone = [each["before"]["asset_code"] for each in changes if "gone" in each]
    new = [each["after"]["asset_code"] for each in changes if "new" in each]
    assert (gone, new) == (["ZC-OLD"], ["ZC-NEW"])


def test_two_sealers_at_once_make_one_chain(probe: Probe) -> None:
    def count_and_seal() -> int:
        for _ in range(5):
            probe.call("count", name="a", by=1)
        return seal(probe)

    outcomes = together(*[count_and_seal] * 4)
    assert not [each for each in outcomes if isinstance(each, Exception)]
    seal(probe)
    [answer] = walk(probe)
    assert (answer.entries, answer.unsealed, list(answer.problems)) == (20, 0, [])


def test_who_from_where_and_with_which_result_stand_in_the_entry(probe: Probe) -> None:
    clerk = person("zhang", unit_id="u1", region_code="990101")
    probe.call("count", user=clerk, name="a", by=1, request_id="r-7")
    [entry] = probe.call("list_audit_entries").entries
    assert (entry.principal, entry.unit_id, entry.origin) == ("zhang", "u1", "10.0.0.7")
    assert (entry.act, entry.request_id, entry.result) == ("probe.count", "r-7", "OK")
    assert '"count":1' in entry.changes
    assert entry.seal == 0
    seal(probe)
    assert probe.call("list_audit_entries").entries[0].seal == 1


def test_acts_of_systems_and_services_are_the_deployments_and_its_auditors_see_them(
    probe: Probe,
) -> None:
    probe.call("count", user=person("cert:link", region_code=""), name="a", by=1)
    probe.react("on_counted", pb_probe.Counted(name="a", by=5))
    auditor = person("he", "auditor", realm=Realm("9901"))
    entries = probe.call("list_audit_entries", user=auditor).entries
    assert [each.principal for each in entries] == ["cert:link", "service:probe.on_counted"]


def test_what_was_refused_for_want_of_right_stands_there_with_what_was_asked_for(
    harness_of: Callable[..., Harness],
) -> None:
    housing = harness_of(service)
    stranger = person("zhang", realm=Realm("990102"))
    with pytest.raises(PermissionDenied):
        create_property(housing, user=stranger, request_id="r-9", region_code="990101")
    [entry] = housing.call("list_audit_entries").entries
    assert (entry.principal, entry.act) == ("zhang", "housing.create_property")
    assert (entry.result, entry.request_id) == ("OUT_OF_SCOPE", "r-9")


def test_entries_are_found_by_person_and_day(probe: Probe) -> None:
    probe.call("count", user="li", name="a", by=1)
    probe.clock.advance(hours=15)  # 00:00 of the next day in China
    probe.call("count", user="wang", name="a", by=1)

    def found(**given: str) -> list[str]:
        return [each.principal for each in probe.call("list_audit_entries", **given).entries]

    assert found() == ["li", "wang"]
    assert found(principal="li") == ["li"]
    assert found(from_day="2026-03-03") == ["wang"]
    assert found(to_day="2026-03-02") == ["li"]
    assert found(to_day="2200-12-31") == ["li", "wang"]


def test_an_auditor_of_a_district_reads_its_entries_and_the_citys_verifies_all(
    probe: Probe,
) -> None:
    for subject, region in (("zhang", "990101"), ("wang", "990102")):
        probe.call("count", user=person(subject, region_code=region), name="a", by=1)
    auditor: Principal = person("sun", "auditor", realm=Realm("990101"))
    entries = probe.call("list_audit_entries", user=auditor).entries
    assert [each.principal for each in entries] == ["zhang"]
    seal(probe)
    with pytest.raises(PermissionDenied):
        probe.call("verify_audit_trail", user=auditor)
    answer = probe.call("verify_audit_trail", user=person("he", "auditor", realm=Realm("9901")))
    assert (answer.entries, list(answer.problems)) == (2, [])


def test_sealing_time_is_the_clocks(probe: Probe) -> None:
    sealed(probe, 1)
    with probe.database.reading() as connection:
        at = str(connection.exec_driver_sql("SELECT sealed_at FROM audit_seals").scalar_one())
    assert at.startswith((probe.clock.at - timedelta(minutes=1)).strftime("%Y-%m-%d %H:%M"))


@pytest.mark.parametrize("sql", ["UPDATE audit SET act = ''", "DELETE FROM audit"])
def test_s8_nobody_changes_the_trail_by_the_way(
    harness_of: Callable[..., Harness], sql: str
) -> None:
    housing = harness_of(service)
    with housing.database.transaction() as connection:
        connection.exec_driver_sql(_INSERT.format(id="1"))
    refused = pytest.raises(exc.DBAPIError, match="append-only")
    with refused, housing.database.transaction() as connection:
        connection.exec_driver_sql(sql)


_INSERT = (
    "INSERT INTO audit (id, at, principal, region_code, unit_id, origin, act, request_id,"
    " result, changes) VALUES ('{id}', '2026-03-02 01:00:30+00:00', 'zhang', '', '', '',"
    " 'probe.count', 'r', 'OK', '[]')"
)
