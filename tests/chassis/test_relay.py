"""The outbox over time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from chassis.publisher import ConfirmedPublisher, NotConfirmed
from chassis.relay import Relay
from chassis.storage.tables import outbox
from directory.service import service
from guanjia.directory.v1 import directory_pb2


def a_fact(harness: Any, uscc: str) -> None:
    harness.call(
        "register_unit",
        uscc=uscc,
        name="云澜市档案馆",
        kind=directory_pb2.UNIT_KIND_PUBLIC_INSTITUTION,
        region_code="990100",
    )


def away() -> Any:
    raise OSError("no broker")


def test_r06_without_a_broker_facts_stay(harness_of: Callable[..., Any]) -> None:
    harness = harness_of(service)
    relay = Relay(
        harness.database,
        ConfirmedPublisher("relay", away, 1),
        1,
        timedelta(seconds=30),
    )
    a_fact(harness, "91110000600037341L")
    try:
        relay.publish_some()
    except NotConfirmed as error:
        assert "no broker" in str(error)
    else:
        raise AssertionError("published without a broker")
    assert [row["published_at"] for row in rows_of(harness)] == [None]


def rows_of(harness: Any) -> list[Any]:
    with harness.database.reading() as connection:
        return list(connection.execute(outbox.select()).mappings().all())
