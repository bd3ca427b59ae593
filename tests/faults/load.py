"""A load of disposals with impatient clients, and the counting of what must hold.

Facts go both ways: the warehouse drafts an intake for each asset of a disposal, and of every other
disposal it takes them in later on, which housing learns.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc
from sqlalchemy import create_engine, text

from cli.platform import Platform
from guanjia.approvals.v1.approvals_pb2 import DECISION_APPROVE
from tests.processes import Caller, Refusal, some_assets
from tests.waiting import eventually

_AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
CONSUMER = "warehouse.on_assets_released"
STORE = {
    "name": "云澜市公物仓一号库",
    "kind": "STORE_KIND_PHYSICAL",
    "address": "云澜市仓前路 1 号",
    "region_code": "990100",
    "owner_name": "云澜市机关事务管理局",
}


@dataclass
class Load:
    """Disposals, each created, submitted and approved by a client that repeats itself."""

    platform: Platform
    assets: int
    seed: int
    approved: list[str] = field(default_factory=list)
    codes_seen: set[grpc.StatusCode] = field(default_factory=set)
    stopped: threading.Event = field(default_factory=threading.Event)
    _ids: dict[int, str] = field(default_factory=dict)

    def run(self, disposals: int, clients: int = 4) -> None:
        """Returns once every disposal is approved."""
        with ThreadPoolExecutor(clients) as pool:
            for each in pool.map(self._one, range(disposals)):
                self.approved.append(each)

    def until(self, faults: Callable[[], None], clients: int = 4) -> None:
        """Goes on with new disposals while `faults` runs."""
        with ThreadPoolExecutor(clients + 1) as pool:
            failing = pool.submit(faults)
            failing.add_done_callback(lambda _: self.stopped.set())
            working = [pool.submit(self._go_on, number) for number in range(clients)]
            failing.result()
            for each in working:
                self.approved += each.result()

    def _go_on(self, client: int) -> list[str]:
        done = []
        number = 0
        while not self.stopped.is_set():
            done.append(self._one(client * 100_000 + number))
            number += 1
        return done

    def _one(self, number: int) -> str:
        caller = self._caller()
        try:
            self._ids[number] = self._dispose(caller, f"{self.seed}-{number}")
            self._take_in(caller, number - 1)
        finally:
            caller.close()
        return self._ids[number]

    def _caller(self) -> Caller:
        return Caller(self.platform.gateway)

    def _dispose(self, caller: Caller, name: str) -> str:
        """From the draft to the approval."""
        create, submit = "housing.create_disposal", "housing.submit_disposal"
        assets = some_assets(self.assets, f"F{name}")
        id = self._command(caller, create, name, reason="腾退", assets=assets).id
        asked = self._command(caller, submit, name, disposal_id=id)
        self._command(
            caller,
            "approvals.decide_approval",
            name,
            user="approver",
            service="housing",
            approval_id=asked.approval_id,
            decision=DECISION_APPROVE,
        )
        return str(id)

    def _take_in(self, caller: Caller, number: int) -> None:
        """Into the store, if all of that disposal is drafted."""
        if number % 2 or number not in self._ids:
            return
        code = f"CK-{self.seed}"
        store = self._command(caller, "warehouse.create_store", code, code=code, **STORE)
        document = self._ids[number]
        drafted = self._answer(caller, "warehouse.list_intakes", document_id=document).intakes
        for each in drafted:
            given = {"intake_id": each.id, "store_id": store.id, "place": "A-01"}
            self._command(caller, "warehouse.accept_intake", each.id, value_fen=90_000, **given)

    def _command(self, caller: Caller, act: str, name: str, /, **fields: Any) -> Any:
        """Calls until it is known to have happened, and now and then once more."""
        request_id = f"{name}-{act.rpartition('.')[2]}"
        answer = self._answer(caller, act, request_id=request_id, **fields)
        if random.Random(request_id).random() < 0.3:
            again = self._answer(caller, act, request_id=request_id, **fields)
            assert again == answer, "the same request_id gave another reply"
        return answer

    def _answer(self, caller: Caller, act: str, **fields: Any) -> Any:
        """Calls until there is an answer."""

        def attempt() -> Any:
            try:
                return caller.call(act, timeout=4, **fields)
            except Refusal as error:
                self.codes_seen.add(error.code)
                if error.code not in _AGAIN:
                    raise
                return None

        return eventually(attempt, within_s=90, every_s=0.1)


def count(platform: Platform, service: str, sql: str, **values: Any) -> int:
    """A number from the database of a service."""
    engine = create_engine(platform.layout.databases[service])
    try:
        with engine.connect() as connection:
            return int(connection.execute(text(sql), values).scalar_one())
    finally:
        engine.dispose()


def assert_conserved(platform: Platform, assets: int) -> None:
    """I3, once housing has heard: each asset is on its way or in the store, on both sides alike."""
    intakes = "SELECT count(*) FROM intakes"
    accepted = count(platform, "warehouse", f"{intakes} WHERE state = 'accepted'")
    lines = "SELECT count(*) FROM disposal_lines WHERE state = :state"
    eventually(lambda: count(platform, "housing", lines, state="accepted") == accepted, 60)
    assert {
        "intakes": count(platform, "warehouse", intakes),
        "assets with an intake": count(
            platform, "warehouse", "SELECT count(DISTINCT asset_code) FROM intakes"
        ),
        "on their way": count(platform, "housing", lines, state="awaiting_intake"),
        "in the store": count(platform, "warehouse", "SELECT count(*) FROM items"),
    } == {
        "intakes": assets,
        "assets with an intake": assets,
        "on their way": assets - accepted,
        "in the store": accepted,
    }, "I3"


def assert_invariants(platform: Platform, load: Load) -> None:
    """Waits until all is quiet, then counts I1, I2, I3 and I6."""
    assets = len(load.approved) * load.assets
    unsent = (
        "SELECT count(*) FROM outbox WHERE published_at IS NULL "
        "AND routing_key = 'disposal_approved'"
    )
    eventually(lambda: count(platform, "housing", unsent) == 0, within_s=60)
    effects = "SELECT count(*) FROM inbox WHERE consumer = :consumer"
    eventually(
        lambda: count(platform, "warehouse", effects, consumer=CONSUMER) >= len(load.approved),
        within_s=60,
    )
    facts = "SELECT count(*) FROM outbox WHERE routing_key = 'disposal_approved'"
    audits = "SELECT count(*) FROM audit WHERE act = 'housing.decide_approval'"
    states = "SELECT count(*) FROM disposals WHERE state <> 'draft' AND state <> 'submitted'"
    assert len(set(load.approved)) == len(load.approved)
    assert {
        "facts": count(platform, "housing", facts),
        "approvals audited (I6)": count(platform, "housing", audits),
        "disposals approved": count(platform, "housing", states),
        "facts with an effect (I1, I2)": count(platform, "warehouse", effects, consumer=CONSUMER),
    } == dict.fromkeys(
        (
            "facts",
            "approvals audited (I6)",
            "disposals approved",
            "facts with an effect (I1, I2)",
        ),
        len(load.approved),
    )
    assert_conserved(platform, assets)
    assert load.codes_seen <= set(_AGAIN)
    for name, process in platform.processes.items():
        assert process.is_running, f"{name} is dead (I4)"
