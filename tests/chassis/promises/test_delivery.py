"""Facts: once committed they take effect once, whatever dies in between."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from typing import Any

import pytest

from cli.platform import Platform
from guanjia.housing.v1.disposals_pb2 import DISPOSAL_STATE_SUBMITTED
from guanjia.sheet.v1.sheet_pb2 import SheetRow
from tests.bus import Bus
from tests.chassis.promises.facts import CONSUMER, QUEUE, drafted, fact, send
from tests.processes import (
    Caller,
    Refusal,
    approve,
    approved_disposal,
    intakes_of,
    metric,
    some_assets,
)
from tests.waiting import eventually, stays

MakePlatform = Callable[..., Platform]


@pytest.mark.row("W01")
@pytest.mark.parametrize(
    "point", ["after_receive", "after_inbox_insert", "before_commit", "after_commit_before_ack"]
)
def test_r02_r05_killed_at_any_point_the_warehouse_has_forty_intakes_not_forty_one(
    platform_of: MakePlatform, point: str
) -> None:
    platform = platform_of(
        "housing",
        "warehouse",
        environment={"warehouse": {"GUANJIA_FAILPOINT": f"{point}:kill@{CONSUMER}"}},
    )
    caller = Caller(platform.gateway)
    disposal = approved_disposal(caller, 40)
    warehouse = platform.processes["warehouse"]
    assert warehouse.wait(20) == 128 + signal.SIGKILL
    warehouse.environment["GUANJIA_FAILPOINT"] = ""
    warehouse.start()
    warehouse.wait_ready()
    eventually(lambda: len(intakes_of(caller, disposal.id)) == 40)
    with Bus(platform.broker_url) as bus:
        eventually(lambda: bus.depth(QUEUE) == 0)
    assert len(intakes_of(caller, disposal.id)) == 40


@pytest.mark.row("W01")
@pytest.mark.row("H14")
def test_r05_the_same_fact_five_times_on_two_replicas_takes_effect_once(
    platform_of: MakePlatform,
) -> None:
    platform = platform_of("warehouse", storage="postgresql", replicas={"warehouse": 2})
    caller = Caller(platform.gateway)
    replicas = [each for name, each in platform.processes.items() if name.startswith("warehouse")]
    assert len(replicas) == 2
    envelope = fact(40)
    with Bus(platform.broker_url) as bus:
        for _ in range(5):
            send(bus, envelope)
        eventually(lambda: sum(metric(each, "guanjia_duplicates_total") for each in replicas) == 4)
    assert drafted(caller, envelope) == 40


@pytest.mark.parametrize(
    ("point", "doubles"), [("after_publish_before_mark", 1), ("after_mark", 1)]
)
def test_r06_a_publisher_killed_around_publishing_loses_nothing_and_doubles_nothing(
    platform_of: MakePlatform, point: str, doubles: int
) -> None:
    failing = {"GUANJIA_FAILPOINT": f"{point}:kill"}
    platform = platform_of("housing", "warehouse", environment={"housing": failing})
    caller = Caller(platform.gateway)
    disposal = approved_disposal(caller, 40)
    assert platform.processes["housing"].wait(20) == 128 + signal.SIGKILL
    platform.restart("housing", {"GUANJIA_FAILPOINT": ""})
    warehouse = platform.processes["warehouse"]
    sent = "guanjia_duplicates_total"
    eventually(lambda: metric(warehouse, sent, consumer=CONSUMER) == doubles)
    assert len(intakes_of(caller, disposal.id)) == 40


def test_r06_a_publisher_killed_before_its_commit_publishes_no_ghost(
    platform_of: MakePlatform,
) -> None:
    failing = {"GUANJIA_FAILPOINT": "before_commit:kill@decide_approval"}
    platform = platform_of("housing", "warehouse", environment={"housing": failing})
    caller = Caller(platform.gateway)
    draft = caller.call("housing.create_disposal", reason="腾退", assets=some_assets(3))
    asked = caller.call("housing.submit_disposal", disposal_id=draft.id)
    with pytest.raises(Refusal):
        approve(caller, asked, request_id="a", timeout=2)
    assert platform.processes["housing"].wait(20) == 128 + signal.SIGKILL
    with Bus(platform.broker_url) as bus:
        sink = bus.sink("housing.events", "disposal_approved")
        platform.restart("housing", {"GUANJIA_FAILPOINT": ""})
        found = caller.call("housing.get_disposal", disposal_id=draft.id)
        assert found.state == DISPOSAL_STATE_SUBMITTED
        approve(caller, asked, request_id="a")
        eventually(lambda: bus.get(sink))
        eventually(lambda: len(intakes_of(caller, draft.id)) == 3)
        assert bus.get(sink) is None


def test_r06_replicas_share_the_outbox_and_publish_each_fact_once(
    platform_of: MakePlatform,
) -> None:
    platform = platform_of("housing", storage="postgresql", replicas={"housing": 2})
    caller = Caller(platform.gateway)
    with Bus(platform.broker_url) as bus:
        sink = bus.sink("housing.events", "disposal_approved")
        ids = {approved_disposal(caller, 1, f"S{number}").id for number in range(20)}
        received = [
            json.loads(eventually(lambda: bus.get(sink)).body)["subject"] for _ in range(20)
        ]
        assert sorted(received) == sorted(ids)
        assert bus.get(sink) is None


def test_r07_a_fact_no_queue_takes_stays_in_the_outbox_until_one_does(
    platform_of: MakePlatform,
) -> None:
    quick = {"GUANJIA_OUTBOX_POLL_S": "0.2", "GUANJIA_OUTBOX_RETURNED_AGAIN_S": "0.2"}
    platform = platform_of("housing", environment={"housing": quick})
    caller = Caller(platform.gateway)
    housing = platform.processes["housing"]
    disposal = approved_disposal(caller, 2)
    eventually(lambda: metric(housing, "guanjia_outbox_unroutable") == 1)
    assert metric(housing, "guanjia_returned_total", fact="disposal_approved") >= 1
    with Bus(platform.broker_url) as bus:
        sink = bus.sink("housing.events", "disposal_approved")
        message = eventually(lambda: bus.get(sink))
        assert json.loads(message.body)["subject"] == disposal.id
        eventually(lambda: metric(housing, "guanjia_outbox_waiting") == 0)


def test_r07_facts_no_queue_takes_do_not_hold_up_the_others(platform_of: MakePlatform) -> None:
    seldom = {"GUANJIA_OUTBOX_POLL_S": "60"}
    platform = platform_of("housing", environment={"housing": seldom})
    caller = Caller(platform.gateway)
    rows = [
        SheetRow(
            row=each,
            cells={
                "房产编号": f"U-{each}",
                "房产名称": "楼",
                "房产类别": "办公用房",
                "坐落位置": "府前路",
                "行政区划代码": "990101",
                "建筑面积（㎡）": "100",
            },
        )
        for each in range(1, 401)
    ]
    with Bus(platform.broker_url) as bus:
        sink = bus.sink("housing.events", "disposal_approved")
        assert caller.call("housing.import_properties", rows=rows, timeout=30).created == 400
        disposal = approved_disposal(caller, 1)
        message = eventually(lambda: bus.get(sink), within_s=20)
    assert json.loads(message.body)["subject"] == disposal.id
    assert metric(platform.processes["housing"], "guanjia_returned_total") >= 300


def test_r08_a_stop_waits_for_the_work_begun_and_acknowledges_it(
    platform_of: MakePlatform,
) -> None:
    point = {"GUANJIA_FAILPOINT": f"before_commit:delay@{CONSUMER}"}
    platform = platform_of("warehouse", environment={"warehouse": point})
    warehouse = platform.processes["warehouse"]
    envelope = fact()
    with Bus(platform.broker_url) as bus:
        send(bus, envelope)
        eventually(lambda: metric(warehouse, "guanjia_busy_workers", pool="reactions") == 1)
        warehouse.signal(signal.SIGTERM)
        assert warehouse.wait(15) == 0
        assert bus.depth(QUEUE) == 0
    warehouse.environment["GUANJIA_FAILPOINT"] = ""
    warehouse.start()
    warehouse.wait_ready()
    assert drafted(Caller(platform.gateway), envelope) == 3


def test_r08_killed_while_it_stops_the_work_is_done_again_once(
    platform_of: MakePlatform,
) -> None:
    platform = platform_of(
        "warehouse", environment={"warehouse": {"GUANJIA_FAILPOINT": "during_drain:kill"}}
    )
    warehouse = platform.processes["warehouse"]
    envelope = fact()
    with Bus(platform.broker_url) as bus:
        send(bus, envelope)
        warehouse.signal(signal.SIGTERM)
        assert warehouse.wait(15) == 128 + signal.SIGKILL
        platform.restart("warehouse", {"GUANJIA_FAILPOINT": ""})
        eventually(lambda: drafted(Caller(platform.gateway), envelope) == 3)
        eventually(lambda: bus.depth(QUEUE) == 0)


def test_r08_past_its_time_a_stop_ends_hard_and_the_work_is_done_again(
    platform_of: MakePlatform,
) -> None:
    point = {
        "GUANJIA_FAILPOINT": f"before_commit:hang@{CONSUMER}",
        "GUANJIA_DRAIN_TIMEOUT_S": "0.5",
    }
    platform = platform_of("warehouse", environment={"warehouse": point})
    warehouse = platform.processes["warehouse"]
    envelope = fact()
    with Bus(platform.broker_url) as bus:
        send(bus, envelope)
        eventually(lambda: metric(warehouse, "guanjia_busy_workers", pool="reactions") == 1)
        warehouse.signal(signal.SIGTERM)
        assert warehouse.wait(15) == 70
        eventually(lambda: bus.depth(QUEUE) == 1)
    warehouse.environment["GUANJIA_FAILPOINT"] = ""
    warehouse.start()
    warehouse.wait_ready()
    eventually(lambda: drafted(Caller(platform.gateway), envelope) == 3)


def test_r10_answers_in_any_order_lead_to_the_same_disposal(platform_of: MakePlatform) -> None:
    platform = platform_of("housing")
    caller = Caller(platform.gateway)
    states = []
    for order in (1, -1):
        disposal = approved_disposal(caller, 2, f"O{order + 1}")
        answers = [
            ("intake_accepted", "guanjia.warehouse.v1.IntakeAccepted", disposal.lines[0].id),
            ("intake_rejected", "guanjia.warehouse.v1.IntakeRejected", disposal.lines[1].id),
        ]
        with Bus(platform.broker_url) as bus:
            for key, kind, line in answers[::order]:
                source = {"service": "housing", "document_id": disposal.id, "line_id": line}
                answer = fact(type=kind, source="/990100/warehouse", data={"source": source})
                bus.publish("warehouse.events", key, answer)

        def answered(id: str = disposal.id) -> Any:
            found = caller.call("housing.get_disposal", disposal_id=id)
            return found if all(line.state > 2 for line in found.lines) else None

        found = eventually(answered)
        states.append((found.state, [line.state for line in found.lines]))
    assert states[0] == states[1]
    stays(lambda: metric(platform.processes["housing"], "guanjia_parked_total") == 0, 0.2)
