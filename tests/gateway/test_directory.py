"""What the directory says, how long it is believed, and what happens without it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis import envelope
from chassis.errors import InvalidInput, NotFound, Unavailable, unavailable
from chassis.principal import DEVELOPMENT_KEY, EVERYWHERE, Issuer, Reader, public_key_of
from gateway.directory import CHANGED, ROUTING_KEY, Directory
from gateway.identity import Call
from guanjia.directory.v1 import directory_pb2 as pb
from guanjia.directory.v1 import events_pb2
from tests.gateway.fake_bus import FakeBus, told

CALL = Call({})


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Ground:
    def __init__(self) -> None:
        self.bus = FakeBus()
        self.clock = Clock()
        self.directory = Directory(
            self.bus,  # type: ignore[arg-type]
            Issuer(DEVELOPMENT_KEY),
            30,
            600,
            clock=self.clock,
        )
        self.permit("housing.*")

    def permit(self, *permissions: str) -> None:
        role = pb.HeldRole(role="clerk", permissions=permissions, region_code="990101")
        self.bus.answers[ROUTING_KEY] = pb.Access(roles=[role] if permissions else [])

    async def may(self, permission: str = "housing.x.y", subject: str = "wang") -> bool:
        return bool((await self.directory.of(subject, CALL)).scope(permission))

    async def is_unknown(self, subject: str = "wang") -> bool:
        try:
            await self.directory.of(subject, CALL)
        except Unavailable as error:
            assert error.reason == "RIGHTS_UNKNOWN"
            return True
        return False

    def hear(self, fact: events_pb2.AccessChanged) -> None:
        packed = envelope.pack(
            fact,
            id="1",
            region_code="990100",
            subject=fact.subject,
            aggregate_version=1,
            time=datetime.now(UTC),
            traceparent="",
        )
        self.bus.heard["directory.events", "access_changed"](packed.encode(), envelope.CONTENT_TYPE)


def running(test: Callable[[Ground], Awaitable[None]]) -> Callable[[], None]:
    """The test, in an event loop, on a ground of its own."""

    def run() -> None:
        async def within() -> None:
            await test(Ground())

        asyncio.run(within())

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


@running
async def test_s4_rights_are_asked_for_once_and_again_when_they_are_old(ground: Ground) -> None:
    assert await ground.may()
    ground.permit()
    assert await ground.may()
    assert len(ground.bus.calls) == 1
    ground.clock.now += 31
    assert not await ground.may()
    assert len(ground.bus.calls) == 2


@running
async def test_s4_the_gateway_asks_in_its_own_name(ground: Ground) -> None:
    await ground.may()
    ((_, body, _, ticket),) = ground.bus.calls
    assert pb.ResolveAccessRequest.FromString(body).subject == "wang"
    asking = Reader([public_key_of(DEVELOPMENT_KEY)]).principal(ticket)
    assert asking.subject == "service:gateway"
    assert asking.scope == EVERYWHERE


@running
async def test_s4_many_calls_of_one_subject_ask_once(ground: Ground) -> None:
    assert all(await asyncio.gather(*(ground.may() for _ in range(100))))
    assert len(ground.bus.calls) == 1


@running
async def test_s4_a_caller_who_gives_up_does_not_end_the_asking_of_others(ground: Ground) -> None:
    go = asyncio.Event()

    async def slowly(_body: bytes) -> pb.Access:
        await go.wait()
        return pb.Access()

    ground.bus.answers[ROUTING_KEY] = slowly
    first, second = (asyncio.create_task(ground.may()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    go.set()
    assert await second is False


@running
async def test_s4_a_change_counts_at_once(ground: Ground) -> None:
    assert await ground.may(subject="wang")
    assert await ground.may(subject="li")
    ground.permit()
    ground.hear(events_pb2.AccessChanged(subject="wang"))
    assert not await ground.may(subject="wang")
    assert await ground.may(subject="li")
    ground.hear(events_pb2.AccessChanged())
    assert not await ground.may(subject="li")


@running
async def test_s4_a_change_that_cannot_be_read_is_taken_for_everybodys(ground: Ground) -> None:
    assert await ground.may()
    ground.permit()
    ground.bus.heard[CHANGED.exchange, CHANGED.key](b"\xff", "")
    assert not await ground.may()


@running
async def test_s4_an_answer_from_before_a_change_is_not_kept(ground: Ground) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def slowly(_body: bytes) -> Any:
        begun.set()
        await go.wait()
        return pb.Access(roles=[pb.HeldRole(role="r", permissions=["*"], region_code="99")])

    ground.bus.answers[ROUTING_KEY] = slowly
    early = asyncio.create_task(ground.may())
    await begun.wait()
    ground.hear(events_pb2.AccessChanged(subject="wang"))
    go.set()
    assert await early
    ground.permit()
    assert not await ground.may()


@running
async def test_s4_while_the_directory_is_away_its_last_answer_counts_for_a_time(
    ground: Ground,
) -> None:
    assert await ground.may()
    ground.clock.now += 31
    for error in (unavailable(), told(unavailable()), ValueError):
        if error is not ValueError:
            ground.bus.answers[ROUTING_KEY] = error
            assert await ground.may()
            ground.clock.now += 3
    calls = len(ground.bus.calls)
    assert await ground.may()
    assert await ground.may()
    assert len(ground.bus.calls) == calls + 1, "nobody waits for who is known to be away"
    assert await ground.is_unknown("li")
    ground.clock.now += 600
    assert await ground.is_unknown()
    ground.permit("housing.*")
    ground.clock.now += 3
    assert await ground.may()


@running
async def test_s4_what_changed_is_not_believed_even_while_the_directory_is_away(
    ground: Ground,
) -> None:
    assert await ground.may()
    ground.bus.answers[ROUTING_KEY] = unavailable()
    ground.hear(events_pb2.AccessChanged(subject="wang"))
    assert await ground.is_unknown()


@running
async def test_s4_after_a_lost_connection_everybody_is_asked_for_again(ground: Ground) -> None:
    assert await ground.may()
    ground.directory.doubt()
    ground.bus.answers[ROUTING_KEY] = unavailable()
    assert await ground.may(), "still believed while the directory is away"
    ground.permit()
    ground.clock.now += 3
    assert not await ground.may()


@running
async def test_s4_whom_the_directory_does_not_know_may_do_nothing(ground: Ground) -> None:
    for error in (NotFound.object("subject", "x"), InvalidInput.field("subject", "X", "误", "x")):
        ground.bus.answers[ROUTING_KEY] = told(error)
        assert not await ground.may(subject=error.reason)


@running
async def test_s4_memory_is_bounded(ground: Ground) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gateway.directory._KEPT", 10)
        for number in range(100):
            await ground.may(subject=f"s{number}")
    assert len(ground.directory._kept) == 10
