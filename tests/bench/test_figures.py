"""The figures of the bench mean what they are called. Needs no server."""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.bench import proc
from tests.bench.load import Sample, Tally, closed_loop
from tests.bench.measure import Finding, Reading
from tests.bench.ratios import BY_CPU, COMMANDS, READS, SERIES, SHARE, ratios
from tests.bench.report import Report
from tests.bench.rounds import QUICK, Row


def row(name: str, *rates: int) -> Row:
    return Row(name, 16, [Reading(Sample(rate, 1.0, 1.0, 2.0, {}), {}, 0.0) for rate in rates])


def test_a_closed_loop_keeps_as_many_in_flight_as_asked() -> None:
    now = most = 0

    async def call(_slot: int) -> str:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.001)
        now -= 1
        return ""

    sample = asyncio.run(closed_loop(call, in_flight=5, seconds=0.05))
    assert most == 5
    assert sample.calls > 5


def test_a_closed_loop_ends_early_when_there_is_nothing_left_to_ask() -> None:
    left = [1, 2, 3]

    async def call(_slot: int) -> str:
        left.pop()
        await asyncio.sleep(0)
        return ""

    sample = asyncio.run(closed_loop(call, in_flight=2, seconds=60, more=lambda: bool(left)))
    assert sample.calls == 3
    assert sample.seconds < 60


def test_wrong_answers_are_no_calls() -> None:
    tally = Tally()
    tally.add(0.001)
    tally.add(0.001, "WRONG_ANSWER")
    sample = tally.sample()
    assert sample.calls == 1
    assert sample.wrong == {"WRONG_ANSWER": 1}


def test_percentiles_are_those_of_the_calls() -> None:
    tally = Tally()
    for milliseconds in range(100, 0, -1):
        tally.add(milliseconds / 1000)
    sample = tally.sample()
    assert sample.p50_ms == pytest.approx(51)
    assert sample.p99_ms == pytest.approx(100)


def test_a_row_is_the_median_of_its_rounds() -> None:
    of_three = row("ours.read", 900, 1_100, 1_000)
    assert of_three.rate == 1_000
    assert of_three.spread == pytest.approx(0.2)


def test_ratios_compare_like_with_like() -> None:
    found = ratios(
        [
            row("ours.read", 1_200),
            row("ours.command", 600),
            row("nameko.read", 400),
            row("nameko.command", 150),
            row("echo.grpc", 6_000),
            row("echo.amqp", 3_000),
        ]
    )
    values = {each.name: each.value for each in found}
    assert values == {
        SERIES: pytest.approx(2_000),
        SHARE: pytest.approx(0.6),
        READS: pytest.approx(3),
        COMMANDS: pytest.approx(4),
    }
    assert {each.name: each.is_met for each in found} == {
        SERIES: None,
        SHARE: False,
        READS: True,
        COMMANDS: False,
    }


def test_ratios_by_cpu_do_not_depend_on_the_rates() -> None:
    readings = [Reading(Sample(1, 1.0, 1.0, 2.0, {}), {"client": 0.5, "service": 1.5}, 0.0)]
    slower = [Reading(Sample(9, 1.0, 1.0, 2.0, {}), {"client": 0.5, "service": 5.5}, 0.0)]
    found = ratios([Row("ours.read", 16, readings), Row("nameko.read", 16, slower)])
    assert {each.name: each.value for each in found}[READS + BY_CPU] == pytest.approx(3)


def test_what_was_not_measured_is_not_compared() -> None:
    assert ratios([row("ours.read", 1_200), row("echo.grpc", 6_000)]) == []


def test_a_run_with_wrong_effects_is_not_sound() -> None:
    findings = [Finding(True, "counted right"), Finding(False, "counted wrong")]
    assert not Report({}, QUICK, [], [], {}, [], findings).is_sound


def test_cpu_time_grows_with_work_and_memory_is_there() -> None:
    before = proc.cpu_seconds(os.getpid())[0]
    while proc.cpu_seconds(os.getpid())[0] - before < 0.05:
        sum(range(10_000))
    assert proc.resident_mb(os.getpid()) > 1
