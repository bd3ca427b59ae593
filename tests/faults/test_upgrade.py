"""Replicas give way to others, of this release and of the next: clients try again at most.

Each step waits for what it is about (a process has worked, two releases have met), never for
a span of time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from sqlalchemy import Row, create_engine, text

from cli.platform import Platform
from tests.bus import Bus
from tests.faults.office import at_work
from tests.faults.releases import THIS, UNTOLD, Fleet, Release, next_release
from tests.processes import METHODS, Caller, a_property, metric
from tests.waiting import eventually

MakePlatform = Callable[..., Platform]
HEATING = "集中供暖"
ROUNDS = 10
"""Of restarts of all."""


@pytest.mark.timeout(900)
def test_f10_a_rolling_restart_costs_clients_nothing_but_another_try(
    platform_of: MakePlatform,
) -> None:
    fleet = Fleet(platform_of)

    def restarts() -> None:
        for _ in range(ROUNDS):
            for name in fleet.names:
                fleet.roll(name, THIS)

    with at_work(fleet) as office:
        office.until(restarts, clients=2)


@pytest.mark.timeout(400)
def test_f29_two_releases_side_by_side_on_the_way_to_the_next_and_back(
    platform_of: MakePlatform, tmp_path: Path
) -> None:
    coming = next_release(tmp_path / "next")
    fleet = Fleet(platform_of)

    def upgrade() -> None:
        fleet.migrate(coming)
        roll_all(fleet, fleet.names, coming)
        client, known = new_field_travels(fleet)
        old_facts_are_known(fleet)
        roll_all(fleet, fleet.names[::-1], THIS)
        assert client.get(known).heating == ""
        new_column_stays(fleet, known)

    with at_work(fleet) as office:
        office.until(upgrade, clients=2)


def roll_all(fleet: Fleet, names: Sequence[str], release: Release) -> None:
    """Halfway each release has reacted to facts of its own and of the other."""
    services = [name for name in names if "gateway" not in name]
    before = meetings(fleet.platform)
    for name in names:
        fleet.roll(name, release)
        if name == services[len(services) // 2 - 1]:
            eventually(lambda: len(meetings(fleet.platform) - before) == 4, within_s=60)


def meetings(platform: Platform) -> Counter[tuple[str, str]]:
    """How many disposals went from a housing of this or the next release to a warehouse of
    this or the next one; each noted what its release does."""
    published = "SELECT envelope FROM outbox WHERE routing_key = 'disposal_approved'"
    facts = [json.loads(row.envelope)["data"] for row in rows(platform, "housing", published)]
    noted = "SELECT document_id, max(remark) AS remark FROM intakes GROUP BY document_id"
    remarks = {row.document_id: row.remark for row in rows(platform, "warehouse", noted)}
    found: Counter[tuple[str, str]] = Counter()
    for fact in facts:
        remark = remarks.get(fact["document_id"])
        if remark is not None:
            told = fact.get("reason", "")
            assert remark in ("", told or UNTOLD)
            found["next" if told else "this", "next" if remark else "this"] += 1
    return found


def rows(platform: Platform, service: str, sql: str) -> Sequence[Row[Any]]:
    engine = create_engine(platform.layout.databases[service])
    try:
        with engine.connect() as connection:
            return connection.execute(text(sql)).all()
    finally:
        engine.dispose()


def new_field_travels(fleet: Fleet) -> tuple[NewClient, str]:
    """Clients that know of it write and read it; others see the property without."""
    client = NewClient(fleet.gateways[1])
    known = client.create(heating=HEATING)
    assert client.get(known.id).heating == known.heating == HEATING
    found = Caller(fleet.gateways[0]).call("housing.get_property", property_id=known.id)
    assert found.code == known.code
    return client, known.id


def new_column_stays(fleet: Fleet, id: str) -> None:
    """The release before changes a property and not what it does not know of."""
    told = NewClient(fleet.gateways[1]).property.DESCRIPTOR.fields_by_name
    assert "heating" not in told, "the gateway is of the next release still"
    change = {"property_id": id, "name": "旧版改名"}
    Caller(fleet.gateways[0]).call("housing.update_property", **change)
    filled = "SELECT name, heating FROM properties WHERE heating <> ''"
    (row,) = rows(fleet.platform, "housing", filled)
    assert tuple(row) == (change["name"], HEATING)


def old_facts_are_known(fleet: Fleet) -> None:
    """A fact of the release before comes again and has no second effect."""
    published = "SELECT envelope FROM outbox WHERE routing_key = 'disposal_approved' ORDER BY id"
    oldest = rows(fleet.platform, "housing", published)[0].envelope
    assert "reason" not in json.loads(oldest)["data"]
    warehouses = [fleet.platform.processes[name] for name in ("warehouse", "warehouse-2")]

    def duplicates() -> float:
        return sum(metric(each, "guanjia_duplicates_total") for each in warehouses)

    before = duplicates()
    with Bus(fleet.platform.broker_url) as bus:
        bus.publish("housing.events", "disposal_approved", oldest.encode())
    eventually(lambda: duplicates() > before)


@dataclass
class NewClient:
    """Speaks the contract as a gateway tells it by reflection."""

    gateway: str
    caller: Caller = field(init=False)

    def __post_init__(self) -> None:
        self.caller = Caller(self.gateway)
        self._pool = DescriptorPool(ProtoReflectionDescriptorDatabase(self.caller.channel))
        self.property = self._kind("Property")

    def create(self, **given: Any) -> Any:
        method = METHODS["housing.create_property"]
        asked = self._kind("CreatePropertyRequest")
        property = self.property.FromString(a_property("NEXT-1").SerializeToString())
        property.MergeFrom(self.property(**given))
        request = asked(request_id="next", property=property)
        return self.caller.send(replace(method, request=asked, response=self.property), request)

    def get(self, id: str) -> Any:
        method = METHODS["housing.get_property"]
        return self.caller.send(
            replace(method, response=self.property), method.request(property_id=id)
        )

    def _kind(self, name: str) -> Any:
        return GetMessageClass(self._pool.FindMessageTypeByName(f"guanjia.housing.v1.{name}"))
