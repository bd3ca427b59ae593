"""A grpc.aio server that does nothing: `python -m tests.bench.baselines.grpc_echo PORT BYTES`."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import grpc


class Echo(grpc.GenericRpcHandler):
    """Answers every method with as many bytes as it was told."""

    def __init__(self, reply_bytes: int) -> None:
        reply = b"r" * reply_bytes

        async def answer(_request: bytes, _context: Any) -> bytes:
            return reply

        self._handler = grpc.unary_unary_rpc_method_handler(answer)

    def service(self, _details: Any) -> Any:
        return self._handler


async def serve(port: int, reply_bytes: int) -> None:
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((Echo(reply_bytes),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    print("ready", flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
