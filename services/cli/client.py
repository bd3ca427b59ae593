"""Calls the gateway over gRPC.

    NoAnswer     the gateway cannot be reached, or said nothing in time
    Refused      it answered with an error

No other error leaves this module.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import quote

import grpc
from google.protobuf.message import Message
from google.rpc import status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc

from chassis.contract import Method
from chassis.status import reason_of
from cli import credentials

USER_METADATA = "guanjia-user"
RIGHTS_METADATA = "guanjia-rights"
_DETAILS = "grpc-status-details-bin"
_UNANSWERED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
_RETRIES = {
    "methodConfig": [
        {
            "name": [{}],
            "retryPolicy": {
                "maxAttempts": 5,
                "initialBackoff": "0.2s",
                "maxBackoff": "2s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ]
}


_LONGER_S = 2
_NO_PROXY = ("grpc.enable_http_proxy", 0)


class NoAnswer(Exception):
    """The gateway cannot be reached, or said nothing in time; the result is not known."""

    def __init__(self, address: str, detail: str) -> None:
        super().__init__(f"{address}: {detail}")
        self.address = address
        self.detail = detail


class Refused(Exception):
    """The call was answered with an error."""

    def __init__(self, method: Method, request: Message, status: status_pb2.Status) -> None:
        super().__init__(f"{method.routing_key}: {status.message}")
        self.method = method
        self.request = request
        self.status = status

    @property
    def reason(self) -> str:
        return reason_of(self.status)


class Client:
    """The gateway at `address`, spoken to with what the environment proves (see
    `credentials`), or as `user` where the identity of development is in use, who then
    has `rights` only, if given (see gateway.identity.development).

    With `retries`, a call that finds the gateway or a service away is sent again a
    few times: safe, since a command repeated with its request_id has one effect.
    """

    def __init__(
        self,
        address: str,
        user: str = "",
        *,
        retries: bool = False,
        rights: Mapping[str, Any] | None = None,
    ) -> None:
        self.address = address
        # Metadata is ASCII; the gateway decodes it.
        said = {USER_METADATA: user, RIGHTS_METADATA: json.dumps(rights) if rights else ""}
        self._metadata = (
            *credentials.metadata(),
            *((name, quote(text, safe=" @:.,")) for name, text in said.items() if text),
        )
        options: list[tuple[str, Any]] = [_NO_PROXY]
        if retries:
            options.append(("grpc.service_config", json.dumps(_RETRIES)))
        self._channel = credentials.channel(address, options)

    def call(self, method: Method, request: Message, deadline_s: float = 0) -> Message:
        """The reply; 0 seconds means the method's own limit, which the gateway keeps."""
        invoke = self._channel.unary_unary(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        # Without a deadline of its own the call waits a little longer than the gateway
        # does, so that what the gateway says of the delay arrives.
        patience_s = None if deadline_s else method.deadline_ms / 1000 + _LONGER_S
        answer = invoke.future(request, timeout=deadline_s or None, metadata=self._metadata)
        try:
            reply: Message = answer.result(patience_s)
        except grpc.FutureTimeoutError:
            answer.cancel()
            raise NoAnswer(self.address, f"nothing within {patience_s:g} s") from None
        except grpc.RpcError as error:
            raise self._told(error, method, request) from None
        return reply

    def close(self) -> None:
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _told(self, error: Any, method: Method, request: Message) -> NoAnswer | Refused:
        for name, value in error.trailing_metadata() or ():
            if name == _DETAILS:
                return Refused(method, request, status_pb2.Status.FromString(value))
        if error.code() in _UNANSWERED:
            return NoAnswer(self.address, f"{error.code().name} {error.details()}")
        # What gRPC itself refuses carries no details.
        plain = status_pb2.Status(code=error.code().value[0], message=error.details() or "")
        return Refused(method, request, plain)


def is_serving(address: str) -> bool:
    """Whether a gateway is there and has its bus."""
    with credentials.channel(address, [_NO_PROXY]) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(), timeout=2
            )
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
