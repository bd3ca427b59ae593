"""A gateway of a few lines: real gRPC, answers made by the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.message import Message

from chassis.errors import DomainError
from chassis.status import to_status
from cli import catalogue

_CODES = {code.value[0]: code for code in grpc.StatusCode}


@dataclass
class Call:
    """One call as it came in."""

    method: str
    request: Any
    metadata: dict[str, str]
    time_left_s: float | None


@dataclass
class FakeGateway(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Answers by method name; an answer may be a reply, an error, or a function of the request."""

    answers: dict[str, Message | DomainError | grpc.StatusCode | Callable[[Any], Message]]
    calls: list[Call] = field(default_factory=list)
    address: str = ""

    def service(self, details: Any) -> Any:
        for name, method in catalogue.methods().items():
            if method.path == details.method and name in self.answers:
                return grpc.unary_unary_rpc_method_handler(
                    self._answering(name),
                    request_deserializer=method.request.FromString,
                    response_serializer=method.response.SerializeToString,
                )
        return None

    def requests(self, name: str) -> list[Any]:
        return [call.request for call in self.calls if call.method == name]

    def _answering(self, name: str) -> Callable[[Any, Any], Any]:
        def answer(request: Any, context: Any) -> Any:
            metadata = dict(context.invocation_metadata())
            self.calls.append(Call(name, request, metadata, context.time_remaining()))
            try:
                told = self.answers[name]
                if isinstance(told, DomainError):
                    raise told
                if isinstance(told, grpc.StatusCode):
                    context.abort(told, "as the test wants it")
                return told(request) if callable(told) else told
            except DomainError as error:
                status = to_status(error, name.split(".")[0])
                context.abort_with_status(_Told(status))

        return answer


@dataclass
class _Told(grpc.Status):  # type: ignore[misc]
    status: Any

    def __post_init__(self) -> None:
        self.code = _CODES[self.status.code]
        self.details = self.status.message
        self.trailing_metadata = (("grpc-status-details-bin", self.status.SerializeToString()),)


@contextmanager
def fake_gateway(**answers: Any) -> Iterator[FakeGateway]:
    """Serves `answers` on a free port: housing_GetProperty=…"""
    made = FakeGateway({name.replace("_", ".", 1): each for name, each in answers.items()})
    server = grpc.server(ThreadPoolExecutor(4), [made])
    made.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield made
    finally:
        server.stop(0).wait()
