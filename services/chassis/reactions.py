"""Facts: from a message on a reaction's queue to its effect.

Duplicates are acknowledged and counted. A transient failure puts the fact back
for later with growing delay; what cannot be understood, and what fails each
time, is parked with reason, last error and trace.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import eventlet
from nameko.extensions import Entrypoint, SharedExtension

from chassis import failpoints, logs, metrics, trace
from chassis.application import Application
from chassis.broker import message, users_of
from chassis.consumer import Consumer, Delivery
from chassis.contract import Fact
from chassis.envelope import EnvelopeRefused, unpack
from chassis.errors import DomainError, Unavailable
from chassis.publisher import ConfirmedPublisher, NotConfirmed
from chassis.topology import own_exchange, retry_exchange
from chassis.usecases import Reaction

log = logs.get("reactions")

ATTEMPTS_HEADER = "guanjia-attempts"
FOREIGN = "FOREIGN_PUBLISHER"
"""Why a fact is parked that another user than its publisher's put on the bus."""

_KEEP_ALIVE_S = 1


class React(Entrypoint):
    """One reaction as a nameko entrypoint."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.server = ReactionServer()

    def setup(self) -> None:
        self.server.serve(self.method_name)


class ReactionServer(SharedExtension):
    """Answers the facts one service reacts to."""

    def __init__(self) -> None:
        self._names: list[str] = []

    def setup(self) -> None:
        host = self.container.host
        self.app: Application = host.application
        self.delays: tuple[float, ...] = host.settings.retry_delays_s
        workers = host.settings.reaction_workers
        self.consumer: Consumer = host.consumer("reactions", workers, workers)
        self.publisher: ConfirmedPublisher = host.publisher("retries")
        self.url: str = host.settings.broker_url.get_secret_value()

    def serve(self, name: str) -> None:
        self._names.append(name)

    def start(self) -> None:
        for name in self._names:
            reaction = self.app.service.reactions[name]
            for fact in reaction.facts:
                queue = self.app.service.queue_of(reaction, fact)
                self.consumer.add(queue, partial(self.handle, reaction, fact, queue))
        self.consumer.start(self.container.host.fail)
        self._keeping_alive = eventlet.spawn(self._keep_alive)

    def stop(self) -> None:
        self._keeping_alive.kill()
        self.publisher.close()

    def _keep_alive(self) -> None:
        """Retries are seldom; without heartbeats the broker gives up on who would send them."""
        while True:
            eventlet.sleep(_KEEP_ALIVE_S)
            self.publisher.keep_alive()

    def handle(self, reaction: Reaction, fact: Fact, queue: str, delivery: Delivery) -> None:
        """Handles one message of the queue of `fact`: an effect, a retry or the parking queue;
        then the ack."""
        consumer = self.app.service.consumer_of(reaction)
        failpoints.reach("after_receive", consumer)
        began = time.perf_counter()
        try:
            self._require_publisher(fact, delivery)
            outcome = self._react(reaction, fact, consumer, delivery)
        except EnvelopeRefused as error:
            outcome = "parked"
            if not self._park(consumer, queue, delivery, error.reason, str(error)):
                return
        except Exception as error:
            outcome = self._failed(consumer, queue, delivery, error)
            if not outcome:
                return
        failpoints.reach("after_commit_before_ack", consumer)
        delivery.ack()
        metrics.reactions.labels(consumer, outcome).observe(time.perf_counter() - began)

    def _require_publisher(self, fact: Fact, delivery: Delivery) -> None:
        """Refuses a fact that another user than its publisher's put there.

        RabbitMQ vouches for the user of a message. Who has users named for services
        (`chassis.rights`) has one for this service too; where all share one, nothing is known.
        """
        users = users_of(self.url, self.app.service.name, fact.service)
        user = delivery.property("user_id")
        if users and user not in users:  # our own comes back from a retry
            raise EnvelopeRefused(FOREIGN, f"published by {user or 'nobody'}")

    def _react(self, reaction: Reaction, fact: Fact, consumer: str, delivery: Delivery) -> str:
        content_type = delivery.property("content_type")
        envelope = unpack(delivery.body, content_type, fact, reaction.message)
        with trace.span(envelope.traceparent, consumer=consumer, fact=envelope.id):
            if self.app.react(reaction, envelope):
                log.info("reacted", subject=envelope.subject)
                return "done"
            metrics.duplicates.labels(consumer).inc()
            log.info("duplicate", subject=envelope.subject)
            return "duplicate"

    def _failed(self, consumer: str, queue: str, delivery: Delivery, error: Exception) -> str:
        """Puts the fact back for later or parks it; empty if it could do neither."""
        attempts = _attempts(delivery) + 1
        permanent = isinstance(error, DomainError) and not isinstance(error, Unavailable)
        if permanent or attempts > len(self.delays):
            reason = error.reason if isinstance(error, DomainError) else "FAILED"
            told = f"{type(error).__name__}: {error}"
            return "parked" if self._park(consumer, queue, delivery, reason, told, error) else ""
        delay = self.delays[attempts - 1]
        log.warning("put back", consumer=consumer, attempts=attempts, delay_s=delay, exc_info=error)
        exchange = retry_exchange(self.app.service.name, delay)
        if not self._forward(delivery, exchange, queue, {ATTEMPTS_HEADER: attempts}):
            return ""
        metrics.retries.labels(consumer).inc()
        return "retry"

    def _park(
        self,
        consumer: str,
        queue: str,
        delivery: Delivery,
        reason: str,
        told: str,
        error: Exception | None = None,
    ) -> bool:
        log.error("parked", consumer=consumer, reason=reason, told=told[:500], exc_info=error)
        headers = {
            ATTEMPTS_HEADER: _attempts(delivery) + 1,
            "guanjia-queue": queue,
            "guanjia-reason": reason,
            "guanjia-error": told[:1_000],
            "guanjia-parked-at": int(time.time()),
        }
        service = self.app.service
        if not self._forward(delivery, own_exchange(service.name), service.parking_queue, headers):
            return False
        metrics.parked.labels(consumer, reason).inc()
        return True

    def _forward(
        self, delivery: Delivery, exchange: str, key: str, headers: dict[str, Any]
    ) -> bool:
        """A confirmed copy elsewhere; False (and no ack) where the broker did not take it.

        Headers are ours alone: not all that others can put into some can be written again.
        Giving up the connection brings back a queue that was deleted: it is declared anew.
        """
        copy = message(
            delivery.body,
            content_type=delivery.property("content_type"),
            persistent=True,
            headers=headers,
            message_id=delivery.property("message_id") or None,
        )
        try:
            if self.publisher.publish([(copy, exchange, key)]):
                raise NotConfirmed("no queue took it")
        except NotConfirmed as error:
            log.warning("not forwarded", key=key, error=str(error))
            self.consumer.give_up(delivery.channel, error)
            return False
        return True


def _attempts(delivery: Delivery) -> int:
    attempts = delivery.headers.get(ATTEMPTS_HEADER, 0)
    return attempts if isinstance(attempts, int) else 0
