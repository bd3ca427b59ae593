"""A disposal is withdrawn while the warehouse is accepting, through the gateway."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from guanjia.housing.v1 import disposals_pb2 as dp
from guanjia.housing.v1 import properties_pb2 as pp
from guanjia.warehouse.v1 import intakes_pb2 as wp
from tests.journeys.test_disposal import a_store, drafted
from tests.processes import Caller, Refusal, a_property, approve, intakes_of, some_assets
from tests.waiting import eventually

ACCEPTED, WITHDRAWN = dp.DISPOSAL_LINE_STATE_ACCEPTED, dp.DISPOSAL_LINE_STATE_WITHDRAWN


def a_disposal(caller: Caller, series: str) -> dp.Disposal:
    """An approved one of a building that was idle, with forty assets."""
    idle = a_property(f"{series}-B", use_state=pp.USE_STATE_IDLE)
    building = caller.call("housing.create_property", property=idle)
    draft = caller.call(
        "housing.create_disposal",
        property_id=building.id,
        reason="机构改革腾退",
        assets=some_assets(40, series),
    )
    asked: dp.Disposal = caller.call("housing.submit_disposal", disposal_id=draft.id)
    approve(caller, asked)
    return asked


def settled(caller: Caller, disposal: dp.Disposal) -> dp.Disposal:
    """The disposal once the warehouse has answered for every line."""

    def answered() -> dp.Disposal | None:
        now: dp.Disposal = caller.call("housing.get_disposal", disposal_id=disposal.id)
        return now if {line.state for line in now.lines} <= {ACCEPTED, WITHDRAWN} else None

    found = eventually(answered, within_s=30)
    assert found is not None
    return found


@pytest.mark.row("H14")
def test_withdrawn_while_the_warehouse_accepts_each_asset_has_a_card_or_is_back(
    caller: Caller, series: str
) -> None:
    disposal = a_disposal(caller, series)
    intakes, store = drafted(caller, disposal, 40), a_store(caller, series)

    def accept(intake: wp.Intake) -> str:
        into = {"store_id": store.id, "place": "A-1", "value_fen": 90_000}
        try:
            caller.call("warehouse.accept_intake", intake_id=intake.id, **into)
        except Refusal as refused:
            return refused.reason
        return "accepted"

    def withdraw() -> str:
        fields = {"disposal_id": disposal.id, "reason": "新楼未能按期启用"}
        caller.call("housing.withdraw_disposal", **fields)
        return "withdrawn"

    assert accept(intakes[0]) == "accepted"
    with ThreadPoolExecutor(3) as pool:
        acts = [pool.submit(withdraw), *(pool.submit(accept, each) for each in intakes[1:21])]
        outcomes = [each.result() for each in acts]
    assert set(outcomes) <= {"accepted", "withdrawn", "ILLEGAL_STATE"}

    done = settled(caller, disposal)
    assert done.state == dp.DISPOSAL_STATE_HANDING_OVER
    items = caller.call("warehouse.list_items", store_id=store.id, page_size=100).items
    cards = sorted(each.asset.asset_code for each in items)
    assert cards == [line.asset.asset_code for line in done.lines if line.state == ACCEPTED]
    assert len(cards) == 1 + outcomes.count("accepted")
    found = intakes_of(caller, disposal.id)
    assert len(found) == 40
    assert {each.state for each in found} == {wp.INTAKE_STATE_ACCEPTED, wp.INTAKE_STATE_CANCELLED}
    building = caller.call("housing.get_property", property_id=disposal.property_id)
    assert building.use_state == pp.USE_STATE_IDLE

    fields = {"disposal_id": disposal.id, "income_fen": 90_000}
    completed = caller.call("housing.complete_disposal", **fields)
    assert (completed.state, completed.income_fen) == (dp.DISPOSAL_STATE_COMPLETED, 90_000)
    building = caller.call("housing.get_property", property_id=disposal.property_id)
    assert building.use_state == pp.USE_STATE_IDLE
    with pytest.raises(Refusal) as refused:
        caller.call("housing.withdraw_disposal", disposal_id=disposal.id, reason="反悔")
    assert refused.value.reason == "ILLEGAL_STATE"


@pytest.mark.row("H14")
def test_withdrawn_as_soon_as_approved_nothing_is_left_in_the_warehouse(
    caller: Caller, series: str
) -> None:
    disposal = a_disposal(caller, series)
    fields = {"disposal_id": disposal.id, "reason": "审批后房屋仍需使用"}
    caller.call("housing.withdraw_disposal", **fields)
    assert settled(caller, disposal).state == dp.DISPOSAL_STATE_WITHDRAWN
    found = drafted(caller, disposal, 40)
    assert {each.state for each in found} == {wp.INTAKE_STATE_CANCELLED}
    again = caller.call(
        "housing.create_disposal", reason="再次腾退", assets=some_assets(40, series)
    )
    asked = caller.call("housing.submit_disposal", disposal_id=again.id)
    approve(caller, asked)
    assert len(drafted(caller, again, 40)) == 40
