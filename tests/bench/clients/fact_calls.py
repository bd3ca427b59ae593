"""Facts of housing and their effects in the warehouse.

A fact is in flight from the call that causes it, the consent to a disposal, until the intake
it drafts is seen in the warehouse's database. How long it took on its way is not what the
client saw but what PostgreSQL knows: from the commit in housing to the commit in the warehouse
(`track_commit_timestamp`), by one clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
import uuid
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import psycopg2

from guanjia.approvals.v1 import approvals_pb2 as ap
from guanjia.housing.v1 import disposals_pb2 as dp
from tests.bench.clients.grpc_calls import DEADLINE_S, DISPOSAL_SERVICE, GrpcCalls
from tests.bench.load import Sample, closed_loop, percentiles
from tests.processes import some_assets

APPROVAL_SERVICE = "/guanjia.approvals.v1.ApprovalsService/"
CLERK, APPROVER = ((("guanjia-user", name),) for name in ("clerk", "approver"))
EFFECT_LIMIT_S = 60.0
LOOK_AGAIN_S = 0.002

_CAUSED = "SELECT id, pg_xact_commit_timestamp(xmin) FROM disposals WHERE id = ANY(%s)"
_EFFECTS = (
    "SELECT document_id, pg_xact_commit_timestamp(xmin) FROM intakes WHERE document_id = ANY(%s)"
)


class Facts(GrpcCalls):
    """Consents to disposals of one asset each, which must be prepared first."""

    def __init__(self, target: str, housing: str, warehouse: str) -> None:
        super().__init__(target)
        self._housing, self._warehouse = _Rows(housing, _CAUSED), _Rows(warehouse, _EFFECTS)
        self._prepared: list[tuple[str, str]] = []  # ids of a disposal and of its approval
        self._decided: list[str] = []
        self._awaited: dict[str, asyncio.Future[None]] = {}
        self._acts: dict[str, Callable[..., Coroutine[Any, Any, Sample]]] = {
            "prepare": self._prepare,
            "follow": self._follow,
            "cause": self._cause,
            "catch_up": self._catch_up,
        }

    def run(self, in_flight: int, seconds: float, act: str = "follow", **asked: int) -> Sample:
        return self._runner.run(self._acts[act](in_flight, seconds, **asked))

    async def _prepare(self, in_flight: int, seconds: float, number: int) -> Sample:
        """Sees to it that so many submitted disposals wait for consent."""
        return await closed_loop(
            self._submit, in_flight, seconds, lambda: len(self._prepared) < number
        )

    async def _follow(self, in_flight: int, seconds: float) -> Sample:
        """Each to its effect. Ends early if all that was prepared is used up."""
        self._decided.clear()
        watching = asyncio.create_task(self._watch())
        try:
            sample = await closed_loop(self._followed, in_flight, seconds, self._has_some)
        finally:
            watching.cancel()
        caused, effects = self._housing.of(self._decided), self._warehouse.of(self._decided)
        return _timed(sample, (effects[id] - caused[id] for id in self._decided))

    async def _cause(self, in_flight: int, seconds: float, number: int) -> Sample:
        """So many, without waiting for effects."""
        self._decided.clear()
        left = len(self._prepared) - number
        return await closed_loop(
            self._decide, in_flight, seconds, lambda: len(self._prepared) > left
        )

    async def _catch_up(self, _in_flight: int, _seconds: float, stopped: int) -> Sample:
        """Lets the `stopped` process go on, until all that was caused has its effect. Latency
        is from going on."""
        began_at, ends_at = datetime.now(UTC), time.monotonic() + EFFECT_LIMIT_S
        os.kill(stopped, signal.SIGCONT)
        effects: dict[str, datetime] = {}
        while (missing := len(self._decided) - len(effects)) and time.monotonic() < ends_at:
            await asyncio.sleep(LOOK_AGAIN_S * 10)
            effects = self._warehouse.of(self._decided)
        took = (max(effects.values(), default=datetime.now(UTC)) - began_at).total_seconds()
        wrong = {"NO_EFFECT": missing} if missing else {}
        sample = Sample(len(effects), took, 0, 0, wrong)
        return _timed(sample, (each - began_at for each in effects.values()))

    def _has_some(self) -> bool:
        return bool(self._prepared)

    async def _submit(self, _slot: int) -> str:
        assets = some_assets(1, f"B{uuid.uuid4().hex[:16].upper()}")
        try:
            draft = await self._asked(
                "Create", dp.CreateDisposalRequest(reason="腾退", assets=assets)
            )
            asked = await self._asked("Submit", dp.SubmitDisposalRequest(disposal_id=draft.id))
        except grpc.RpcError as error:
            return str(error.code().name)
        self._prepared.append((asked.id, asked.approval_id))
        return ""

    async def _asked(self, act: str, request: Any) -> dp.Disposal:
        method = self._channel.unary_unary(f"{DISPOSAL_SERVICE}{act}Disposal")
        request.request_id = str(uuid.uuid4())
        reply = await method(request.SerializeToString(), timeout=DEADLINE_S, metadata=CLERK)
        return dp.Disposal.FromString(reply)

    async def _decide(self, _slot: int) -> str:
        disposal_id, approval_id = self._prepared.pop()
        decide = self._channel.unary_unary(f"{APPROVAL_SERVICE}DecideApproval")
        request = ap.DecideApprovalRequest(
            request_id=str(uuid.uuid4()),
            service="housing",
            approval_id=approval_id,
            decision=ap.DECISION_APPROVE,
        )
        try:
            await decide(request.SerializeToString(), timeout=DEADLINE_S, metadata=APPROVER)
        except grpc.RpcError as error:
            return str(error.code().name)
        self._decided.append(disposal_id)
        return ""

    async def _followed(self, slot: int) -> str:
        disposal_id = self._prepared[-1][0]
        wrong = await self._decide(slot)
        if wrong:
            return wrong
        seen = self._awaited[disposal_id] = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait_for(seen, EFFECT_LIMIT_S)
        except TimeoutError:
            self._decided.remove(disposal_id)
            return "NO_EFFECT"
        finally:
            del self._awaited[disposal_id]
        return ""

    async def _watch(self) -> None:
        while True:
            waiting = list(self._awaited)
            for id in self._warehouse.of(waiting) if waiting else ():
                with contextlib.suppress(asyncio.InvalidStateError):  # seen a moment ago
                    self._awaited[id].set_result(None)
            await asyncio.sleep(LOOK_AGAIN_S)


class _Rows:
    """When the rows of some disposals were last written, by the disposal's id."""

    def __init__(self, dsn: str, sql: str) -> None:
        self._connection = psycopg2.connect(dsn)
        self._connection.autocommit = True
        self._sql = sql

    def of(self, ids: Sequence[str]) -> dict[str, datetime]:
        with self._connection.cursor() as cursor:
            cursor.execute(self._sql, (list(ids),))
            return dict(cursor.fetchall())


def _timed(sample: Sample, spans: Iterable[timedelta]) -> Sample:
    p50, p99 = percentiles(each.total_seconds() for each in spans)
    return replace(sample, p50_ms=p50 * 1000, p99_ms=p99 * 1000)
