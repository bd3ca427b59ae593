"""Exchanges and queues of a service, declared by `migrate` and again at each start.

Declaring again costs nothing, brings back a queue that was deleted, and refuses
the start where a queue exists with other arguments.

    nameko-rpc ──housing.*──▶ rpc-housing                     calls
    housing.events ──disposal_approved──▶ evt-housing-disposal_approved--warehouse.on_…
    warehouse.retry.10s ──#──▶ warehouse.retry.10s ──(10 s)──▶ warehouse.queues
    warehouse.queues ──name of a queue──▶ that queue of its own, if it is for facts
                               warehouse.parked               facts that need a person

A reaction to a shape has a queue for each fact of that shape.

A service never publishes by RabbitMQ's default exchange, which leads to every queue of every
service, and needs no right to it. Exchanges of others are declared by whoever needs them
first, or beforehand (see `chassis.rights`).
"""

from __future__ import annotations

from typing import Any

from chassis.broker import RPC_EXCHANGE, BusConnection, ensure_exchange, explained
from chassis.service import Service


def retry_exchange(service: str, delay_s: float) -> str:
    """Where a fact waits `delay_s` seconds; its routing key is the queue it goes back to."""
    return f"{service}.retry.{delay_s:g}s"


def own_exchange(service: str) -> str:
    """Leads to each queue of the service's facts by the name of the queue."""
    return f"{service}.queues"


def declare(
    connection: BusConnection, service: Service, queue_type: str, delays_s: tuple[float, ...]
) -> None:
    """Declares all that `service` needs; raises BrokerRefused where it cannot be."""
    durable = {"x-queue-type": queue_type}
    facts = [fact for each in service.reactions.values() for fact in each.facts]
    exchanges = {RPC_EXCHANGE, f"{service.name}.events", *(fact.exchange for fact in facts)}
    for exchange in sorted(exchanges):
        ensure_exchange(connection, exchange)
    channel = connection.channel()
    _queue(channel, service.rpc_queue, {})
    _bind(channel, service.rpc_queue, RPC_EXCHANGE, f"{service.name}.*")
    if service.reactions:
        own = own_exchange(service.name)
        _exchange(channel, own, "direct")
        for delay_s in delays_s:
            name = retry_exchange(service.name, delay_s)
            _exchange(channel, name, "topic")
            expiring = {"x-message-ttl": int(delay_s * 1000), "x-dead-letter-exchange": own}
            _queue(channel, name, durable | expiring)
            _bind(channel, name, name, "#")
        _queue(channel, service.parking_queue, durable)
        _bind(channel, service.parking_queue, own, service.parking_queue)
        for reaction in service.reactions.values():
            for fact in reaction.facts:
                queue = service.queue_of(reaction, fact)
                _queue(channel, queue, durable)
                _bind(channel, queue, own, queue)
                _bind(channel, queue, fact.exchange, fact.key)
    channel.close()


def _exchange(channel: Any, name: str, kind: str) -> None:
    with explained(f"exchange {name}"):
        channel.exchange_declare(name, kind, durable=True, auto_delete=False)


def _bind(channel: Any, queue: str, exchange: str, key: str) -> None:
    with explained(f"binding of {queue}"):
        channel.queue_bind(queue, exchange, key)


def _queue(channel: Any, name: str, arguments: dict[str, Any]) -> None:
    with explained(f"queue {name}"):
        channel.queue_declare(name, durable=True, auto_delete=False, arguments=arguments)
