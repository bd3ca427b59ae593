"""可购置证明: numbered, signed, and checked by anybody who has one."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chassis.errors import NotFound
from chassis.principal import HeldRole, Realm
from chassis.testing import Harness
from guanjia.asset.v1 import asset_pb2
from guanjia.directory.v1 import directory_pb2, events_pb2
from guanjia.warehouse.v1 import purchases_pb2 as pb
from tests.refusals import refusal
from tests.together import together
from tests.warehouse.factories import decide, somebody, stocked
from tests.warehouse.purchases.factories import answer, refuse, wanted

pytestmark = pytest.mark.row("W05")


def cleared(warehouse: Harness) -> Any:
    """The clearance of three desks after one was refused."""
    stocked(warehouse, 1)
    purchase = wanted(warehouse)
    reviewing = answer(warehouse, purchase, refuse(*purchase.offers, why="OTHER", remark="不成套"))
    decide(warehouse, reviewing.approval_id)
    return warehouse.call("get_clearance", user=somebody(), number="GZ-2026-000001")


def register(warehouse: Harness, **fields: Any) -> None:
    unit = directory_pb2.Unit(
        id="u-7",
        name="云澜市财政局",
        region_code="990101",
        valid_from="2000-01-01",
        etag="1",
        **fields,
    )
    warehouse.react("on_unit_registered", events_pb2.UnitRegistered(unit=unit))


def test_a_clearance_says_who_may_buy_what_and_how_offers_were_answered(
    warehouse: Harness,
) -> None:
    register(warehouse, uscc="11990100103026190A")
    clearance = cleared(warehouse)
    said = json.loads(clearance.content)
    assert said == {
        "basis": clearance.basis,
        "class_code": "A0501",
        "description": "办公桌 1.4 米",
        "estimated_price_fen": 200_000,
        "issued_on": "2026-03-02",
        "least_condition": "fair",
        "number": "GZ-2026-000001",
        "offers": [
            {
                "item_code": "GW-2026-000001",
                "item_name": "办公桌",
                "refusal": "other",
                "remark": "不成套",
                "state": "refused",
            }
        ],
        "purchase_code": "CG-2026-000001",
        "quantity": 3,
        "region_code": "990101",
        "unit_name": "云澜市财政局",
        "unit_uscc": "11990100103026190A",
        "words": "",
    }
    assert clearance.content.startswith('{"basis":"《党政机关厉行节约反对浪费条例》')
    typed = (clearance.unit_name, clearance.quantity, clearance.issued_on)
    assert typed == ("云澜市财政局", 3, "2026-03-02")
    assert clearance.offers[0].refusal == pb.OFFER_REFUSAL_OTHER


def test_it_is_checked_offline_with_the_public_key_alone(warehouse: Harness) -> None:
    clearance = cleared(warehouse)
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(clearance.public_key))
    signature, content = base64.b64decode(clearance.signature), clearance.content.encode()
    key.verify(signature, content)
    with pytest.raises(InvalidSignature):
        key.verify(signature, content.replace(b'"quantity":3', b'"quantity":9'))


def test_it_verifies_and_does_not_after_one_character_changed(warehouse: Harness) -> None:
    clearance = cleared(warehouse)
    content, signature = clearance.content.encode(), clearance.signature
    finance = somebody("u-99", scope=(Realm("9902"),), roles=())

    def verify(content: bytes, signature: str) -> tuple[bool, str]:
        request = {"content": content, "signature": signature}
        told = warehouse.call("verify_clearance", user=finance, **request)
        return told.valid, told.number

    assert verify(content, signature) == (True, "GZ-2026-000001"), "whoever asks"
    for changed in (
        content.replace(b'"quantity":3', b'"quantity":4'),
        content + b" ",
        b"",
        b"\0\xff",
    ):
        assert verify(changed, signature) == (False, "")
    other = signature.replace(signature[0], "B" if signature[0] == "A" else "A", 1)
    assert verify(content, other) == (False, "")


def test_another_unit_does_not_read_it(warehouse: Harness) -> None:
    cleared(warehouse)
    realm = Realm("9901", ("u-8",))
    other = somebody("u-8", scope=(realm,), roles=(HeldRole("unit_clerk", realm),))
    told = refusal(warehouse, "get_clearance", NotFound, user=other, number="GZ-2026-000001")
    assert told == ("NOT_FOUND", ["number"])


def test_a_clearance_says_how_good_was_too_good_for_the_stores(warehouse: Harness) -> None:
    stocked(warehouse, 3, 成色="良好")
    need = {"class_code": "A0501", "quantity": 3, "least_condition": "CONDITION_NEW"}
    number = wanted(warehouse, need=need).clearance_number
    clearance = warehouse.call("get_clearance", number=number)
    assert clearance.least_condition == asset_pb2.CONDITION_NEW
    assert json.loads(clearance.content)["least_condition"] == "new"


def test_numbers_have_no_gaps_and_begin_again_with_the_year_in_china(warehouse: Harness) -> None:
    warehouse.clock.at = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    asked = together(*(lambda n=n: wanted(warehouse, somebody(f"u-{n}")) for n in range(8)))
    wanted_numbers = [f"GZ-2026-{n:06}" for n in range(1, 9)]
    numbers = [getattr(each, "clearance_number", str(each)) for each in asked]
    assert sorted(numbers) == wanted_numbers
    warehouse.clock.at = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)  # 0:30 of the year in China
    first = wanted(warehouse).clearance_number
    assert first == "GZ-2027-000001"
    assert warehouse.call("get_clearance", number=first).issued_on == "2027-01-01"


def test_who_took_over_from_the_unit_may_buy(warehouse: Harness) -> None:
    stocked(warehouse, 3)
    register(warehouse, uscc="11990100MB0000001A")
    purchase = wanted(warehouse)
    reviewing = answer(warehouse, purchase, refuse(*purchase.offers))
    after = directory_pb2.Unit(
        id="u-8",
        name="云澜市财政和国资局",
        region_code="990101",
        valid_from="2026-01-01",
        uscc="11990100103026190A",
        etag="1",
    )
    warehouse.react("on_unit_registered", events_pb2.UnitRegistered(unit=after))
    ended = directory_pb2.Unit(
        id="u-7",
        name="云澜市财政局",
        region_code="990101",
        valid_from="2000-01-01",
        valid_to="2026-03-01",
        uscc="11990100MB0000001A",
        successor_ids=["u-8"],
        etag="2",
    )
    warehouse.react("on_unit_closed", events_pb2.UnitClosed(unit=ended))
    decide(warehouse, reviewing.approval_id)
    clearance = warehouse.call("get_clearance", number="GZ-2026-000001")
    assert (clearance.unit_id, clearance.unit_name) == ("u-8", "云澜市财政和国资局")


def test_it_names_the_rule_by_which_the_stores_were_searched_first(warehouse: Harness) -> None:
    assert "第四十八条" in cleared(warehouse).basis


def test_where_a_region_asks_for_no_search_it_is_cleared_at_once_by_that_rule(
    warehouse: Harness,
) -> None:
    stocked(warehouse, 3)
    warehouse.call(
        "set_norm",
        kind="warehouse.reuse_first",
        value="0",
        region_code="990101",
        valid_from="2026-01-01",
        source="区级试点期间暂不执行",
    )
    purchase = wanted(warehouse)
    assert purchase.state == pb.PURCHASE_STATE_CLEARED
    number = purchase.clearance_number
    clearance = warehouse.call("get_clearance", user=somebody(), number=number)
    assert (clearance.quantity, clearance.basis) == (3, "区级试点期间暂不执行")
