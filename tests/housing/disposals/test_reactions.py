"""What housing does when the warehouse answers."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import IllegalState, NotFound
from chassis.testing import Harness
from guanjia.asset.v1 import asset_pb2
from guanjia.housing.v1 import disposals_pb2 as pb
from guanjia.warehouse.v1 import events_pb2, intakes_pb2
from tests.housing.factories import approved_disposal, assets, submitted_disposal
from tests.together import together

pytestmark = pytest.mark.row("H14")


def source(disposal: Any, line: int) -> asset_pb2.SourceLine:
    return asset_pb2.SourceLine(
        service="housing",
        document_id=disposal.id,
        document_code=disposal.code,
        line_id=disposal.lines[line].id,
    )


def accepted(disposal: Any, line: int = 0) -> events_pb2.IntakeAccepted:
    return events_pb2.IntakeAccepted(
        intake_id="i", source=source(disposal, line), item_id="c", value_fen=5
    )


def rejected(disposal: Any, line: int = 0, remark: str = "") -> events_pb2.IntakeRejected:
    return events_pb2.IntakeRejected(
        intake_id="i",
        source=source(disposal, line),
        reason=intakes_pb2.REJECTION_REASON_NOT_RECEIVED,
        remark=remark,
    )


def read(housing: Harness, disposal: Any) -> Any:
    return housing.call("get_disposal", disposal_id=disposal.id)


def test_an_accepted_asset_closes_its_line(housing: Harness) -> None:
    disposal = approved_disposal(housing)
    housing.react("on_intake_accepted", accepted(disposal))
    now = read(housing, disposal)
    assert now.state == pb.DISPOSAL_STATE_HANDING_OVER
    assert [line.state for line in now.lines] == [
        pb.DISPOSAL_LINE_STATE_ACCEPTED,
        pb.DISPOSAL_LINE_STATE_AWAITING_INTAKE,
    ]
    assert now.etag == str(int(disposal.etag) + 1)


@pytest.mark.parametrize(
    ("remark", "told"), [("仓库无此物", "未见实物：仓库无此物"), ("", "未见实物")]
)
def test_a_rejected_asset_needs_attention_and_says_why(
    housing: Harness, remark: str, told: str
) -> None:
    disposal = approved_disposal(housing)
    housing.react("on_intake_rejected", rejected(disposal, remark=remark))
    now = read(housing, disposal)
    assert now.state == pb.DISPOSAL_STATE_NEEDS_ATTENTION
    assert (now.lines[0].state, now.lines[0].remark) == (pb.DISPOSAL_LINE_STATE_REJECTED, told)
    listed = housing.call("list_disposals", state="DISPOSAL_STATE_NEEDS_ATTENTION").disposals
    assert listed == [now]


def test_a_disposal_whose_lines_are_closed_is_completed(housing: Harness) -> None:
    disposal = approved_disposal(housing)
    housing.react("on_intake_accepted", accepted(disposal, 0))
    housing.react("on_intake_rejected", rejected(disposal, 1))
    line = disposal.lines[1].id
    settled = housing.call(
        "settle_disposal_line", disposal_id=disposal.id, line_id=line, remark="已报废"
    )
    assert settled.state == pb.DISPOSAL_STATE_HANDING_OVER
    done = housing.call("complete_disposal", disposal_id=disposal.id, income_fen=100)
    assert done.state == pb.DISPOSAL_STATE_COMPLETED


def test_r5_an_answer_delivered_again_changes_nothing(housing: Harness) -> None:
    disposal = approved_disposal(housing)
    assert housing.react("on_intake_accepted", accepted(disposal), id="m-1")
    before = read(housing, disposal)
    assert not housing.react("on_intake_accepted", accepted(disposal), id="m-1")
    assert read(housing, disposal) == before


def test_r10_answers_to_all_lines_at_once_in_any_order_are_all_heard(housing: Harness) -> None:
    disposal = approved_disposal(housing, assets=assets(8))
    outcomes = together(
        *(
            lambda line=line: housing.react("on_intake_accepted", accepted(disposal, line))
            for line in reversed(range(8))
        )
    )
    assert outcomes == [True] * 8
    now = read(housing, disposal)
    assert {line.state for line in now.lines} == {pb.DISPOSAL_LINE_STATE_ACCEPTED}
    assert now.state == pb.DISPOSAL_STATE_HANDING_OVER


def test_an_answer_to_another_services_document_is_not_ours(housing: Harness) -> None:
    disposal = approved_disposal(housing)
    theirs = accepted(disposal)
    theirs.source.service = "vehicles"
    housing.react("on_intake_accepted", theirs)
    assert read(housing, disposal) == disposal


@pytest.mark.parametrize("field", ["document_id", "line_id"])
def test_an_answer_to_what_housing_never_released_is_refused_for_good(
    housing: Harness, field: str
) -> None:
    unknown = accepted(approved_disposal(housing))
    setattr(unknown.source, field, "nowhere")
    with pytest.raises(NotFound):
        housing.react("on_intake_accepted", unknown, id="m-1")
    assert housing.count("inbox") == 0


def test_an_answer_before_approval_or_a_second_one_is_refused_for_good(housing: Harness) -> None:
    early = submitted_disposal(housing)
    with pytest.raises(IllegalState):
        housing.react("on_intake_accepted", accepted(early))
    disposal = approved_disposal(housing)
    housing.react("on_intake_accepted", accepted(disposal))
    with pytest.raises(IllegalState):
        housing.react("on_intake_rejected", rejected(disposal))


def test_i6_an_answer_leaves_an_audit_row(housing: Harness) -> None:
    disposal = approved_disposal(housing)
    before = housing.count("audit")
    housing.react("on_intake_accepted", accepted(disposal))
    assert housing.count("audit") == before + 1
