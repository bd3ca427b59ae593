"""From a housing disposal to a warehouse intake and back, through the gateway."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest

from cli.platform import Platform
from guanjia.housing.v1 import disposals_pb2 as dp
from guanjia.housing.v1 import properties_pb2 as pp
from guanjia.warehouse.v1 import intakes_pb2 as wp
from guanjia.warehouse.v1 import stores_pb2 as sp
from tests.bus import Bus
from tests.processes import (
    Caller,
    Refusal,
    a_property,
    approve,
    approved_disposal,
    intakes_of,
    some_assets,
)
from tests.waiting import eventually


def a_store(caller: Caller, series: str) -> sp.Store:
    store: sp.Store = caller.call(
        "warehouse.create_store",
        code=f"{series}-S",
        name="市级公物仓",
        kind=sp.STORE_KIND_PHYSICAL,
        region_code="990100",
        owner_name="云澜市机关事务管理局",
    )
    return store


def drafted(caller: Caller, disposal: dp.Disposal, number: int) -> list[wp.Intake]:
    def all_there() -> list[wp.Intake] | None:
        found = intakes_of(caller, disposal.id)
        return found if len(found) >= number else None

    return eventually(all_there)


@pytest.mark.row("H14")
@pytest.mark.row("W01")
def test_an_approved_building_with_forty_cards_becomes_forty_intakes_and_comes_to_its_end(
    platform: Platform, caller: Caller, series: str
) -> None:
    building = caller.call("housing.create_property", property=a_property(f"{series}-B"))
    draft = caller.call(
        "housing.create_disposal",
        user="李敏",
        property_id=building.id,
        reason="新大楼启用，旧楼腾退",
        assets=some_assets(40, series),
    )
    assert draft.state == dp.DISPOSAL_STATE_DRAFT
    asked = caller.call("housing.submit_disposal", user="李敏", disposal_id=draft.id)
    with Bus(platform.broker_url) as bus:
        sink = bus.sink("housing.events", "disposal_approved")
        approve(caller, asked, "王建国", note="同意")
        envelope = json.loads(eventually(lambda: bus.get(sink)).body)
        assert envelope["subject"] == draft.id
        for _ in range(3):
            bus.publish("housing.events", "disposal_approved", envelope)
    approved = caller.call("housing.get_disposal", disposal_id=draft.id)
    assert approved.decided_by == "dev:王建国"
    intakes = drafted(caller, approved, 40)
    found = caller.call("housing.get_property", property_id=building.id)
    assert found.use_state == pp.USE_STATE_UNDER_DISPOSAL

    store = a_store(caller, series)
    for number, intake in enumerate(intakes):
        if number < 38:
            caller.call(
                "warehouse.accept_intake",
                intake_id=intake.id,
                store_id=store.id,
                place=f"A-{number}",
                value_fen=90_000,
            )
        else:
            caller.call(
                "warehouse.reject_intake",
                intake_id=intake.id,
                reason=wp.REJECTION_REASON_BEYOND_REPAIR,
                remark="桌腿断裂",
            )
    items = caller.call("warehouse.list_items", store_id=store.id, page_size=100).items
    assert len({each.asset.asset_code for each in items}) == len(items) == 38
    assert all(each.owner_name == store.owner_name and each.place for each in items)

    def answered() -> dp.Disposal | None:
        now: dp.Disposal = caller.call("housing.get_disposal", disposal_id=draft.id)
        waiting = dp.DISPOSAL_LINE_STATE_AWAITING_INTAKE
        return None if any(line.state == waiting for line in now.lines) else now

    disposal = eventually(answered)
    assert disposal.state == dp.DISPOSAL_STATE_NEEDS_ATTENTION
    rejected = [each for each in disposal.lines if each.state == dp.DISPOSAL_LINE_STATE_REJECTED]
    assert [each.remark for each in rejected] == ["无法修复：桌腿断裂"] * 2
    with pytest.raises(Refusal) as refused:
        caller.call("housing.complete_disposal", disposal_id=draft.id, income_fen=1)
    assert refused.value.reason == "ILLEGAL_STATE"
    for line in rejected:
        caller.call(
            "housing.settle_disposal_line", disposal_id=draft.id, line_id=line.id, remark="报废"
        )
    done = caller.call("housing.complete_disposal", disposal_id=draft.id, income_fen=5_000_000)
    assert (done.state, done.income_fen) == (dp.DISPOSAL_STATE_COMPLETED, 5_000_000)
    found = caller.call("housing.get_property", property_id=building.id)
    assert found.use_state == pp.USE_STATE_DISPOSED
    assert len(intakes_of(caller, draft.id)) == 40


@pytest.mark.row("H14")
def test_of_two_approvals_at_once_one_counts(caller: Caller, series: str) -> None:
    draft = caller.call("housing.create_disposal", reason="腾退", assets=some_assets(3, series))
    asked = caller.call("housing.submit_disposal", disposal_id=draft.id)

    def consent(user: str) -> str:
        try:
            approve(caller, asked, user)
        except Refusal as error:
            assert error.code in (grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.ABORTED)
            return error.reason
        return "approved"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(consent, [f"approver{each}" for each in range(8)]))
    assert outcomes.count("approved") == 1
    assert set(outcomes) <= {"approved", "ILLEGAL_STATE", "STALE", "BUSY"}
    drafted(caller, draft, 3)
    assert len(intakes_of(caller, draft.id)) == 3


@pytest.mark.row("H14")
@pytest.mark.parametrize(
    ("call", "fields", "field", "reason"),
    [
        ("submit_disposal", {"disposal_id": "no-id"}, "disposal_id", "NOT_FOUND"),
        ("submit_disposal", {"disposal_id": ""}, "disposal_id", "NOT_FOUND"),
        ("submit_disposal", {"etag": "99"}, "etag", "STALE"),
        ("update_disposal", {"reason": ""}, "reason", "REQUIRED"),
        ("complete_disposal", {"income_fen": -1}, "income_fen", "OUT_OF_RANGE"),
        ("settle_disposal_line", {"line_id": "x", "remark": "y"}, "state", "ILLEGAL_STATE"),
    ],
)
def test_a_wrong_act_is_refused_with_its_field_and_changes_nothing(
    caller: Caller, series: str, call: str, fields: dict[str, Any], field: str, reason: str
) -> None:
    draft = caller.call("housing.create_disposal", reason="腾退", assets=some_assets(1, series))
    with pytest.raises(Refusal) as refused:
        caller.call(f"housing.{call}", **{"disposal_id": draft.id, **fields})
    assert (refused.value.fields[0], refused.value.reason) == (field, reason)
    assert caller.call("housing.get_disposal", disposal_id=draft.id) == draft


@pytest.mark.row("W01")
def test_an_item_still_on_loan_is_not_taken_in(caller: Caller, series: str) -> None:
    store = a_store(caller, series)
    asset = some_assets(1, series)[0]
    intake = caller.call("warehouse.offer_asset", asset=asset)
    accepted = caller.call(
        "warehouse.accept_intake", intake_id=intake.id, store_id=store.id, place="A-1"
    )
    item = caller.call("warehouse.get_item", item_id=accepted.item_id)
    assert (item.store_id, item.place, item.owner_name) == (store.id, "A-1", store.owner_name)
    caller.call("warehouse.lend_item", item_id=item.id, borrower_name="云澜市文旅局")
    with pytest.raises(Refusal) as refused:
        caller.call("warehouse.offer_asset", asset=asset)
    assert refused.value.reason == "ASSET_ON_LOAN"
    disposal = approved_disposal(caller, 1, series)
    answer = drafted(caller, disposal, 1)[0]
    assert answer.rejection_reason == wp.REJECTION_REASON_STILL_ON_LOAN
    attention = dp.DISPOSAL_STATE_NEEDS_ATTENTION
    eventually(
        lambda: caller.call("housing.get_disposal", disposal_id=disposal.id).state == attention
    )
    caller.call("warehouse.return_item", item_id=item.id)


NAMEKO_CLIENT = """
import json, sys
from nameko.standalone.rpc import ClusterRpcProxy
with ClusterRpcProxy({"AMQP_URI": sys.argv[1]}, timeout=10) as cluster:
    print(json.dumps(cluster.housing.get_property(property_id=sys.argv[2])))
"""

NAMEKO_SUBSCRIBER = """
import eventlet; eventlet.monkey_patch()
import json, sys
from nameko.events import event_handler
from nameko.runners import ServiceRunner

class Listener:
    name = "listener"

    @event_handler("housing", "disposal_approved")
    def on_disposal_approved(self, payload):
        print(json.dumps(payload), flush=True)

runner = ServiceRunner({"AMQP_URI": sys.argv[1]})
runner.add_service(Listener)
runner.start()
print("listening", flush=True)
runner.wait()
"""


def test_a_stock_nameko_client_calls_housing(
    platform: Platform, caller: Caller, series: str
) -> None:
    known = caller.call("housing.create_property", property=a_property(series))
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", NAMEKO_CLIENT, platform.broker_url, known.id],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    got = json.loads(answer.stdout)
    assert (got["code"], got["kind"]) == (series, "PROPERTY_KIND_OFFICE")
    assert (got["floor_area_m2"], got["book_value_fen"]) == (1200.5, "860000000")


@pytest.fixture
def listener(platform: Platform) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", NAMEKO_SUBSCRIBER, platform.broker_url],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "listening\n"
    yield process
    process.kill()
    process.wait()


def test_a_stock_nameko_event_handler_receives_the_fact(
    caller: Caller, listener: subprocess.Popen[str], series: str
) -> None:
    disposal = approved_disposal(caller, 2, series)
    assert listener.stdout is not None
    envelope = json.loads(listener.stdout.readline())
    assert envelope["type"] == "guanjia.housing.v1.DisposalApproved"
    assert envelope["data"]["document_code"] == disposal.code
    codes = [each["asset"]["asset_code"] for each in envelope["data"]["assets"]]
    assert codes == [each.asset.asset_code for each in disposal.lines]
