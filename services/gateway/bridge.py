"""gRPC calls to bus calls: one handler for every method, bodies passed on undecoded."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import grpc
from google.rpc import code_pb2, error_details_pb2, status_pb2

from chassis import logs, metrics, trace
from chassis.contract import MAX_DEADLINE_MS, Method, service_of
from chassis.errors import DomainError, Internal
from chassis.status import reason_of, to_status
from gateway.access import Access
from gateway.bus import BusClient, Refused
from gateway.identity import call_of
from gateway.limits import RateLimited
from gateway.routing import route

log = logs.get("bridge")

_DETAILS = "grpc-status-details-bin"
_RETRY_AFTER = "retry-after"
_CODES = {code.value[0]: code for code in grpc.StatusCode}
_UNBOUNDED_S = 10 * 365 * 24 * 3600


class Bridge(grpc.GenericRpcHandler):
    """Offers the methods of all contracts it is given; `services` answer shared ones."""

    def __init__(
        self, methods: Iterable[Method], services: Sequence[str], bus: BusClient, access: Access
    ) -> None:
        self._services = services
        self._bus = bus
        self._access = access
        self._handlers = {
            method.path: grpc.unary_unary_rpc_method_handler(self._handler(method))
            for method in methods
        }

    def service(self, handler_call_details: Any) -> Any:
        return self._handlers.get(handler_call_details.method)

    def _handler(self, method: Method) -> Callable[[bytes, Any], Awaitable[bytes | None]]:
        limit_s = method.deadline_ms / 1000
        access, send = self._access, route(method, self._services, self._bus)
        observe = metrics.calls.labels("gateway", _label_of(method), "OK").observe

        async def handle(body: bytes, context: Any) -> bytes | None:
            began = time.perf_counter()
            try:
                call = call_of(context, context.invocation_metadata())
                ticket = await access.admit(method, call)
                left_s = _time_left(context.time_remaining(), limit_s)
                reply = await send(body, left_s, ticket, _trace_of(call.metadata))
            except Refused as refusal:
                status = status_pb2.Status.FromString(refusal.status)
            except DomainError as error:
                status = _status_of(error)
            except Exception:
                fault = trace.new_id()
                log.exception("bridge failed", method=method.path, fault=fault)
                status = to_status(Internal.fault(fault), "gateway")
            else:
                observe(time.perf_counter() - began)
                return reply
            await _refuse(context, method, status, time.perf_counter() - began)
            return None

        return handle


async def _refuse(context: Any, method: Method, status: Any, took_s: float) -> None:
    code = code_pb2.Code.Name(status.code)
    metrics.calls.labels("gateway", _label_of(method), code).observe(took_s)
    trailing = [(_DETAILS, status.SerializeToString())]
    retry = error_details_pb2.RetryInfo()
    if not any(detail.Unpack(retry) for detail in status.details):
        log.info("refused", method=_label_of(method), code=code, reason=reason_of(status))
    else:  # counted above; a line for each is what a flood would want
        after_s = math.ceil(retry.retry_delay.ToNanoseconds() / 1e9)
        trailing.append((_RETRY_AFTER, str(after_s)))
    await context.abort(
        _CODES.get(status.code, grpc.StatusCode.UNKNOWN),
        status.message,
        trailing_metadata=tuple(trailing),
    )


def _status_of(error: DomainError) -> Any:
    status = to_status(error, "gateway")
    if isinstance(error, RateLimited):
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromNanoseconds(int(error.retry_after_s * 1e9))
        status.details.add().Pack(retry)
    return status


def _label_of(method: Method) -> str:
    """housing.submit_disposal; approvals.decide_approval, whichever service answers."""
    return f"{method.service or service_of(method.path.strip('/'))}.{method.key}"


def _time_left(asked_s: float | None, limit_s: float) -> float:
    """The caller's deadline, at most the longest there is; the method's own if it has none."""
    if asked_s is None or asked_s > _UNBOUNDED_S:
        return limit_s
    return min(max(asked_s, 0.001), max(limit_s, MAX_DEADLINE_MS / 1000))


def _trace_of(metadata: Mapping[str, str]) -> str:
    given = metadata.get("traceparent", "")
    return given if len(given) == 55 else trace.new_traceparent()
