"""What others have, or will have, neither leaves the register nor changes its shape."""

from __future__ import annotations

from datetime import date

import pytest

from chassis.errors import IllegalState
from chassis.principal import Principal, Realm
from chassis.storage import UnitOfWork
from chassis.storage.reader import Context
from chassis.testing import Harness
from guanjia.housing.v1 import properties_pb2 as pp
from housing.leases.lettings import given_from
from tests.housing.factories import create_disposal, create_property
from tests.housing.leases.factories import on, rented, sign
from tests.refusals import refusal

pytestmark = pytest.mark.row("H12")

DAYS = ("2026-03-31", "2026-04-01", "2027-03-31", "2027-04-01")


def given_on(housing: Harness, day: str, *property_ids: str) -> set[str]:
    """As somebody finds it who may know of none of the leases."""
    stranger = Principal("li", scope=(Realm("98"),))
    with housing.database.reading() as connection:
        context = Context(stranger, housing.clock(), "test")
        uow = UnitOfWork(connection, context, housing.database)
        return given_from(uow, property_ids, date.fromisoformat(day))


@pytest.mark.parametrize("direction", ["OUT", "LENT"])
def test_a_property_is_given_to_others_until_the_last_day_from_the_signature_on(
    housing: Harness, direction: str
) -> None:
    id = sign(housing, direction=f"LEASE_DIRECTION_{direction}", rent_fen=0).property_id
    free = create_property(housing).id
    assert [given_on(housing, day, id, free) for day in DAYS] == [{id}, {id}, {id}, set()]


def test_what_is_rented_is_not_given_to_others(housing: Harness) -> None:
    id = create_property(housing).id
    housing.call("sign_lease", **rented(property_id=id))
    assert given_on(housing, "2026-04-01", id) == set()


def test_what_is_cut_short_is_given_until_its_new_last_day(housing: Harness) -> None:
    lease = sign(housing)
    on(housing, "2026-05-10")
    housing.call("terminate_lease", lease_id=lease.id, terminated_on="2026-05-10")
    told = [given_on(housing, day, lease.property_id) for day in ("2026-05-10", "2026-05-11")]
    assert told == [{lease.property_id}, set()]


def test_a_property_whose_lease_has_not_begun_is_not_disposed_of(housing: Harness) -> None:
    on(housing, "2026-03-31")
    id = sign(housing).property_id
    draft = create_disposal(housing, property_id=id)
    told = refusal(housing, "submit_disposal", IllegalState, disposal_id=draft.id)
    assert told[0] == "LEASE_RUNNING"


def test_a_property_whose_lease_has_not_begun_is_not_merged(housing: Harness) -> None:
    on(housing, "2026-03-31")
    ids = [sign(housing).property_id, create_property(housing, use_state="USE_STATE_IDLE").id]
    merger = {"property_ids": ids, "code": "YL-M", "name": "合并后", "reason": "合并"}
    assert refusal(housing, "merge_properties", IllegalState, **merger)[0] == "LEASE_RUNNING"


def test_a_property_stays_let_when_one_lease_ends_and_another_is_to_begin(
    housing: Harness,
) -> None:
    first = sign(housing, whole_property=True)
    later = {"start_on": "2028-04-01", "end_on": "2029-03-31", "whole_property": True}
    sign(housing, property_id=first.property_id, **later)
    on(housing, "2026-06-30")
    housing.call("terminate_lease", lease_id=first.id, terminated_on="2026-06-30")
    building = housing.call("get_property", property_id=first.property_id)
    assert building.use_state == pp.USE_STATE_LET
