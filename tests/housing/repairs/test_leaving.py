"""What leaves, or is gone, is repaired no more."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import IllegalState
from chassis.testing import Harness
from guanjia.housing.v1 import repairs_pb2 as pb
from tests.housing.factories import approved_disposal, create_property
from tests.housing.properties.reshaping import part, split
from tests.housing.repairs.factories import (
    approved_repair,
    create_repair,
    decide,
    read,
    review,
    schedule,
    submitted_repair,
)
from tests.refusals import refusal

pytestmark = pytest.mark.row("H15")


@pytest.mark.parametrize("gone", [False, True], ids=["under disposal", "disposed of"])
def test_what_leaves_is_neither_drafted_nor_submitted(housing: Harness, gone: bool) -> None:
    property_id = create_property(housing).id
    draft = create_repair(housing, property_id=property_id)
    disposal = approved_disposal(housing, property_id=property_id, assets=[])
    if gone:
        housing.call("complete_disposal", disposal_id=disposal.id)
    told = refusal(housing, "submit_repair", IllegalState, repair_id=draft.id)
    assert told == ("ILLEGAL_STATE", ["state"])
    with pytest.raises(IllegalState) as refused:
        create_repair(housing, property_id=property_id)
    assert refused.value.reason == "ILLEGAL_STATE"
    assert "处置中、已处置或已注销" in refused.value.zh


def goes(housing: Harness, property_id: str, how: str) -> None:
    """The property is disposed of, or divided, until nothing is left of it."""
    if how == "disposed of":
        disposal = approved_disposal(housing, property_id=property_id, assets=[])
        housing.call("complete_disposal", disposal_id=disposal.id)
    else:
        split(housing, property_id, part("P-1"), part("P-2"))


HOW = pytest.mark.parametrize("how", ["disposed of", "divided"])


@HOW
def test_what_is_gone_is_not_reviewed(housing: Harness, how: str) -> None:
    repair = submitted_repair(housing)
    goes(housing, repair.property_id, how)
    lines = [{"line_id": repair.lines[0].id, "approved_fen": 1}]
    request: dict[str, Any] = {"repair_id": repair.id, "lines": lines, "user": "reviewer"}
    assert refusal(housing, "review_repair", IllegalState, **request) == (
        "ILLEGAL_STATE",
        ["state"],
    )
    assert read(housing, repair) == repair


@HOW
def test_nobody_consents_to_the_repair_of_what_is_gone_but_may_reject_it(
    housing: Harness, how: str
) -> None:
    repair = review(housing, submitted_repair(housing))
    goes(housing, repair.property_id, how)
    with pytest.raises(IllegalState) as refused:
        decide(housing, repair)
    assert "已处置或已注销" in refused.value.zh
    assert read(housing, repair) == repair
    rejected = decide(housing, repair, "DECISION_REJECT", note="房产已不在册")
    assert rejected.state == pb.REPAIR_STATE_REJECTED


@HOW
def test_the_repair_of_what_is_gone_is_neither_scheduled_nor_accepted(
    housing: Harness, how: str
) -> None:
    property_id = create_property(housing).id
    approved = approved_repair(housing, property_id=property_id)
    scheduled = schedule(housing, approved_repair(housing, property_id=property_id))
    goes(housing, property_id, how)
    with pytest.raises(IllegalState) as refused:
        schedule(housing, approved)
    assert "已处置或已注销" in refused.value.zh
    told = refusal(housing, "accept_repair", IllegalState, repair_id=scheduled.id)
    assert told == ("ILLEGAL_STATE", ["state"])
