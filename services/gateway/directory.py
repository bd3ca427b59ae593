"""What the directory says somebody may do: asked over the bus, kept for some seconds.

The answer is dropped as soon as the directory publishes that it changed. While the
directory is away the last answer is used, for some minutes; without one nobody is let in.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from google.protobuf.message import DecodeError
from google.rpc import code_pb2, status_pb2

from chassis import logs, trace
from chassis.contract import fact_of
from chassis.envelope import EnvelopeRefused, unpack
from chassis.errors import DomainError, Unavailable
from chassis.principal import HeldRole, Issuer, itself
from gateway.bus import BusClient, Refused
from gateway.identity import Call
from gateway.rights import Grant, Rights, rights_of
from guanjia.directory.v1 import directory_pb2 as pb
from guanjia.directory.v1 import events_pb2

log = logs.get("rights")

ROUTING_KEY = "directory.resolve_access"
CHANGED = fact_of(events_pb2.AccessChanged)
_KEPT = 10_000
_PATIENCE_S = 3
_AGAIN_S = 2
"""After a failure nobody waits for the directory for so long."""
_FOR_ALL = (code_pb2.UNAVAILABLE, code_pb2.DEADLINE_EXCEEDED, code_pb2.RESOURCE_EXHAUSTED)
_NOBODY = (code_pb2.NOT_FOUND, code_pb2.INVALID_ARGUMENT)


class Away(Exception):
    """The directory did not answer: this subject, or `for_all`."""

    def __init__(self, told: str, *, for_all: bool = True) -> None:
        super().__init__(told)
        self.for_all = for_all


@dataclass(frozen=True)
class _Kept:
    rights: Rights
    since: float
    is_fresh: bool = True


class Directory:
    """Rights by subject, `besides` those given here. Used from one event loop only."""

    def __init__(
        self,
        bus: BusClient,
        issuer: Issuer,
        kept_s: float,
        kept_when_away_s: float,
        besides: Mapping[str, tuple[HeldRole, Grant]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bus = bus
        self._issuer = issuer
        self._kept_s = kept_s
        self._kept_when_away_s = kept_when_away_s
        self._besides = besides or {}
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._asking: dict[str, asyncio.Task[Rights]] = {}
        self._away_until = clock()
        bus.subscribe(CHANGED.exchange, CHANGED.key, self.on_changed)

    async def of(self, subject: str, call: Call) -> Rights:
        """The rights of a subject; raises Unavailable where they cannot be known."""
        kept = self._kept.get(subject)
        now = self._clock()
        if kept is not None and kept.is_fresh and now - kept.since < self._kept_s:
            return kept.rights
        if now >= self._away_until:
            try:
                return await asyncio.shield(self._ask(subject))
            except Away as error:
                if error.for_all:
                    self._away_until = self._clock() + _AGAIN_S
                log.warning("the directory is away", error=str(error))
        # Looked up again: it may have changed while we waited.
        kept = self._kept.get(subject)
        if kept is not None and self._clock() - kept.since < self._kept_when_away_s:
            return kept.rights
        raise Unavailable(
            "RIGHTS_UNKNOWN", "暂时无法核对权限，请稍后重试", "rights cannot be checked now"
        )

    def forget(self, subject: str = "") -> None:
        """Drops what is known of a subject, or of everybody."""
        if subject:
            self._kept.pop(subject, None)
            self._asking.pop(subject, None)  # its answer may be from before
        else:
            self._kept.clear()
            self._asking.clear()

    def doubt(self) -> None:
        """Something may have been missed: asks again for everybody."""
        self._asking.clear()
        for subject, kept in self._kept.items():
            self._kept[subject] = replace(kept, is_fresh=False)

    def on_changed(self, body: bytes, content_type: str) -> None:
        """Hears the fact AccessChanged."""
        try:
            subject = unpack(body, content_type, CHANGED).fact.subject  # type: ignore[attr-defined]
        except EnvelopeRefused as refusal:
            log.error("a fact that cannot be read", error=str(refusal))
            subject = ""
        self.forget(subject)

    def _ask(self, subject: str) -> asyncio.Task[Rights]:
        task = self._asking.get(subject)
        if task is None:
            task = self._asking[subject] = asyncio.create_task(self._resolve(subject))
            task.add_done_callback(lambda done: self._answered(subject, done))
        return task

    def _answered(self, subject: str, task: asyncio.Task[Rights]) -> None:
        failed = task.cancelled() or task.exception() is not None
        if self._asking.get(subject) is not task:
            return
        del self._asking[subject]
        if not failed:
            self._kept.pop(subject, None)
            if len(self._kept) >= _KEPT:
                self._kept.popitem(last=False)
            self._kept[subject] = _Kept(task.result(), self._clock())

    async def _resolve(self, subject: str) -> Rights:
        request = pb.ResolveAccessRequest(subject=subject).SerializeToString()
        ticket = self._issuer.ticket(itself("service:gateway", "directory.access.resolve"))
        try:
            reply = await self._bus.call(
                ROUTING_KEY, request, _PATIENCE_S, ticket, trace.new_traceparent()
            )
            access = pb.Access.FromString(reply)
        except Refused as refusal:
            status = status_pb2.Status.FromString(refusal.status)
            if status.code not in _NOBODY:
                raise Away(status.message, for_all=status.code in _FOR_ALL) from None
            access = pb.Access()
        except (DomainError, DecodeError) as error:
            raise Away(str(error)) from None
        more = self._besides.get(subject)
        return rights_of(subject, access, *([more] if more else []))
