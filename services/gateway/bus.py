"""The gateway's way to the services: one connection, calls matched by correlation id.

The connection lives in the event loop: its socket is watched beside the clients'
sockets, what has arrived is dispatched at once, what is to be sent leaves in one
piece each turn of the loop, and nothing is shared between threads. Only connecting
blocks, and does so in a thread of its own. Other threads come in through
`asyncio.run_coroutine_threadsafe`.

Replies come to a queue of this connection alone, bound as a nameko client binds its own: so a
service may write nothing but replies to the exchange that calls go through. When the
connection is lost, every pending call fails with UNAVAILABLE, since its reply is lost too.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from typing import Any

from chassis import logs, metrics
from chassis.broker import (
    DEADLINE_HEADER,
    ERROR_TYPE,
    LOST,
    PRINCIPAL_HEADER,
    PROTOBUF,
    RPC_EXCHANGE,
    TRACE_HEADER,
    BrokerRefused,
    BusConnection,
    connect,
    ensure_exchange,
    message,
)
from chassis.errors import DeadlineExceeded, DomainError, Unavailable, unavailable
from chassis.settings import SharedSettings

log = logs.get("bus")


class Refused(Exception):
    """The service answered with an error; `status` is google.rpc.Status bytes."""

    def __init__(self, status: bytes) -> None:
        super().__init__("refused")
        self.status = status


class BusClient:
    """Calls services. Used from one event loop only."""

    def __init__(self, settings: SharedSettings) -> None:
        self._settings = settings
        self._connection: BusConnection | None = None
        self._channel: Any = None
        self._reply_to = str(uuid.uuid4())
        self._pending: dict[str, asyncio.Future[bytes]] = {}
        self._sending = False
        self._waiting_to_send = False
        self._closing = False
        self._keeper: asyncio.Task[None] | None = None
        self._subscriptions: list[tuple[str, str, Callable[[bytes, str], None]]] = []
        self.on_state: Callable[[bool], None] = lambda connected: None

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    @property
    def pending(self) -> int:
        """Calls waiting for their reply."""
        return len(self._pending)

    def subscribe(self, exchange: str, key: str, hear: Callable[[bytes, str], None]) -> None:
        """Before `start`: from then on `hear` gets body and content type of each fact.

        While there is no connection facts are missed; `on_state` tells.
        """
        self._subscriptions.append((exchange, key, hear))

    async def start(self) -> None:
        """Begins to connect; calls fail with UNAVAILABLE until it is done."""
        self._loop = asyncio.get_running_loop()
        self._keeper = asyncio.create_task(self._keep())

    async def call(
        self, routing_key: str, body: bytes, timeout_s: float, principal: str, traceparent: str
    ) -> bytes:
        """The reply's bytes.

        Raises Refused with the service's own error, DeadlineExceeded after
        `timeout_s`, Unavailable when the call or its reply cannot travel.
        """
        connection = self._connection
        if connection is None:
            raise unavailable("消息总线暂不可用，请稍后重试", "the message bus is away")
        if connection.is_blocked:
            raise unavailable("消息总线暂停接收，请稍后重试", "the message bus takes nothing now")
        id = uuid.uuid4().hex  # every service may write replies: none can guess another's call
        future: asyncio.Future[bytes] = self._loop.create_future()
        self._pending[id] = future
        timer = self._loop.call_later(timeout_s, self._expire, id)
        timeout_ms = max(int(timeout_s * 1000), 1)
        request = message(
            body,
            content_type=PROTOBUF,
            headers={
                DEADLINE_HEADER: int(time.time() * 1000) + timeout_ms,
                PRINCIPAL_HEADER: principal,
                TRACE_HEADER: traceparent,
            },
            user_id=connection.user,
            reply_to=self._reply_to,
            correlation_id=id,
            expiration=str(timeout_ms),
        )
        try:
            self._channel.basic_publish(request, RPC_EXCHANGE, routing_key, mandatory=True)
            if not self._sending:
                self._sending = True
                self._loop.call_soon(self._send)
            return await future
        except LOST as error:
            self._lose(error)
            raise unavailable("消息总线暂不可用，请稍后重试", "the message bus is away") from None
        finally:
            timer.cancel()
            self._pending.pop(id, None)

    async def close(self) -> None:
        """Ends the connection; what is pending fails."""
        self._closing = True
        if self._keeper is not None:
            self._keeper.cancel()
        connection = self._connection
        if connection is not None:
            self._lose(None)

    async def _keep(self) -> None:
        """Connects, and connects again; heartbeats in between."""
        delay = 0.1
        while True:
            if self._connection is None:
                try:
                    opened = await asyncio.to_thread(self._open)
                except (*LOST, BrokerRefused) as error:
                    log.warning("cannot reach the broker", error=str(error), again_in_s=delay)
                    await asyncio.sleep(delay)
                    delay = min(delay * 2, 3)
                    continue
                delay = 0.1
                self._take(*opened)
            await asyncio.sleep(min(self._settings.heartbeat_s / 4, 1))
            self._tick()

    def _open(self) -> tuple[BusConnection, Any]:
        connection = connect(self._settings, "gateway")
        for exchange in {RPC_EXCHANGE, *(each[0] for each in self._subscriptions)}:
            ensure_exchange(connection, exchange)
        channel = connection.channel()
        _listen(channel, "rpc.reply-gateway", RPC_EXCHANGE, self._reply_to, self._on_reply)
        channel.events["basic_return"].add(self._on_return)
        for exchange, key, hear in self._subscriptions:
            queue = f"evt-{exchange.removesuffix('.events')}-{key}--gateway"
            _listen(channel, queue, exchange, key, _telling(hear))
        connection.socket.setblocking(False)
        connection.transport.hold()
        return connection, channel

    def _take(self, connection: BusConnection, channel: Any) -> None:
        self._connection, self._channel = connection, channel
        self._loop.add_reader(connection.fileno, self._receive)
        self.on_state(True)
        metrics.broker_connected.labels("gateway").set(1)
        log.info("connected")

    def _receive(self) -> None:
        connection = self._connection
        if connection is None:
            return
        try:
            connection.take_in()
        except LOST as error:
            self._lose(error)

    def _send(self) -> None:
        self._sending = False
        connection = self._connection
        if connection is None:
            return
        try:
            done = connection.transport.send_some()
        except LOST as error:
            self._lose(error)
            return
        if not done:
            self._sending = self._waiting_to_send = True
            self._loop.add_writer(connection.fileno, self._send)
        elif self._waiting_to_send:
            self._waiting_to_send = False
            self._loop.remove_writer(connection.fileno)

    def _tick(self) -> None:
        if self._connection is None:
            return
        try:
            self._connection.tick()
            self._send()
        except LOST as error:
            self._lose(error)

    def _lose(self, error: Exception | None) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        self._channel = None
        self._sending = self._waiting_to_send = False
        self._loop.remove_reader(connection.fileno)
        self._loop.remove_writer(connection.fileno)
        connection.abandon()
        self.on_state(False)
        metrics.broker_connected.labels("gateway").set(0)
        if not self._closing:
            metrics.reconnects.labels("gateway").inc()
            log.warning("broker lost", error=str(error), pending=len(self._pending))
        lost = unavailable(
            "连接中断，结果未知；可用同一请求标识重试",
            "the connection was lost; repeat with the same request_id",
        )
        self._fail(list(self._pending), lost)

    def _on_reply(self, reply: Any) -> None:
        properties = reply.properties
        future = self._pending.get(properties.get("correlation_id", ""))
        if future is None or future.done():
            return  # its caller no longer waits
        body = _body_of(reply)
        if properties.get("type") == ERROR_TYPE:
            future.set_exception(Refused(body))
        else:
            future.set_result(body)

    def _on_return(self, _error: Any, _exchange: str, key: str, returned: Any) -> None:
        service = key.partition(".")[0]
        away = Unavailable(
            "SERVICE_NOT_DEPLOYED", f"未部署 {service} 服务", f"{service} is not deployed here"
        )
        self._fail([returned.properties.get("correlation_id", "")], away)

    def _expire(self, id: str) -> None:
        late = DeadlineExceeded("DEADLINE_EXCEEDED", "处理超时", "not answered in time")
        self._fail([id], late)

    def _fail(self, ids: list[str], error: DomainError) -> None:
        for id in ids:
            future = self._pending.get(id)
            if future is not None and not future.done():
                future.set_exception(error)


def _listen(
    channel: Any, name: str, exchange: str, key: str, receive: Callable[[Any], None]
) -> None:
    """On a queue of this connection alone, gone with it."""
    queue = f"{name}-{uuid.uuid4().hex[:12]}"  # the one before may still be going
    channel.queue_declare(queue, exclusive=True, auto_delete=True)
    channel.queue_bind(queue, exchange, key)
    channel.basic_consume(queue, no_ack=True, callback=receive)


def _telling(hear: Callable[[bytes, str], None]) -> Callable[[Any], None]:
    return lambda fact: hear(_body_of(fact), str(fact.properties.get("content_type", "")))


def _body_of(received: Any) -> bytes:
    body = received.body
    return body if isinstance(body, bytes) else str(body).encode()
