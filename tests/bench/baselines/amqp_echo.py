"""A consumer that answers every message: `python -m tests.bench.baselines.amqp_echo HOST BYTES`.

py-amqp as it comes; one message, one reply, one acknowledgement.
"""

from __future__ import annotations

import sys
from typing import Any

import amqp

QUEUE = "bench.echo"
PREFETCH = 256


def serve(host: str, reply_bytes: int) -> None:
    reply = b"r" * reply_bytes
    connection = amqp.Connection(host)
    connection.connect()
    channel = connection.channel()
    channel.queue_declare(QUEUE, durable=True, auto_delete=False)
    channel.basic_qos(0, PREFETCH, False)

    def answer(request: Any) -> None:
        properties = request.properties
        answered = amqp.Message(reply, correlation_id=properties["correlation_id"], delivery_mode=1)
        channel.basic_publish(answered, routing_key=properties["reply_to"])
        channel.basic_ack(request.delivery_info["delivery_tag"])

    channel.basic_consume(QUEUE, callback=answer)
    print("ready", flush=True)
    while True:
        connection.drain_events()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
