"""Exchanges and queues of a service, declared by `migrate` and again at each start.

Declaring again costs nothing, brings back a queue that was deleted, and refuses
the start where a queue exists with other arguments.

    nameko-rpc ──housing.*──▶ rpc-housing                     calls
    housing.events ──disposal_approved──▶ evt-housing-disposal_approved--warehouse.on_…
    warehouse.retry.10s ──#──▶ warehouse.retry.10s ──(10 s)──▶ the queue it came from
                               warehouse.parked               facts that need a person

A reaction to a shape has a queue for each fact of that shape.
"""

from __future__ import annotations

from typing import Any

from chassis.broker import RPC_EXCHANGE, explained
from chassis.service import Service


def retry_exchange(service: str, delay_s: float) -> str:
    """Where a fact waits `delay_s` seconds; its routing key is the queue it goes back to."""
    return f"{service}.retry.{delay_s:g}s"


def declare(channel: Any, service: Service, queue_type: str, delays_s: tuple[float, ...]) -> None:
    """Declares all that `service` needs; raises BrokerRefused where it cannot be."""
    durable = {"x-queue-type": queue_type}
    with explained(f"exchange {RPC_EXCHANGE}"):
        channel.exchange_declare(RPC_EXCHANGE, "topic", durable=True, auto_delete=False)
    _queue(channel, service.rpc_queue, {})
    with explained(f"binding of {service.rpc_queue}"):
        channel.queue_bind(service.rpc_queue, RPC_EXCHANGE, f"{service.name}.*")
    exchanges = {f"{service.name}.events"}
    exchanges |= {fact.exchange for each in service.reactions.values() for fact in each.facts}
    for exchange in sorted(exchanges):
        with explained(f"exchange {exchange}"):
            channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
    if not service.reactions:
        return
    for delay_s in delays_s:
        name = retry_exchange(service.name, delay_s)
        with explained(f"exchange {name}"):
            channel.exchange_declare(name, "topic", durable=True, auto_delete=False)
        expiring = {"x-message-ttl": int(delay_s * 1000), "x-dead-letter-exchange": ""}
        _queue(channel, name, durable | expiring)
        channel.queue_bind(name, name, "#")
    _queue(channel, service.parking_queue, durable)
    for reaction in service.reactions.values():
        for fact in reaction.facts:
            queue = service.queue_of(reaction, fact)
            _queue(channel, queue, durable)
            with explained(f"binding of {queue}"):
                channel.queue_bind(queue, fact.exchange, fact.key)


def _queue(channel: Any, name: str, arguments: dict[str, Any]) -> None:
    with explained(f"queue {name}"):
        channel.queue_declare(name, durable=True, auto_delete=False, arguments=arguments)
