"""The gateway process: gRPC server, bus client, health, reflection, metrics."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

import grpc
from grpc_health.v1 import health as grpc_health
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from chassis import logs, metrics
from chassis.contract import Method, contract_of, methods_of, shared_methods
from chassis.errors import unavailable
from chassis.platform import VERSION
from chassis.status import to_status
from gateway import health
from gateway.bridge import Bridge
from gateway.bus import BusClient
from gateway.composition import access_of
from gateway.settings import GatewaySettings
from gateway.tls import add_ports

log = logs.get("gateway")

EXIT_UNFINISHED = 70

_MAX_METADATA = 16 * 1024
_LAST_WORD_S = 0.3
"""For replies already on their way to the client."""


def contracts(services: Sequence[str]) -> dict[str, list[Method]]:
    """Full name of each gRPC service → its methods: those of `services`, and those all share."""
    methods: list[Method] = []
    for name in services:
        methods += methods_of(contract_of(name)).values()
    if services:
        methods += shared_methods().values()
    found: dict[str, list[Method]] = {}
    for method in methods:
        found.setdefault(method.path.split("/")[1], []).append(method)
    return found


async def serve(settings: GatewaySettings) -> None:
    """Serves until SIGTERM, then lets calls finish."""
    services = [name for each in settings.services.split(",") if (name := each.strip())]
    offered = contracts(services)
    bus = BusClient(settings)
    access, directory = access_of(settings, bus)
    server = grpc.aio.server(
        maximum_concurrent_rpcs=settings.max_concurrent_calls, options=_options(settings)
    )
    methods = [method for each in offered.values() for method in each]
    door = Door(Bridge(methods, services, bus, access))
    server.add_generic_rpc_handlers((door,))
    healthy = _describe(server, [*offered])
    metrics.pending_calls.set_function(lambda: bus.pending)
    metrics.info.labels("gateway", VERSION).set(1)
    tell_health = _health_of(healthy, ["", *offered])

    def on_state(connected: bool) -> None:
        if directory is not None:
            directory.doubt()  # what changed meanwhile was not heard
        tell_health(connected)

    bus.on_state = on_state
    tell_health(False)
    addresses = add_ports(server, settings)
    await access.start()
    stopping = asyncio.Event()
    probes = health.serve(
        settings.metrics_host,
        settings.metrics_port,
        asyncio.get_running_loop(),
        lambda: bus.is_connected and not stopping.is_set(),
    )
    await bus.start()
    await server.start()
    log.info("started", grpc=addresses, metrics=f"{probes[0]}:{probes[1]}")
    await _until_asked_to_stop()
    stopping.set()
    log.info("stopping")
    door.is_open = False
    await healthy.enter_graceful_shutdown()
    unfinished = await _finish(bus, settings.drain_timeout_s)
    await bus.close()
    if unfinished:
        log.error("calls unfinished; their callers try again", calls=unfinished)
    else:
        log.info("stopped")
    sys.stderr.flush()
    # server.stop would tell a call that meets it CANCELLED (grpc/grpc#41785), which no client
    # repeats. A connection that ends with the process is UNAVAILABLE.
    os._exit(EXIT_UNFINISHED if unfinished else 0)


class Door(grpc.GenericRpcHandler):
    """Lets calls in until it is closed; whoever comes later is told to try again."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self.is_open = True

    def service(self, handler_call_details: Any) -> Any:
        return self._bridge.service(handler_call_details) if self.is_open else _CLOSED


async def _turn_away(_: bytes, context: Any) -> None:
    closed = unavailable("网关正在停止，请重试", "the gateway is stopping; try again")
    status = to_status(closed, "gateway")
    details = ("grpc-status-details-bin", status.SerializeToString())
    await context.abort(grpc.StatusCode.UNAVAILABLE, status.message, trailing_metadata=(details,))


_CLOSED = grpc.unary_unary_rpc_method_handler(_turn_away)


def _describe(server: Any, offered: list[str]) -> Any:
    """Adds health and reflection; the servant of health."""
    healthy = grpc_health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(healthy, server)
    names = [*offered, grpc_health.SERVICE_NAME, reflection.SERVICE_NAME]
    reflection.enable_server_reflection(names, server)
    return healthy


def _options(settings: GatewaySettings) -> list[tuple[str, Any]]:
    return [
        ("grpc.max_receive_message_length", settings.max_message_bytes),
        ("grpc.max_send_message_length", settings.max_message_bytes),
        ("grpc.max_metadata_size", _MAX_METADATA),
        ("grpc.absolute_max_metadata_size", _MAX_METADATA),
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
        # Whoever keeps a connection for days shows their certificate again.
        ("grpc.max_connection_age_ms", 3_600_000),
        ("grpc.max_connection_age_grace_ms", 30_000),
        ("grpc.so_reuseport", 0),
    ]


def _health_of(servicer: Any, names: list[str]) -> Any:
    tasks: set[asyncio.Task[None]] = set()

    def tell(connected: bool) -> None:
        serving = health_pb2.HealthCheckResponse.ServingStatus
        status = serving.SERVING if connected else serving.NOT_SERVING
        metrics.ready.set(connected)
        for name in names:
            task = asyncio.ensure_future(servicer.set(name, status))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    return tell


async def _finish(bus: BusClient, timeout_s: float) -> int:
    """Lets the calls that were begun finish; how many did not. A watched health does not count."""
    ends_at = asyncio.get_running_loop().time() + timeout_s
    while bus.pending and asyncio.get_running_loop().time() < ends_at:
        await asyncio.sleep(0.02)
    unfinished = bus.pending
    await asyncio.sleep(_LAST_WORD_S)
    return unfinished


async def _until_asked_to_stop() -> None:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    await asked.wait()
