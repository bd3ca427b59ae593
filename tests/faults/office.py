"""An office at work on two gateways: it repeats a call on UNAVAILABLE and on nothing else."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc

from tests.faults.load import Load, assert_invariants, count
from tests.faults.releases import Fleet
from tests.processes import Caller, Refusal, a_property
from tests.waiting import eventually

PATIENCE_S = 20
"""A busy machine is no fault of the code; an answer that never comes is."""


class Clerk(Caller):
    """A client that goes to each gateway in turn."""

    def __init__(self, gateways: Sequence[str]) -> None:
        super().__init__(gateways[0])
        self.channel.close()
        in_turn = json.dumps({"loadBalancingConfig": [{"round_robin": {}}]})
        options = [("grpc.service_config", in_turn)]
        self.channel = grpc.insecure_channel(f"ipv4:{','.join(gateways)}", options)


@dataclass
class Office(Load):
    """A load of properties and disposals, written, repeated, read and listed.

    `refusals` counts the codes that clients saw, each with its words.
    """

    gateways: Sequence[str] = ()
    refusals: Counter[str] = field(default_factory=Counter)

    def _one(self, number: int) -> str:
        self.stopped.wait(0.2)  # starting processes need some of the machine as well
        id = super()._one(number)
        clerk, name = self._caller(), f"{self.seed}-{number}"
        try:
            code = f"F{name}"
            building = self._command(
                clerk, "housing.create_property", name, property=a_property(code)
            )
            read = self._answer(clerk, "housing.get_property", property_id=building.id)
            assert read == building
            listed = self._answer(clerk, "housing.list_properties", code=code)
            assert list(listed.properties) == [building]
            self._answer(clerk, "directory.list_units")
            assert self._answer(clerk, "housing.get_disposal", disposal_id=id).id == id
            intakes = self._answer(clerk, "warehouse.list_intakes", document_id=id)
            assert len(intakes.intakes) in (0, self.assets)
        finally:
            clerk.close()
        return id

    def _caller(self) -> Caller:
        return Clerk(self.gateways)

    def _answer(self, caller: Caller, act: str, **fields: Any) -> Any:
        """Any refusal is written down; what it may be is judged at the end."""

        def attempt() -> Any:
            try:
                return caller.call(act, timeout=PATIENCE_S, **fields)
            except Refusal as error:
                self.codes_seen.add(error.code)
                self.refusals[f"{act}: {error}"] += 1
                return None

        return eventually(attempt, within_s=90)


@contextmanager
def at_work(fleet: Fleet) -> Iterator[Office]:
    """An office whose clients saw nothing but UNAVAILABLE, and each command took effect once."""
    seed = random.SystemRandom().randrange(10**6)
    office = Office(fleet.platform, assets=2, seed=seed, gateways=fleet.gateways)
    try:
        yield office
    finally:
        print(f"\n{len(office.approved)} disposals approved", *office.refusals.items(), sep="\n  ")
    assert office.codes_seen <= {grpc.StatusCode.UNAVAILABLE}, office.refusals
    assert_invariants(fleet.platform, office)
    properties = "SELECT count(*) FROM properties WHERE code LIKE :code"
    known = count(fleet.platform, "housing", properties, code=f"F{seed}-%")
    assert known == len(office.approved)
