"""Leasing and building only where stock does not suffice, or for a reason."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import IllegalState, PermissionDenied
from chassis.testing import Harness
from guanjia.housing.v1 import allocations_pb2 as pb
from tests.housing.allocations.factories import (
    CHIEF,
    FINANCE,
    PRICE,
    building,
    clerk_of,
    decide,
    lease,
    norm,
    read,
    request,
    vacant,
)

pytestmark = pytest.mark.row("H07")


def approval_of(housing: Harness, allocation: Any) -> Any:
    return housing.call("get_approval", approval_id=allocation.approval_id)


@pytest.mark.parametrize("way", ["LEASE", "BUILD"])
def test_who_leases_or_builds_while_stock_fits_is_refused_with_the_candidates(
    housing: Harness, way: str
) -> None:
    there = building(housing, 200, 120)
    with pytest.raises(IllegalState) as refused:
        lease(housing, clerk_of(housing), 300, way=f"ALLOCATION_WAY_{way}")
    assert refused.value.reason == "STOCK_FITS"
    assert f"{there.code} 320.00 ㎡" in refused.value.zh
    assert f"{there.code} 320.00 ㎡" in refused.value.en
    assert housing.count("allocations") == 0


def test_a_reason_goes_to_the_bureau_head_and_then_to_who_approves_money(
    housing: Harness,
) -> None:
    there = building(housing, 200, 120)
    made = lease(housing, clerk_of(housing), 300, override_reason="须临街，便于群众办事")
    asked = approval_of(housing, made)
    assert asked.kind == "housing.allocation_override"
    assert [(each.role, each.turn) for each in asked.steps] == [
        ("bureau_head", 1),
        ("finance_approver", 2),
    ]
    with pytest.raises(PermissionDenied):
        decide(housing, made, user=FINANCE)
    assert decide(housing, made, user=CHIEF).state == pb.ALLOCATION_STATE_SUBMITTED
    done = decide(housing, made, user=FINANCE)
    assert done.state == pb.ALLOCATION_STATE_APPROVED
    assert done.override_reason == "须临街，便于群众办事"
    assert vacant(housing, there) == ["101", "102"]


def test_where_nothing_fits_a_lease_needs_no_reason_and_the_usual_consent(
    housing: Harness,
) -> None:
    building(housing, 200, 99)
    made = lease(housing, clerk_of(housing), 300, override_reason="不应改变流程")
    asked = approval_of(housing, made)
    assert asked.kind == "housing.allocation"
    assert [each.role for each in asked.steps] == ["bureau_head"]
    done = decide(housing, made)
    assert (done.state, done.area_allotted_m2) == (pb.ALLOCATION_STATE_APPROVED, 0)


def test_rooms_others_asked_for_are_no_stock(housing: Harness) -> None:
    building(housing, 320)
    request(housing, clerk_of(housing), 300)
    assert lease(housing, clerk_of(housing), 300).state == pb.ALLOCATION_STATE_SUBMITTED


def test_a_lease_looks_at_all_the_stock_whatever_building_is_wanted(housing: Harness) -> None:
    building(housing, 320)
    with pytest.raises(IllegalState) as refused:
        lease(housing, clerk_of(housing), 300, property_code="YL-NONE")
    assert refused.value.reason == "STOCK_FITS"


def test_stock_is_looked_at_again_when_it_is_submitted_again(housing: Harness) -> None:
    clerk = clerk_of(housing)
    made = decide(housing, lease(housing, clerk, 300), "RETURN")
    building(housing, 320)
    with pytest.raises(IllegalState) as refused:
        housing.call("submit_allocation", user=clerk, allocation_id=made.id)
    assert refused.value.reason == "STOCK_FITS"
    assert read(housing, made).state == pb.ALLOCATION_STATE_RETURNED


def test_consent_to_a_lease_is_asked_for_with_its_rent(housing: Harness) -> None:
    norm(housing, PRICE, 720)
    made = lease(housing, clerk_of(housing), 300, months=18)
    assert approval_of(housing, made).amount_fen == 32_400_000  # 300 x 720 x 18 / 12 yuan
    building(housing, 300)
    from_stock = request(housing, clerk_of(housing), 300)
    assert approval_of(housing, from_stock).amount_fen == 0


def test_without_a_price_in_force_the_rent_of_a_lease_is_not_guessed(housing: Harness) -> None:
    norm(housing, PRICE, 720, region_code="990102")
    made = lease(housing, clerk_of(housing), 300)
    assert approval_of(housing, made).amount_fen == 0
    assert decide(housing, made).rent_per_m2_year_fen == 0


def test_the_price_at_approval_is_noted(housing: Harness) -> None:
    norm(housing, PRICE, 720)
    made = lease(housing, clerk_of(housing), 300)
    norm(housing, PRICE, 740.74, region_code="990101")
    assert decide(housing, made).rent_per_m2_year_fen == 74_074
