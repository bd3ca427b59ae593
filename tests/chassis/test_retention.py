"""What is forgotten after its time, and what never is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import create_engine, insert, select, text, update

from chassis.errors import AlreadyExists
from chassis.retention import SOME, Pruner, kept_by
from chassis.settings import Environment, ServiceSettings
from chassis.storage.tables import inbox, outbox
from cli.platform import Platform
from tests.chassis.probe import Probe
from tests.chassis.probe.contract import pb
from tests.faults.load import count
from tests.processes import Caller, a_property, metric
from tests.waiting import eventually


def settings(**given: Any) -> ServiceSettings:
    return ServiceSettings(environment=Environment.DEVELOPMENT, **given)


def pruner(probe: Probe, **given: Any) -> Pruner:
    return Pruner(probe.database, kept_by(settings(**given)), probe.clock)


def publish_all(probe: Probe) -> None:
    with probe.database.transaction() as connection:
        connection.execute(update(outbox).values(published_at=probe.clock()))


def test_r06_published_facts_are_forgotten_after_their_time_and_others_never(probe: Probe) -> None:
    probe.call("count", name="a", by=1)
    publish_all(probe)
    probe.call("count", name="a", by=2)
    probe.clock.advance(days=14)
    pruner(probe).prune()
    assert [each.by for each in probe.facts()] == [1, 2]
    probe.clock.advance(seconds=1)
    pruner(probe).prune()
    assert [each.by for each in probe.facts()] == [2]
    probe.clock.advance(days=4_000)
    pruner(probe).prune()
    assert [each.by for each in probe.facts()] == [2]


def test_r12_a_command_is_known_for_its_time_and_is_a_new_one_afterwards(probe: Probe) -> None:
    probe.call("count", request_id="once", name="a", by=1)
    probe.clock.advance(days=30)
    pruner(probe).prune()
    probe.call("count", request_id="once", name="a", by=1)
    with pytest.raises(AlreadyExists):
        probe.call("count", request_id="once", name="a", by=2)
    assert probe.total() == 1
    probe.clock.advance(seconds=1)
    pruner(probe).prune()
    probe.call("count", request_id="once", name="a", by=2)
    assert probe.total() == 3


def test_r05_having_reacted_is_known_for_longer_than_a_fact_can_be_told_again(
    probe: Probe,
) -> None:
    probe.use_reaction(lambda uow, fact: None)
    fact = pb.Counted(name="a", by=1)
    assert probe.react("on_counted", fact, id="m")
    probe.clock.advance(days=366)
    pruner(probe).prune()
    assert not probe.react("on_counted", fact, id="m")
    probe.clock.advance(seconds=1)
    pruner(probe).prune()
    assert probe.count("inbox") == 0


def test_settings_that_would_let_a_fact_take_effect_twice_are_refused() -> None:
    with pytest.raises(ValidationError, match="GUANJIA_INBOX_KEPT_DAYS"):
        settings(inbox_kept_days=14, outbox_kept_days=14)


def test_the_audit_trail_is_never_forgotten(probe: Probe) -> None:
    probe.call("count", name="a", by=1)
    before = probe.count("audit")
    probe.clock.advance(days=40_000)
    pruner(probe).prune()
    assert probe.count("audit") == before == 1


def test_replicas_prune_many_rows_together_and_none_that_is_not_due(probe: Probe) -> None:
    at = probe.clock()
    old = {"consumer": "probe.on_counted", "received_at": at - timedelta(days=400)}
    fresh = {**old, "received_at": at}
    rows = [{**old, "message_id": f"old-{each}"} for each in range(2 * SOME + 1)]
    rows += [{**fresh, "message_id": f"fresh-{each}"} for each in range(3)]
    with probe.database.transaction() as connection:
        connection.execute(insert(inbox), rows)
    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(pruner(probe).prune) for _ in range(2)]:
            each.result()
    left = select(inbox.c.message_id).order_by(inbox.c.message_id)
    with probe.database.reading() as connection:
        assert [*connection.execute(left).scalars()] == ["fresh-0", "fresh-1", "fresh-2"]


def test_what_is_due_is_found_by_an_index(probe: Probe) -> None:
    for kept in kept_by(settings()):
        due = select(*kept.table.primary_key.columns).where(kept.since < probe.clock())
        statement = (
            due.order_by(kept.since)
            .limit(SOME)
            .compile(probe.database.engine, compile_kwargs={"literal_binds": True})
        )
        explain = "EXPLAIN QUERY PLAN" if probe.database.is_sqlite else "EXPLAIN"
        with probe.database.transaction() as connection:
            if not probe.database.is_sqlite:
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
                connection.exec_driver_sql("SET LOCAL enable_sort = off")
            plan = str(connection.exec_driver_sql(f"{explain} {statement}").all())
        assert f"ix_{kept.table.name}_{kept.since.name}" in plan, plan


def test_a_running_service_forgets(platform_of: Callable[..., Platform]) -> None:
    platform = platform_of("housing", storage="postgresql")
    Caller(platform.gateway).call("housing.create_property", property=a_property("A-1"))
    engine = create_engine(platform.layout.databases["housing"])
    with engine.begin() as connection:
        connection.execute(text("UPDATE replies SET created_at = created_at - interval '31 days'"))
    engine.dispose()
    platform.restart("housing")
    eventually(lambda: count(platform, "housing", "SELECT count(*) FROM replies") == 0)
    housing = platform.processes["housing"]
    eventually(lambda: metric(housing, "guanjia_forgotten_total", table="replies") == 1)
    assert count(platform, "housing", "SELECT count(*) FROM properties") == 1
