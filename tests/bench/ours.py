"""What Guanjia does: a read and a command through gateway and service, on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from cli.platform import Platform
from tests.bench import proc
from tests.bench.client import Client
from tests.bench.ground import Ground
from tests.bench.measure import Finding, Measure

SERVICE = "housing"
DATABASE = f"guanjia_{SERVICE}"
SINK = "bench.property_changed"
DRAIN_LIMIT_S = 120.0

_EFFECTS = """
    SELECT (SELECT coalesce(sum(version), 0) FROM properties),
           (SELECT count(*) FROM audit),
           (SELECT count(*) FROM replies WHERE reply IS NOT NULL),
           (SELECT count(*) FROM outbox),
           (SELECT count(*) FROM outbox WHERE published_at IS NOT NULL)
"""
_EFFECT_NAMES = ("state changes", "audit rows", "stored replies", "facts", "facts published")
_WAITING = "SELECT count(*) FROM outbox WHERE published_at IS NULL"


class Outbox:
    """Waits for the relay, and remembers how far behind it was."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.most = 0
        self.longest_s = 0.0

    def settle(self) -> None:
        """Returns once every fact is published; TimeoutError if that takes too long."""
        began_at = time.monotonic()
        waiting = self._waiting()
        self.most = max(self.most, waiting)
        while waiting:
            if time.monotonic() - began_at > DRAIN_LIMIT_S:
                raise TimeoutError(f"{waiting} facts are still in the outbox")
            time.sleep(0.05)
            waiting = self._waiting()
        self.longest_s = max(self.longest_s, time.monotonic() - began_at)

    def _waiting(self) -> int:
        return int(self._ground.ask(DATABASE, _WAITING)[0])


@contextmanager
def ours(ground: Ground) -> Iterator[list[Measure]]:
    """One gateway, one service process; the relay has a subscriber."""
    platform = Platform(
        ground.folder / "guanjia",
        services=(SERVICE,),
        storage="postgresql",
        broker=ground.broker.url,
        postgresql=ground.postgresql,
    )
    with ExitStack() as stack:
        stack.enter_context(platform)
        ground.drain_to_nowhere(SINK, f"{SERVICE}.events", "property_changed")
        outbox = Outbox(ground)
        clients = {
            kind: stack.enter_context(
                Client(
                    f"guanjia-{kind}", ground.folder / f"client-{kind}.log", target=platform.gateway
                )
            )
            for kind in ("read", "command")
        }
        outbox.settle()
        before = clients["read"].prepared

        def check(measure: Measure) -> list[Finding]:
            outbox.settle()
            return [_effects(ground, measure, before), _relay(outbox), _resident(platform)]

        processes = {
            "gateway": platform.processes["gateway"].pid,
            "service": platform.processes[SERVICE].pid,
            "broker": ground.broker.pid,
            "postgres": ground.postgresql.pid,
        }
        yield [
            Measure("ours.read", clients["read"], processes),
            Measure("ours.command", clients["command"], processes, outbox.settle, check),
        ]


def _effects(ground: Ground, measure: Measure, before: int) -> Finding:
    """Every accepted command left one of each; a refused one may have, if it was cut off."""
    least = before + measure.accepted
    most = least + measure.wrong.total()
    counted = dict(
        zip(_EFFECT_NAMES, (int(each) for each in ground.ask(DATABASE, _EFFECTS)), strict=True)
    )
    ok = all(least <= each <= most for each in counted.values()) and len({*counted.values()}) == 1
    told = ", ".join(f"{number:,} {name}" for name, number in counted.items())
    return Finding(ok, f"ours: {least:,} commands accepted; {told}")


def _relay(outbox: Outbox) -> Finding:
    return Finding(
        True,
        f"ours: after a command run at most {outbox.most:,} facts waited in the outbox; "
        f"the last left it {outbox.longest_s:.1f} s later",
    )


def _resident(platform: Platform) -> Finding:
    used = {name: proc.resident_mb(each.pid) for name, each in platform.processes.items()}
    told = ", ".join(f"{name} {each:.0f} MB" for name, each in used.items())
    return Finding(True, f"ours: resident after the load: {told}")
