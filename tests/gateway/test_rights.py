"""What roles permit, and where."""

from __future__ import annotations

import pytest

from chassis.principal import HeldRole, Realm
from gateway.rights import Grant, Rights, rights_of
from guanjia.directory.v1 import directory_pb2 as pb


@pytest.mark.parametrize(
    ("pattern", "permits"),
    [
        ("*", True),
        ("housing.*", True),
        ("housing.disposals.*", True),
        ("housing.disposals.approve", True),
        ("housing.disposals", False),
        ("housing.disposals.approve.*", False),
        ("housing.disposals.app*", False),
        ("hous*", False),
        ("housing*", False),
        ("*.disposals.approve", False),
        ("housing.*.approve", False),
        (".*", False),
        ("", False),
        ("warehouse.*", False),
    ],
)
def test_s4_a_pattern_permits_what_is_below_its_dots(pattern: str, permits: bool) -> None:
    assert Grant((pattern,), Realm()).permits("housing.disposals.approve") is permits


def test_s4_without_a_role_nothing_is_permitted_nowhere() -> None:
    assert Rights("wang").scope("housing.disposals.approve") == ()


def test_s4_a_call_reaches_as_far_as_the_roles_that_permit_it() -> None:
    access = pb.Access(
        name="王芳",
        unit_id="u1",
        unit_name="机关事务管理局",
        region_code="990101",
        roles=[
            pb.HeldRole(role="clerk", permissions=["housing.*"], region_code="990101",
                        unit_ids=["u1", "u2"]),
            pb.HeldRole(role="approver", permissions=["housing.disposals.approve"],
                        region_code="990100", on_behalf_of="li"),
            pb.HeldRole(role="keeper", permissions=["warehouse.*"], region_code="990000"),
            pb.HeldRole(role="clerk2", permissions=["housing.*"], region_code="990101",
                        unit_ids=["u1", "u2"]),
        ],
    )  # fmt: skip
    rights = rights_of("wang", access)
    clerk, approver = Realm("990101", ("u1", "u2")), Realm("9901")
    assert rights.scope("housing.properties.list") == (clerk,)
    assert rights.scope("housing.disposals.approve") == (clerk, approver)
    assert rights.scope("warehouse.stores.list") == (Realm("99"),)
    assert rights.scope("directory.units.list") == ()
    principal = rights.principal("housing.properties.list", "192.0.2.1")
    assert principal.scope == (clerk,)
    assert principal.origin == "192.0.2.1"
    assert (principal.name, principal.unit_id, principal.region_code) == ("王芳", "u1", "990101")
    assert principal.roles[1] == HeldRole("approver", approver, "li")
    assert len(principal.roles) == 4


def test_s4_a_role_without_a_region_is_not_one_everywhere() -> None:
    access = pb.Access(roles=[pb.HeldRole(role="clerk", permissions=["*"])])
    rights = rights_of("wang", access)
    assert rights.scope("housing.properties.list") == ()
    assert rights.roles == ()
