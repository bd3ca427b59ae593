"""Facts made up by tests, and what becomes of them in the warehouse."""

from __future__ import annotations

from typing import Any

from chassis.storage.columns import new_id
from guanjia.housing.v1 import events_pb2
from tests.bus import Bus
from tests.processes import Caller, intakes_of, some_assets
from tests.waiting import eventually

CONSUMER = "warehouse.on_assets_released"
QUEUE = "evt-housing-disposal_approved--warehouse.on_assets_released"
RETRIES = {"GUANJIA_RETRY_DELAYS_S": "[0.1, 0.2]"}
"""Short waits, so that a test sees the last attempt soon."""


def fact(assets: int = 3, **changed: Any) -> dict[str, Any]:
    """The envelope of a disposal_approved."""
    document = new_id()
    released = [
        {"line_id": f"{document}-{number}", "asset": {"asset_code": each.asset_code, "name": "桌"}}
        for number, each in enumerate(some_assets(assets, document[-6:]))
    ]
    for each in released:
        each["asset"] |= {"condition": "CONDITION_GOOD"}  # type: ignore[operator]
    return {
        "specversion": "1.0",
        "id": new_id(),
        "source": "/990100/housing",
        "type": events_pb2.DisposalApproved.DESCRIPTOR.full_name,
        "subject": document,
        "aggregateversion": 3,
        "data": {"document_id": document, "document_code": "CZ-1", "assets": released},
        **changed,
    }


def send(bus: Bus, envelope: dict[str, Any]) -> None:
    bus.publish("housing.events", "disposal_approved", envelope)


def drafted(caller: Caller, envelope: dict[str, Any]) -> int:
    return len(intakes_of(caller, envelope["data"]["document_id"]))


def parked(bus: Bus) -> Any:
    """The next parked message, once there is one."""
    return eventually(lambda: bus.get("warehouse.parked"))
