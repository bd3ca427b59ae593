"""What gRPC alone and the bus alone allow, for payloads as large as ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cli.servers import free_port
from tests.bench.baselines.server import serving
from tests.bench.client import Client
from tests.bench.content import sizes
from tests.bench.ground import Ground
from tests.bench.measure import Measure

SERVERS = "tests.bench.baselines"


@contextmanager
def echoes(ground: Ground) -> Iterator[list[Measure]]:
    logs, bytes_of, port = ground.folder, sizes(), free_port()
    payload = {"request_bytes": bytes_of.request, "reply_bytes": bytes_of.reply}
    with (
        serving(
            "grpc-echo",
            f"{SERVERS}.grpc_echo",
            port,
            bytes_of.reply,
            log=logs / "grpc-echo.log",
        ) as grpc,
        serving(
            "amqp-echo",
            f"{SERVERS}.amqp_echo",
            ground.broker_address,
            bytes_of.reply,
            log=logs / "amqp-echo.log",
        ) as amqp,
        Client(
            "grpc-echo", logs / "client-grpc-echo.log", target=f"127.0.0.1:{port}", **payload
        ) as grpc_client,
        Client(
            "amqp-echo", logs / "client-amqp-echo.log", host=ground.broker_address, **payload
        ) as amqp_client,
    ):
        yield [
            Measure("echo.grpc", grpc_client, {"service": grpc.pid}),
            Measure("echo.amqp", amqp_client, {"service": amqp.pid, "broker": ground.broker.pid}),
        ]
