"""gRPC calls to bus calls: one handler for every method, bodies passed on undecoded."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import grpc
from google.rpc import code_pb2, status_pb2

from chassis import logs, metrics, trace
from chassis.contract import MAX_DEADLINE_MS, Method
from chassis.errors import DomainError, Internal
from chassis.status import reason_of, to_status
from gateway.access import Access
from gateway.bus import BusClient, Refused

log = logs.get("bridge")

_DETAILS = "grpc-status-details-bin"
_CODES = {code.value[0]: code for code in grpc.StatusCode}
_UNBOUNDED_S = 10 * 365 * 24 * 3600


class Bridge(grpc.GenericRpcHandler):
    """Offers the methods of all contracts it is given."""

    def __init__(self, methods: Iterable[Method], bus: BusClient, access: Access) -> None:
        self._bus = bus
        self._access = access
        self._handlers = {
            method.path: grpc.unary_unary_rpc_method_handler(self._handler(method))
            for method in methods
        }

    def service(self, handler_call_details: Any) -> Any:
        return self._handlers.get(handler_call_details.method)

    def _handler(self, method: Method) -> Callable[[bytes, Any], Awaitable[bytes | None]]:
        routing_key = method.routing_key
        limit_s = method.deadline_ms / 1000
        bus, access = self._bus, self._access
        observe = metrics.calls.labels("gateway", method.routing_key, "OK").observe

        async def handle(body: bytes, context: Any) -> bytes | None:
            began = time.perf_counter()
            try:
                metadata = context.invocation_metadata()
                principal = access.admit(method, metadata)
                reply = await bus.call(
                    routing_key,
                    body,
                    _time_left(context.time_remaining(), limit_s),
                    principal.to_header(),
                    _trace_of(metadata),
                )
            except Refused as refusal:
                status = status_pb2.Status.FromString(refusal.status)
            except DomainError as error:
                status = to_status(error, "gateway")
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
    metrics.calls.labels("gateway", method.routing_key, code).observe(took_s)
    log.info("refused", method=method.routing_key, code=code, reason=reason_of(status))
    await context.abort(
        _CODES.get(status.code, grpc.StatusCode.UNKNOWN),
        status.message,
        trailing_metadata=((_DETAILS, status.SerializeToString()),),
    )


def _time_left(asked_s: float | None, limit_s: float) -> float:
    """The caller's deadline, at most the longest there is; the method's own if it has none."""
    if asked_s is None or asked_s > _UNBOUNDED_S:
        return limit_s
    return min(max(asked_s, 0.001), max(limit_s, MAX_DEADLINE_MS / 1000))


def _trace_of(metadata: Iterable[tuple[str, str | bytes]]) -> str:
    for name, value in metadata:
        if name == "traceparent" and isinstance(value, str) and len(value) == 55:
            return value
    return trace.new_traceparent()
