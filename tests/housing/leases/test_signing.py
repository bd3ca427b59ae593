"""Leases as they are signed, and corrected."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import AlreadyExists, Conflict, IllegalState, InvalidInput, NotFound
from chassis.testing import Harness
from guanjia.directory.v1 import directory_pb2
from guanjia.directory.v1 import events_pb2 as directory_events
from guanjia.housing.v1 import events_pb2
from guanjia.housing.v1 import leases_pb2 as pb
from guanjia.housing.v1 import properties_pb2 as pp
from tests.housing.factories import USCC, approved_disposal, create_property
from tests.housing.leases.factories import lease_fields, on, rented, sign
from tests.housing.rooms.factories import a_room, a_unit
from tests.refusals import refusal

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
UNIT = "0190b6e0-7d5c-7a3e-8f00-000000000001"
pytestmark = pytest.mark.row("H12")


def told_of_unit(housing: Harness, name: str, version: int = 1) -> None:
    unit = directory_pb2.Unit(
        id=UNIT, uscc=USCC, name=name, region_code="990101", etag=str(version)
    )
    housing.react("on_unit_changed", directory_events.UnitChanged(unit=unit))


def test_a_lease_takes_from_the_register_what_it_does_not_say(housing: Harness) -> None:
    building = create_property(housing, use_state="USE_STATE_IDLE")
    signed = sign(housing, code="ｈｔ-1", property_id=building.id, pay_within_days=10)
    assert housing.call("get_lease", lease_id=signed.id) == signed
    assert (signed.code, signed.property_code, signed.address, signed.region_code) == (
        "HT-1",
        building.code,
        "云澜市政通路12号",
        "990101",
    )
    assert (signed.unit_name, signed.unit_uscc) == ("云澜市财政局", USCC)
    assert (signed.status, signed.etag) == (pb.LEASE_STATUS_UPCOMING, "1")
    assert [(each.from_on, each.to_on, each.due_on) for each in signed.charges] == [
        ("2026-04-01", "2026-06-30", "2026-04-11"),
        ("2026-07-01", "2026-09-30", "2026-07-11"),
        ("2026-10-01", "2026-12-31", "2026-10-11"),
        ("2027-01-01", "2027-03-31", "2027-01-11"),
    ]
    assert [(each.year, each.amount_fen) for each in signed.years] == [
        (2026, 9_000_000),
        (2027, 3_000_000),
    ]
    assert [fact for fact in housing.facts() if "Lease" in type(fact).__name__] == []


def test_what_a_lease_says_itself_stands(housing: Harness) -> None:
    said = {
        "address": "政通路12号附1号",
        "region_code": "990102",
        "unit_name": "云澜市档案馆",
    }
    signed = sign(housing, **said)
    assert {name: getattr(signed, name) for name in said} == said
    assert (signed.unit_id, signed.unit_uscc) == ("", "")


def test_what_is_lent_bears_no_rent_and_has_no_charges(housing: Harness) -> None:
    lent = sign(housing, direction="LEASE_DIRECTION_LENT", rent_fen=0, period_months=0)
    assert (list(lent.charges), lent.charged_fen) == ([], 0)
    fields = lease_fields(direction="LEASE_DIRECTION_LENT", property_id=lent.property_id)
    told = refusal(housing, "sign_lease", InvalidInput, **fields)
    assert told == ("LENT_WITHOUT_RENT", ["rent_fen"])


def test_what_is_rented_need_not_be_on_the_register(housing: Harness) -> None:
    signed = housing.call("sign_lease", **rented())
    assert (signed.property_id, signed.unit_name) == ("", "云澜市财政局")


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"code": ""}, "code", "REQUIRED"),
        ({"direction": 0}, "direction", "REQUIRED"),
        ({"direction": "LEASE_DIRECTION_OUT"}, "property_id", "REQUIRED"),
        ({"property_id": "1"}, "property_id", "INVALID_ID"),
        ({"premises": ""}, "premises", "REQUIRED"),
        ({"address": ""}, "address", "REQUIRED"),
        ({"region_code": ""}, "region_code", "REQUIRED"),
        ({"unit_name": ""}, "unit_name", "REQUIRED"),
        ({"unit_uscc": "1"}, "unit_uscc", "INVALID_USCC"),
        ({"counterparty": ""}, "counterparty", "REQUIRED"),
        ({"contact_phone": "12ab"}, "contact_phone", "INVALID_PHONE"),
        ({"area_m2": -1}, "area_m2", "OUT_OF_RANGE"),
        ({"start_on": ""}, "start_on", "REQUIRED"),
        ({"end_on": "2026-03-31"}, "end_on", "ENDS_BEFORE_START"),
        ({"end_on": "2199-12-31", "period_months": 1}, "end_on", "TERM_TOO_LONG"),
        ({"rent_fen": -1}, "rent_fen", "OUT_OF_RANGE"),
        ({"rent_fen": 10**12 + 1}, "rent_fen", "OUT_OF_RANGE"),
        ({"period_months": 2}, "period_months", "UNKNOWN_PERIOD"),
        ({"period_months": 0}, "period_months", "REQUIRED"),
        ({"pay_within_days": 91}, "pay_within_days", "OUT_OF_RANGE"),
        ({"deposit_fen": -1}, "deposit_fen", "OUT_OF_RANGE"),
        ({"tendered": True}, "tender_number", "REQUIRED"),
    ],
    ids=str,
)
def test_a_lease_that_breaks_a_rule_is_refused_by_field(
    housing: Harness, changes: dict[str, Any], field: str, reason: str
) -> None:
    told = refusal(housing, "sign_lease", InvalidInput, **rented(**changes))
    assert told == (reason, [field])


def test_a_contract_number_is_known_once(housing: Harness) -> None:
    sign(housing, code="HT-1")
    told = refusal(housing, "sign_lease", AlreadyExists, **rented(code="ｈｔ-1"))
    assert told == ("CODE_TAKEN", ["code"])


def test_a_property_nobody_registered_is_not_let(housing: Harness) -> None:
    fields = lease_fields(property_id=NOBODY)
    assert refusal(housing, "sign_lease", NotFound, **fields) == ("NOT_FOUND", ["property_id"])


def test_what_is_dangerous_or_leaving_is_not_let(housing: Harness) -> None:
    dangerous = create_property(housing, use_state="USE_STATE_DANGEROUS").id
    leaving = create_property(housing).id
    approved_disposal(housing, property_id=leaving, assets=[])
    for id in (dangerous, leaving):
        fields = lease_fields(property_id=id)
        assert refusal(housing, "sign_lease", IllegalState, **fields)[0] == "ILLEGAL_STATE"


def test_an_update_changes_phone_and_note_and_nothing_else(housing: Harness) -> None:
    signed = sign(housing)
    updated = housing.call(
        "update_lease", lease_id=signed.id, contact_phone="0990-12345678", note="换联系人"
    )
    expected = pb.Lease()
    expected.CopyFrom(signed)
    expected.contact_phone, expected.note, expected.etag = "099******5678", "换联系人", "2"
    assert updated == expected
    stale = {"lease_id": signed.id, "etag": signed.etag, "note": "乙"}
    assert refusal(housing, "update_lease", Conflict, **stale) == ("STALE", ["etag"])


def test_a_phone_is_masked_wherever_a_lease_is_told_of_unless_revealed(housing: Harness) -> None:
    signed = sign(housing)
    [listed] = housing.call("list_leases").leases
    assert {signed.contact_phone, listed.contact_phone} == {"138****5678"}
    revealed = housing.call("reveal_lease", lease_id=signed.id)
    assert revealed.contact_phone == "13812345678"
    with housing.database.reading() as connection:
        kept = connection.exec_driver_sql("SELECT contact_phone FROM leases").scalar_one()
    assert kept
    assert "13812345678" not in kept


def test_a_lease_follows_its_unit(housing: Harness) -> None:
    signed = sign(housing)
    assert signed.unit_id == ""
    told_of_unit(housing, "云澜市财政管理局")
    read = housing.call("get_lease", lease_id=signed.id)
    assert (read.unit_id, read.unit_name) == (UNIT, "云澜市财政管理局")
    told_of_unit(housing, "云澜市财政和国资局", 2)
    assert housing.call("get_lease", lease_id=signed.id).unit_name == "云澜市财政和国资局"
    named = housing.call("sign_lease", **rented(unit_name="云澜市财政和国资局"))
    assert (named.unit_id, named.unit_uscc) == (UNIT, USCC)


@pytest.mark.parametrize(
    ("direction", "rent_fen", "state"),
    [
        ("LEASE_DIRECTION_OUT", 3_000_000, pp.USE_STATE_LET),
        ("LEASE_DIRECTION_LENT", 0, pp.USE_STATE_LENT),
    ],
)
def test_a_property_given_as_a_whole_is_in_use_as_such_until_the_lease_is_terminated(
    housing: Harness, direction: str, rent_fen: int, state: Any
) -> None:
    id = create_property(housing, use_state="USE_STATE_IDLE").id
    whole = {"property_id": id, "direction": direction, "rent_fen": rent_fen}
    signed = sign(housing, **whole, whole_property=True)
    assert housing.call("get_property", property_id=id).use_state == state
    on(housing, "2026-04-01")
    housing.call("terminate_lease", lease_id=signed.id, terminated_on="2026-04-01")
    assert housing.call("get_property", property_id=id).use_state == pp.USE_STATE_IDLE
    states = [fact.use_state for fact in housing.facts(events_pb2.PropertyChanged)]
    assert states == [pp.USE_STATE_IDLE, state, pp.USE_STATE_IDLE]


def test_a_part_of_a_property_that_is_let_changes_nothing_of_the_property(housing: Harness) -> None:
    id = create_property(housing, use_state="USE_STATE_IN_USE").id
    lease = sign(housing, property_id=id)
    on(housing, "2026-05-01")
    housing.call("terminate_lease", lease_id=lease.id, terminated_on="2026-05-01")
    assert housing.call("get_property", property_id=id).use_state == pp.USE_STATE_IN_USE
    assert len(housing.facts()) == 1


def test_a_lease_that_is_over_already_changes_nothing_of_the_property(housing: Harness) -> None:
    id = create_property(housing, use_state="USE_STATE_IDLE").id
    sign(housing, property_id=id, whole_property=True, start_on="2024-01-01", end_on="2024-12-31")
    assert housing.call("get_property", property_id=id).use_state == pp.USE_STATE_IDLE


def test_nobody_gets_what_another_has_meanwhile(housing: Harness) -> None:
    whole, parts = (create_property(housing, use_state="USE_STATE_IDLE").id for _ in range(2))
    sign(housing, property_id=whole, whole_property=True)
    sign(housing, property_id=parts)
    sign(housing, property_id=parts)
    for fields in (
        lease_fields(property_id=whole),
        lease_fields(property_id=parts, whole_property=True, start_on="2027-03-31"),
    ):
        assert refusal(housing, "sign_lease", IllegalState, **fields)[0] == "ALREADY_LET"
    later = {"start_on": "2027-04-01", "end_on": "2028-03-31", "whole_property": True}
    for id in (whole, parts):
        assert sign(housing, property_id=id, **later).whole_property


@pytest.mark.parametrize("direction", ["OUT", "LENT"])
def test_a_property_in_which_a_unit_has_a_room_is_not_given_as_a_whole(
    housing: Harness, direction: str
) -> None:
    building = create_property(housing, use_state="USE_STATE_IDLE")
    room = a_room(housing, 20, unit_id=a_unit(housing), building=building)
    given = {"direction": f"LEASE_DIRECTION_{direction}", "rent_fen": 0}
    fields = lease_fields(property_id=building.id, whole_property=True, **given)
    assert refusal(housing, "sign_lease", IllegalState, **fields)[0] == "ROOMS_IN_USE"
    over = {"start_on": "2024-01-01", "end_on": "2024-12-31", "whole_property": True}
    sign(housing, property_id=building.id, **over, **given)
    housing.call("free_room", room_id=room.id, to_on="2026-03-01")
    assert housing.call("sign_lease", **fields).whole_property


def test_a_property_in_which_a_room_is_reserved_is_not_let_as_a_whole(housing: Harness) -> None:
    building = create_property(housing, use_state="USE_STATE_IDLE")
    room = a_room(housing, 20, building=building)
    with housing.database.transaction() as connection:
        reserve = "UPDATE rooms SET reserved_for = 'FP-1' WHERE id = '{}'"
        connection.exec_driver_sql(reserve.format(room.id))
    fields = lease_fields(property_id=building.id, whole_property=True)
    assert refusal(housing, "sign_lease", IllegalState, **fields)[0] == "ROOMS_IN_USE"
    assert sign(housing, property_id=building.id).property_id == building.id


def test_the_status_follows_from_the_day(housing: Harness) -> None:
    id = sign(housing).id
    for day, status in [
        ("2026-03-31", pb.LEASE_STATUS_UPCOMING),
        ("2026-04-01", pb.LEASE_STATUS_RUNNING),
        ("2027-03-31", pb.LEASE_STATUS_RUNNING),
        ("2027-04-01", pb.LEASE_STATUS_ENDED),
    ]:
        on(housing, day)
        assert housing.call("get_lease", lease_id=id).status == status
