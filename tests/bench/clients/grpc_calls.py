"""Calls over grpc.aio with raw bytes: nothing is encoded or decoded that need not be."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Iterator

import grpc

from guanjia.housing.v1 import properties_pb2 as pb
from tests.bench.content import PROPERTIES, a_property
from tests.bench.load import Call, Sample, closed_loop

PROPERTY_SERVICE = "/guanjia.housing.v1.PropertyService/"
DISPOSAL_SERVICE = "/guanjia.housing.v1.DisposalService/"
DEADLINE_S = 10.0


class GrpcCalls:
    """One channel and one method."""

    prepared = 0

    def __init__(self, target: str) -> None:
        self._runner = asyncio.Runner()
        self._runner.get_loop()
        self._channel = self._runner.run(_channel(target))

    def run(self, in_flight: int, seconds: float) -> Sample:
        return self._runner.run(closed_loop(self._call(), in_flight, seconds))

    def _call(self) -> Call:
        raise NotImplementedError


class OfProperties(GrpcCalls):
    """Registers properties of its own first."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self.ids: list[str] = self._runner.run(self._register())
        self.prepared = len(self.ids)

    async def _register(self) -> list[str]:
        create = self._channel.unary_unary(f"{PROPERTY_SERVICE}CreateProperty")
        ids = []
        for number in range(PROPERTIES):
            request = pb.CreatePropertyRequest(
                request_id=str(uuid.uuid4()), property=a_property(number)
            )
            reply = await create(request.SerializeToString(), timeout=DEADLINE_S)
            ids.append(pb.Property.FromString(reply).id)
        return ids


class Reads(OfProperties):
    """GetProperty, one property after another."""

    def _call(self) -> Call:
        get = self._channel.unary_unary(f"{PROPERTY_SERVICE}GetProperty")
        requests = itertools.cycle(
            [(pb.GetPropertyRequest(property_id=id).SerializeToString(), id) for id in self.ids]
        )

        async def call(_slot: int) -> str:
            request, id = next(requests)
            return await _checked(get, request, id.encode())

        return call


class Commands(OfProperties):
    """UpdateProperty with a floor area that differs from the last one each time."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self._changes = self._make_changes()

    def _make_changes(self) -> Iterator[tuple[str, float]]:
        for turn in itertools.count(1):
            area = 1_000 + turn % 100_000 / 100
            yield from ((id, area) for id in self.ids)

    def _call(self) -> Call:
        update = self._channel.unary_unary(f"{PROPERTY_SERVICE}UpdateProperty")

        async def call(_slot: int) -> str:
            id, area = next(self._changes)
            request = pb.UpdatePropertyRequest(
                request_id=str(uuid.uuid4()), property_id=id, floor_area_m2=area
            )
            return await _checked(update, request.SerializeToString(), id.encode())

        return call


class Echoes(GrpcCalls):
    """A method that does nothing; its answers have `reply_bytes`."""

    def __init__(self, target: str, request_bytes: int, reply_bytes: int) -> None:
        super().__init__(target)
        self._request = b"q" * request_bytes
        self._reply = b"r" * reply_bytes

    def _call(self) -> Call:
        echo = self._channel.unary_unary("/bench.Echo/Echo")

        async def call(_slot: int) -> str:
            return await _checked(echo, self._request, self._reply)

        return call


async def _channel(target: str) -> grpc.aio.Channel:
    return grpc.aio.insecure_channel(target)


async def _checked(
    method: grpc.aio.UnaryUnaryMultiCallable, request: bytes, expected: bytes
) -> str:
    try:
        reply: bytes = await method(request, timeout=DEADLINE_S)
    except grpc.RpcError as error:
        return str(error.code().name)
    return "" if expected in reply else "WRONG_ANSWER"
