"""The outbox over time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from chassis.application import utc_now
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


def test_r06_published_facts_are_pruned_after_their_time_and_others_never(
    harness_of: Callable[..., Any],
) -> None:
    harness = harness_of(service)
    relay = Relay(
        harness.database,
        ConfirmedPublisher("relay", away, 1),
        1,
        timedelta(days=14),
        timedelta(seconds=30),
    )
    for uscc in ("91110000600037341L", "11330200002952155R", "111100000000140853"):
        a_fact(harness, uscc)
    ids = sorted(row["id"] for row in rows_of(harness))
    for id, days in ((ids[0], 15), (ids[1], 13)):
        with harness.database.transaction() as connection:
            sent = update(outbox).where(outbox.c.id == id)
            connection.execute(sent.values(published_at=utc_now() - timedelta(days=days)))
    relay.prune()
    assert sorted(row["id"] for row in rows_of(harness)) == ids[1:]


def test_r06_without_a_broker_facts_stay(harness_of: Callable[..., Any]) -> None:
    harness = harness_of(service)
    relay = Relay(
        harness.database,
        ConfirmedPublisher("relay", away, 1),
        1,
        timedelta(days=14),
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
