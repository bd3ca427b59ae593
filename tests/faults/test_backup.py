"""The drill: databases backed up under load, everything lost, and all of it brought back.

As docs/operations.md has it. The way there: hold every service, dump one database after the
other, release. The way back: empty databases, pg_restore, migrate, release and resend for each
service, start. What the backups would be worth without the hold, and without the resending, is
counted as well: the drill has to find both wanting.
"""

from __future__ import annotations

import os
import random
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from cli.platform import Platform
from cli.servers import PostgreSQL, RabbitMQ, ServerFailed
from tests.bus import Bus
from tests.chassis.operating.acting import Done, operate
from tests.faults.load import CONSUMER, Load, assert_conserved, count
from tests.platforms import Prepared
from tests.processes import Caller, fresh_vhost, metric
from tests.waiting import eventually

SEED = int(os.environ.get("GUANJIA_SEED") or random.SystemRandom().randrange(10**6))
SERVICES = ("housing", "warehouse")
ASSETS = 3
IN_RETRY, STUCK = 3, 2
FAILING = {
    "GUANJIA_FAILPOINT": f"before_commit:raise:{IN_RETRY}@{CONSUMER}",
    "GUANJIA_RETRY_DELAYS_S": "[300]",
}
STUCKING = {"GUANJIA_FAILPOINT": f"after_receive:hang:{STUCK}@{CONSUMER}"}

FACTS = "SELECT id FROM outbox WHERE routing_key = 'disposal_approved'"
SENT = f"{FACTS} AND published_at IS NOT NULL"
EFFECTS = f"SELECT message_id FROM inbox WHERE consumer = '{CONSUMER}'"
APPROVED = "SELECT id FROM disposals WHERE state NOT IN ('draft', 'submitted')"
CAUSES = "SELECT DISTINCT document_id FROM intakes"


@dataclass
class Drill:
    """One platform after another over the databases of one server."""

    server: PostgreSQL
    broker: RabbitMQ
    folder: Path
    stack: ExitStack
    name: str = field(default_factory=lambda: f"drill{uuid.uuid4().hex[:8]}")

    def platform(self, kind: str, **given: Any) -> Platform:
        """A platform on the databases of that kind, whose broker knows nothing; not started."""
        prefix = f"{self.name}_{kind}_"
        made = Platform(
            self.folder / kind,
            services=SERVICES,
            storage="postgresql",
            broker=fresh_vhost(self.broker),
            postgresql=self.server,
            database_prefix=prefix,
            **given,
        )
        self.stack.callback(self.drop, made)
        self.stack.callback(made.stop)
        return made

    def drop(self, platform: Platform) -> None:
        """Drops the databases that are there."""
        for database in map(name_of, platform.layout.databases.values()):
            with suppress(ServerFailed):
                self.server.drop_database(database)

    def dump(self, platform: Platform, service: str, kind: str) -> None:
        database = name_of(platform.layout.databases[service])
        self.server.dump(database, self.folder / f"{service}.{kind}")

    def restored(self, kind: str) -> Platform:
        """A platform, not started, on databases as they were when backups `kind` were taken."""
        made = self.platform(kind)
        for service, url in made.layout.databases.items():
            self.server.create_database(name_of(url))
            self.server.restore(self.folder / f"{service}.{kind}", name_of(url))
        return made


@pytest.fixture
def drill(postgresql: PostgreSQL, rabbitmq: RabbitMQ, tmp_path: Path) -> Iterator[Drill]:
    with ExitStack() as stack:
        yield Drill(postgresql, rabbitmq, tmp_path, stack)


def name_of(url: str) -> str:
    """The database that a URL ends with."""
    return url.rpartition("/")[2]


def those(platform: Platform, service: str, sql: str) -> set[str]:
    """The texts that a query gives."""
    engine = create_engine(platform.layout.databases[service])
    try:
        with engine.connect() as connection:
            return set(connection.execute(text(sql)).scalars())
    finally:
        engine.dispose()


def without_a_cause(platform: Platform) -> set[str]:
    """Documents the warehouse has intakes of, though housing knows of no approval."""
    return those(platform, "warehouse", CAUSES) - those(platform, "housing", APPROVED)


def without_effect(platform: Platform) -> set[str]:
    """Facts that housing has published, and the warehouse has not reacted to."""
    return those(platform, "housing", SENT) - those(platform, "warehouse", EFFECTS)


def operate_all(platform: Platform, act: str, *arguments: str) -> None:
    def one(service: str) -> Done:
        return operate(platform.processes[service], act, service, *arguments)

    with ThreadPoolExecutor(len(SERVICES)) as together:
        for done in together.map(one, SERVICES):
            assert done.code == 0, done


def goes_on(platform: Platform, disposals: int = 3) -> None:
    """Returns once so many more are approved: commands are accepted."""
    wanted = len(those(platform, "housing", APPROVED)) + disposals
    eventually(lambda: len(those(platform, "housing", APPROVED)) >= wanted, within_s=60)


def crossed(platform: Platform) -> None:
    """Returns once a fact that is not yet there has taken effect."""
    known = those(platform, "housing", FACTS)
    eventually(lambda: those(platform, "warehouse", EFFECTS) - known, within_s=60)


def back_up(drill: Drill, platform: Platform) -> None:
    """Two sets of backups under load: one that is not held, then one as operators take it.

    Meanwhile some facts wait in a retry queue, and some in the queue of a worker that is stuck.
    """
    with Bus(platform.broker_url) as bus:
        eventually(lambda: bus.depth("warehouse.retry.300s") == IN_RETRY, within_s=60)
        platform.restart("warehouse", STUCKING)  # in good order: none stuck has had its effect
        crossed(platform)

        drill.dump(platform, "housing", "unheld")
        crossed(platform)
        drill.dump(platform, "warehouse", "unheld")

        operate_all(platform, "hold", "--seconds", "3600")
        drill.dump(platform, "housing", "held")
        goes_on(platform)
        drill.dump(platform, "warehouse", "held")
        assert bus.depth("warehouse.retry.300s") == IN_RETRY
        operate_all(platform, "release")
    crossed(platform)


def lose_everything(drill: Drill, platform: Platform) -> None:
    for name in platform.processes:
        platform.kill(name)
    drill.drop(platform)


def bring_back(platform: Platform) -> None:
    for service in SERVICES:
        migration = platform.layout.migration(service)
        migration.start()
        assert migration.wait(60) == 0, migration.tail()
    platform.layout = Prepared(**vars(platform.layout))  # migrated just now
    operate_all(platform, "release")  # the backups remember that they were held
    operate_all(platform, "resend", "--since", "2020-01-01", "--as", "wang")
    platform.start()


@pytest.mark.timeout(600)
def test_backups_taken_under_load_bring_everything_back(drill: Drill) -> None:
    """I1, I2, I3 and I6 hold of what the backups contain; what came later is known to be lost."""
    print(f"\nseed {SEED} (GUANJIA_SEED repeats it)")
    platform = drill.platform("lost", environment={"warehouse": FAILING})
    platform.start()
    load = Load(platform, ASSETS, SEED)
    load.until(lambda: back_up(drill, platform), clients=1)
    lose_everything(drill, platform)

    unheld = drill.restored("unheld")
    assert without_a_cause(unheld), "unheld, a backup has effects whose cause no other one has"

    back = drill.restored("held")
    assert not without_a_cause(back)
    gone = without_effect(back)
    assert len(gone) >= IN_RETRY + STUCK, "what was in queues is lost with the broker"
    unsent = those(back, "housing", FACTS) - those(back, "housing", SENT)
    bring_back(back)

    approved = those(back, "housing", APPROVED)
    forgotten = set(load.approved) - approved
    print(f"  {len(approved)} approvals in the backup, {len(forgotten)} later ones are lost")
    print(f"  {len(gone)} facts had been in queues, {len(unsent)} had not left the outbox")
    assert_whole(back, approved)
    assert forgotten, "nobody was told anything after the backup: no disaster"
    assert not those(back, "warehouse", CAUSES) & forgotten, "half a disposal"
    assert metric(back.processes["warehouse"], "guanjia_duplicates_total") > 0

    again = Load(back, ASSETS, SEED)
    again.run(1)
    assert again.approved[0] in load.approved, "what the backup has is answered as it was then"


def assert_whole(platform: Platform, approved: set[str]) -> None:
    """Waits until all is quiet, then counts."""
    unpublished = "SELECT count(*) FROM outbox WHERE published_at IS NULL AND returned_at IS NULL"
    for service in SERVICES:
        eventually(lambda: count(platform, service, unpublished) == 0, 60)  # noqa: B023
    facts = those(platform, "housing", FACTS)
    eventually(lambda: those(platform, "warehouse", EFFECTS) == facts, within_s=60)
    with Bus(platform.broker_url) as bus:
        eventually(lambda: bus.depth(f"evt-housing-disposal_approved--{CONSUMER}") == 0)
        assert bus.depth("warehouse.parked") == 0

    audits = "SELECT count(*) FROM audit WHERE act = 'housing.decide_approval'"
    assert len(facts) == len(approved), "I1"
    assert those(platform, "warehouse", CAUSES) == approved, "I1, I2"
    assert_conserved(platform, len(approved) * ASSETS)
    assert count(platform, "housing", audits) == len(approved), "I6"
    asked = "SELECT count(*) FROM audit WHERE result = 'OK' AND request_id <> ''"
    caller = Caller(platform.gateway)
    for service in SERVICES:
        accepted = count(platform, service, "SELECT count(*) FROM replies")
        assert count(platform, service, asked) == accepted, f"I6: {service}"
        answer = caller.call("audit.verify_audit_trail", service=service)
        assert (list(answer.problems), answer.next_seal) == ([], 0), service
    caller.close()
