"""Told again, a fact takes effect where it was lost, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from chassis.application import utc_now
from chassis.audit.sealing import Sealer
from chassis.operating import resending
from chassis.operating.trail import Trail
from chassis.storage.columns import new_id
from chassis.storage.tables import audit, outbox
from cli.platform import Platform
from tests.bus import Bus
from tests.chassis.operating.acting import act, operate
from tests.chassis.probe import Probe
from tests.faults.load import count
from tests.processes import Caller, approved_disposal, intakes_of, metric
from tests.waiting import eventually

MakePlatform = Callable[..., Platform]
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
QUEUE = "evt-housing-disposal_approved--warehouse.on_assets_released"


def published(probe: Probe, number: int) -> list[str]:
    """The ids of so many facts, each published a minute after the one before."""
    for _ in range(number):
        probe.call("count", name="a", by=1)
    with probe.database.transaction() as connection:
        ids = connection.execute(select(outbox.c.id).order_by(outbox.c.id)).scalars().all()
        for minute, id in enumerate(ids):
            sent = update(outbox).where(outbox.c.id == id)
            connection.execute(sent.values(published_at=START + timedelta(minutes=minute)))
    return list(ids)


def waiting(probe: Probe) -> list[str]:
    fresh = select(outbox.c.id).where(outbox.c.published_at.is_(None)).order_by(outbox.c.id)
    with probe.database.reading() as connection:
        return list(connection.execute(fresh).scalars())


def trail(probe: Probe) -> Trail:
    return Trail(probe.database, "990100", "wang")


def entries(probe: Probe) -> list[Any]:
    """What operators have done, oldest first."""
    done = select(audit).where(audit.c.principal.like("operator:%")).order_by(audit.c.id)
    with probe.database.reading() as connection:
        return list(connection.execute(done).all())


def test_facts_published_since_an_instant_are_told_again_and_no_others(probe: Probe) -> None:
    chosen = resending.since(START + timedelta(minutes=2))
    assert resending.resend(trail(probe), chosen, {}) == 0, "nothing was ever published"
    ids = published(probe, 5)
    assert resending.resend(trail(probe), chosen, {}) == 3
    assert waiting(probe) == ids[2:]
    assert resending.resend(trail(probe), chosen, {}) == 0, "they wait already"


def test_only_facts_of_a_kind_are_told_again_where_one_is_named(probe: Probe) -> None:
    ids = published(probe, 2)
    for name, marked in (("renamed", 0), ("counted", 2)):
        chosen = resending.since(START) & resending.named(name)
        assert resending.resend(trail(probe), chosen, {}) == marked
    assert waiting(probe) == ids


def test_facts_are_told_again_by_id_and_what_is_gone_is_named(probe: Probe) -> None:
    ids = published(probe, 3)
    assert resending.resend(trail(probe), resending.of([ids[1], "gone"]), {}) == 1
    assert waiting(probe) == [ids[1]]
    assert resending.missing(trail(probe), [ids[1], "gone"]) == ["gone"]


def test_many_facts_are_told_again_in_parts_each_with_its_entry_in_a_whole_trail(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resending, "MOST", 2)
    ids = published(probe, 5)
    assert resending.resend(trail(probe), resending.since(START), {"since": "s"}) == 5
    assert waiting(probe) == ids
    written = entries(probe)
    assert {(each.principal, each.act, each.result) for each in written} == {
        ("operator:wang", "outbox.resend", "OK")
    }
    [[told], *_] = [json.loads(each.changes) for each in written]
    assert told == {"since": "s", "facts": 2, "first_id": ids[0], "last_id": ids[1]}
    assert [json.loads(each.changes)[0]["facts"] for each in written] == [2, 2, 1]
    assert Sealer(probe.database, 1, utc_now).seal() == 5 + 3
    verified = probe.call("verify_audit_trail")
    assert (verified.entries, list(verified.problems)) == (8, [])


def test_a_fact_is_told_again_once_however_quick_the_relay_is(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fact sent again lies within what was asked for; it is not taken anew."""
    monkeypatch.setattr(resending, "MOST", 1)
    ids = published(probe, 3)

    class WithAQuickRelay(Trail):
        def enter(self, connection: Any, *given: Any) -> None:
            super().enter(connection, *given)
            sent = update(outbox).where(outbox.c.published_at.is_(None))
            connection.execute(sent.values(published_at=utc_now()))

    quick = WithAQuickRelay(probe.database, "990100", "wang")
    assert resending.resend(quick, resending.since(START), {}) == len(ids)


def test_facts_that_come_meanwhile_are_not_told_again(probe: Probe) -> None:
    """Or it would not end while the service is at work."""
    published(probe, 2)
    came: list[str] = []

    class AtWork(Trail):
        def enter(self, connection: Any, *given: Any) -> None:
            super().enter(connection, *given)
            if len(came) < 5:
                newest = connection.execute(select(outbox).order_by(outbox.c.id.desc())).first()
                came.append(new_id())
                row = {**newest._mapping, "id": came[-1], "published_at": utc_now()}
                connection.execute(insert(outbox), row)

    at_work = AtWork(probe.database, "990100", "wang")
    assert resending.resend(at_work, resending.since(START), {}) == 2
    assert len(came) == 1


@pytest.mark.parametrize("storage", ["sqlite", "postgresql"])
def test_f17_facts_of_a_purged_queue_take_effect_and_those_known_count_as_duplicates(
    platform_of: MakePlatform, storage: str
) -> None:
    quick = {"GUANJIA_OUTBOX_POLL_S": "0.2"}
    platform = platform_of("housing", "warehouse", storage=storage, environment={"housing": quick})
    caller = Caller(platform.gateway)
    known = approved_disposal(caller, 2, "K")
    eventually(lambda: len(intakes_of(caller, known.id)) == 2)
    housing, warehouse = platform.processes["housing"], platform.processes["warehouse"]
    warehouse.stop()
    purged = approved_disposal(caller, 3, "P")
    with Bus(platform.broker_url) as bus:
        eventually(lambda: bus.depth(QUEUE) == 1)
        bus.channel.queue_purge(QUEUE)
    platform.restart("warehouse")
    asked = ("resend", "housing", "--since", f"{START:%Y-%m-%d}", "--fact", "disposal_approved")
    assert act(housing, *asked).code == 2, "without a name"
    done = operate(housing, *asked, "--as", "wang")
    assert done.code == 0, done
    assert "again: 2" in done.said
    eventually(lambda: len(intakes_of(caller, purged.id)) == 3)
    eventually(lambda: metric(warehouse, "guanjia_duplicates_total") == 1)
    assert len(intakes_of(caller, known.id)) == 2
    written = "SELECT count(*) FROM audit WHERE principal = 'operator:wang'"
    assert count(platform, "housing", written) == 1
    unknown = act(housing, "resend", "housing", "--id", "nowhere", "--as", "wang")
    assert unknown.code == 1
    assert "nowhere" in unknown.said
