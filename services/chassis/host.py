"""One service process: its database, its consumers, its relay, inside a nameko container."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import eventlet
from eventlet.event import Event
from nameko.containers import ServiceContainer

from chassis import logs, metrics, signing, topology
from chassis.application import Application, utc_now
from chassis.audit.sealing import Sealer
from chassis.broker import BusConnection, connect
from chassis.consumer import Consumer
from chassis.contract import ContractMismatch
from chassis.measures import Measurer
from chassis.platform import VERSION
from chassis.principal import Reader
from chassis.publisher import ConfirmedPublisher
from chassis.reactions import React
from chassis.relay import Relay
from chassis.retention import Pruner, kept_by
from chassis.rpc import Rpc
from chassis.service import Service
from chassis.settings import ServiceSettings
from chassis.storage import secret
from chassis.storage.database import Database

log = logs.get("host")

_LIVE_LAG_S = 10
_DATABASE_LOOK_S = 1
_DATABASE_SILENT_S = 5


class Host:
    """Everything one running service is made of. `application`, `settings`,
    `consumer` and `publisher` are for the entrypoints."""

    def __init__(self, service: Service, settings: ServiceSettings) -> None:
        self.settings = settings
        self.database = Database(
            settings.database_url.get_secret_value(),
            pool_size=settings.rpc_workers + settings.reaction_workers + 4,
            statement_timeout_ms=settings.statement_timeout_ms,
            lock_timeout_ms=settings.lock_timeout_ms,
            ca=settings.database_ca,
        )
        self.database.claim()
        self.application = Application(service, self.database, settings.region_code)
        self.relay = Relay(
            self.database,
            self.publisher("relay"),
            settings.outbox_poll_s,
            timedelta(seconds=settings.outbox_returned_again_s),
        )
        self.application.on_commit = self.relay.wake
        try:
            secret.use_keys(secret.parse_keys(settings.column_keys.get_secret_value()))
            self.tickets = Reader(settings.public_keys())
        except ValueError:
            raise ContractMismatch(
                "GUANJIA_COLUMN_KEYS 或 GUANJIA_TICKET_PUBLIC_KEYS 格式有误 | "
                "GUANJIA_COLUMN_KEYS or GUANJIA_TICKET_PUBLIC_KEYS is malformed"
            ) from None
        if service.signs:
            _sign_with(settings)
        self.sealer = Sealer(self.database, settings.audit_seal_s, utc_now)
        self.pruner = Pruner(self.database, kept_by(settings), utc_now)
        self._consumers: list[Consumer] = []
        self._ended = Event()
        self._hub_seen_at = time.monotonic()
        self._database_seen_at = -math.inf
        self.measurer = Measurer(
            service, self.database, settings.measures_every_s, self.application.clock
        )
        metrics.info.labels(service.name, VERSION).set(1)
        self.container: Any = ServiceContainer(nameko_class(service), {})
        self.container.host = self

    @property
    def service(self) -> Service:
        return self.application.service

    def start(self) -> None:
        """Starts the entrypoints, then the relay."""
        self.container.start()
        eventlet.spawn(self._watch_hub)
        eventlet.spawn(self._watch_database)
        eventlet.spawn(self.measurer.run)
        eventlet.spawn(self.pruner.run)
        eventlet.spawn(self._guard, self.relay.run)
        self._sealing = eventlet.spawn(self.sealer.run)

    def wait(self) -> None:
        """Returns once `end` is called; raises what made going on pointless."""
        self._ended.wait()

    def fail(self, error: BaseException) -> None:
        """Ends the process with this error."""
        if not self._ended.ready():
            self._ended.send_exception(error)

    def end(self) -> None:
        """Asks for a graceful stop."""
        if not self._ended.ready():
            self._ended.send()

    def drain(self) -> bool:
        """Takes nothing more, finishes what is begun; False if that took too long."""
        timeout_s = self.settings.drain_timeout_s
        stopping = [eventlet.spawn(each.stop, timeout_s) for each in self._consumers]
        results = [each.wait() for each in stopping]
        self.relay.stop()
        self.sealer.stop()
        self.measurer.stop()
        self.pruner.stop()
        self._sealing.wait()
        self.container.stop()
        self.database.close()
        return all(results)

    def connect(self, purpose: str) -> BusConnection:
        return connect(self.settings, f"{self.service.name}.{purpose}")

    def consumer(self, name: str, workers: int, prefetch: int) -> Consumer:
        """A consumer that declares the topology each time it connects."""
        consumer = Consumer(name, lambda: self.connect(name), self._declare, workers, prefetch)
        self._consumers.append(consumer)
        return consumer

    def publisher(self, name: str) -> ConfirmedPublisher:
        return ConfirmedPublisher(name, lambda: self.connect(name), self.settings.broker_timeout_s)

    def is_live(self) -> bool:
        """Whether the event loop runs and the relay looks."""
        return time.monotonic() - self._hub_seen_at < _LIVE_LAG_S and self.relay.is_alive

    def is_ready(self) -> bool:
        """Whether it consumes, reaches its database, and its relay is alive."""
        ready = (
            self._reaches_database()
            and not self._ended.ready()
            and all(each.is_consuming for each in self._consumers)
            and self.relay.is_alive
        )
        metrics.ready.set(ready)
        return ready

    def _reaches_database(self) -> bool:
        alive = time.monotonic() - self._database_seen_at < _DATABASE_SILENT_S
        metrics.database_reachable.labels(self.service.name).set(alive)
        return alive

    def _declare(self, connection: BusConnection) -> None:
        topology.declare(
            connection, self.service, self.settings.queue_type, self.settings.retry_delays_s
        )

    def _guard(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:
            self.fail(error)

    def _watch_database(self) -> None:
        """Beside the probes, which answer also while a frozen database does not."""
        while not self._ended.ready():
            alive = self.database.is_alive()
            self._database_seen_at = time.monotonic() if alive else -math.inf
            eventlet.sleep(_DATABASE_LOOK_S)

    def _watch_hub(self) -> None:
        while True:
            due = time.monotonic() + 0.5
            eventlet.sleep(0.5)
            self._hub_seen_at = time.monotonic()
            metrics.hub_lag.set(max(self._hub_seen_at - due, 0))


def nameko_class(service: Service) -> type:
    """The nameko service: one entrypoint for each method of the contract and each reaction."""
    members: dict[str, Any] = {"name": service.name}
    for key, use_case in service.use_cases.items():
        members[key] = Rpc.decorator(_stub(key, use_case.function))
    for name, reaction in service.reactions.items():
        members[name] = React.decorator(_stub(name, reaction.function))
    return type(f"{service.name.capitalize()}Service", (), members)


def _stub(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """What nameko sees of a use case. The entrypoints call the application instead of it."""

    def stub(self: Any, **request: Any) -> Any:
        raise TypeError(f"{name} is answered by the application")

    stub.__name__ = name
    stub.__doc__ = function.__doc__
    return stub


def _sign_with(settings: ServiceSettings) -> None:
    try:
        signing.use_key(settings.document_key())
    except ValueError as error:
        raise ContractMismatch(str(error)) from None
