"""Held, a service accepts commands and sends nothing; whoever holds it knows when that is so."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from chassis.application import utc_now
from chassis.operating.holding import HeldAlready, StillSending, hold, release, sending
from chassis.publisher import ConfirmedPublisher, NotConfirmed
from chassis.relay import Relay
from chassis.storage.database import Database
from chassis.storage.tables import relay_hold
from cli.platform import Platform
from tests.bus import Bus
from tests.chassis.operating.acting import act, operate
from tests.chassis.probe import Probe
from tests.faults.load import count
from tests.processes import Caller, approved_disposal, metric
from tests.waiting import eventually, stays

MakePlatform = Callable[..., Platform]


@pytest.fixture
def impatient(probe: Probe) -> Iterator[Database]:
    """The probe's database for somebody who does not wait long for a lock."""
    made = Database(probe.database.url.render_as_string(False), 2, lock_timeout_ms=200)
    yield made
    made.close()


def sends(probe: Probe) -> bool:
    """Whether a relay would send what is in the outbox."""

    def away() -> Any:
        raise OSError("no broker")

    day = timedelta(days=1)
    relay = Relay(probe.database, ConfirmedPublisher("relay", away, 1), 1, day)
    try:
        taken = relay.publish_some().taken
    except NotConfirmed:
        return True
    assert taken == 0
    return False


def a_fact(probe: Probe) -> None:
    probe.call("count", name="a", by=1)


def test_held_nothing_is_sent_until_it_is_released(probe: Probe) -> None:
    a_fact(probe)
    assert sends(probe)
    until = hold(probe.database, 60)
    assert timedelta(seconds=30) < until - utc_now() < timedelta(seconds=90)
    a_fact(probe)
    assert not sends(probe)
    assert release(probe.database)
    assert sends(probe)


def test_a_hold_ends_by_itself_and_release_says_so(probe: Probe) -> None:
    a_fact(probe)
    hold(probe.database, 0.3)
    eventually(lambda: sends(probe))
    assert not release(probe.database)
    assert not release(probe.database), "there is none"


def test_a_hold_that_counts_is_not_taken_over(probe: Probe) -> None:
    a_fact(probe)
    hold(probe.database, 0.01)
    eventually(lambda: sends(probe))
    first = hold(probe.database, 60)
    with pytest.raises(HeldAlready):
        hold(probe.database, 3_600)
    assert until_when(probe) == first
    assert release(probe.database)
    hold(probe.database, 60)


def test_of_holds_at_once_one_counts(probe: Probe) -> None:
    def attempt(_: int) -> bool:
        try:
            hold(probe.database, 60)
        except HeldAlready:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == [False, False, False, True]


def until_when(probe: Probe) -> datetime:
    with probe.database.reading() as connection:
        until: datetime = connection.execute(select(relay_hold.c.held_until)).scalar_one()
    return until


def test_hold_returns_once_nobody_is_in_the_middle_of_sending(probe: Probe) -> None:
    a_fact(probe)
    database = probe.database
    holding = threading.Thread(target=hold, args=(database, 60))
    with database.reading() as connection:
        connection.exec_driver_sql("BEGIN")
        with sending(database, None if database.is_sqlite else connection) as may_send:
            assert may_send
            holding.start()
            eventually(lambda: not sends(probe))  # whoever comes now waits for the hold
            stays(holding.is_alive, 0.3)
        connection.exec_driver_sql("ROLLBACK")
    holding.join(10)
    assert not holding.is_alive()
    assert not sends(probe)


def test_replicas_do_not_keep_one_another_from_sending(probe: Probe) -> None:
    a_fact(probe)
    database = probe.database
    with database.reading() as connection:
        connection.exec_driver_sql("BEGIN")
        with sending(database, None if database.is_sqlite else connection) as one:
            assert one
            assert sends(probe)
        connection.exec_driver_sql("ROLLBACK")


def test_where_a_relay_does_not_come_to_an_end_nothing_is_held(
    probe: Probe, impatient: Database
) -> None:
    a_fact(probe)
    database = probe.database
    with database.reading() as connection:
        connection.exec_driver_sql("BEGIN")
        with (
            sending(database, None if database.is_sqlite else connection),
            pytest.raises(StillSending, match="nothing is held"),
        ):
            hold(impatient, 60, patience_s=0.2)
        connection.exec_driver_sql("ROLLBACK")
    assert sends(probe)


@pytest.mark.parametrize("storage", ["sqlite", "postgresql"])
def test_held_facts_wait_the_metric_says_so_and_nobody_is_refused(
    platform_of: MakePlatform, storage: str
) -> None:
    replicas = {"housing": 2 if storage == "postgresql" else 1}
    quick = {"GUANJIA_OUTBOX_POLL_S": "0.2"}
    platform = platform_of(
        "housing", storage=storage, replicas=replicas, environment={"housing": quick}
    )
    caller = Caller(platform.gateway)
    housing = [each for name, each in platform.processes.items() if name.startswith("housing")]
    with Bus(platform.broker_url) as bus:
        sink = bus.sink("housing.events", "disposal_approved")
        held = operate(housing[0], "hold", "housing", "--seconds", "120")
        assert held.code == 0, held
        assert "held until" in held.said
        ids = [approved_disposal(caller, 1, f"H{number}").id for number in range(6)]
        for each in housing:
            eventually(lambda: metric(each, "guanjia_held_facts") == 1)  # noqa: B023
            eventually(lambda: metric(each, "guanjia_outbox_waiting") >= 6)  # noqa: B023
        assert bus.get(sink) is None
        assert act(housing[0], "release", "housing").code == 0
        subjects = [json.loads(eventually(lambda: bus.get(sink)).body)["subject"] for _ in ids]
        assert sorted(subjects) == sorted(ids)
        for each in housing:
            eventually(lambda: metric(each, "guanjia_held_facts") == 0)  # noqa: B023
    again = act(housing[0], "release", "housing")
    assert again.code == 1
    assert "take them again" in again.said


@pytest.mark.parametrize("storage", ["sqlite", "postgresql"])
def test_after_hold_returns_what_was_being_sent_is_marked(
    platform_of: MakePlatform, storage: str
) -> None:
    slow = {"GUANJIA_FAILPOINT": "after_publish_before_mark:delay"}
    platform = platform_of("housing", storage=storage, environment={"housing": slow})
    unmarked = (
        "SELECT count(*) FROM outbox WHERE routing_key = 'disposal_approved' "
        "AND published_at IS NULL"
    )
    with Bus(platform.broker_url) as bus:
        sink = bus.sink("housing.events", "disposal_approved")
        approved_disposal(Caller(platform.gateway), 1)
        eventually(lambda: bus.get(sink))
        assert act(platform.processes["housing"], "hold", "housing").code == 0
        assert count(platform, "housing", unmarked) == 0
