"""Figures every service has, and what happens to one that cannot be measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from chassis import metrics
from chassis.measures import Measure
from chassis.storage import Reader
from chassis.testing import Harness
from housing.service import service
from tests.processes import some_assets

MakeHarness = Callable[..., Harness]


def test_what_waits_for_a_decision_is_told_by_kind(harness_of: MakeHarness) -> None:
    housing = harness_of(service)
    draft = housing.call("create_disposal", reason="腾退", assets=some_assets(2))
    housing.call("submit_disposal", disposal_id=draft.id)
    told = housing.measured()
    assert list(told["guanjia_approvals_waiting"].values()) == [1]
    assert told["guanjia_audit_unsealed"] == {(): 2}
    housing.clock.advance(minutes=5)
    assert housing.measured()["guanjia_audit_unsealed_oldest_seconds"] == {(): 300}


def test_a_figure_that_cannot_be_measured_is_counted_and_keeps_none_of_the_others(
    harness_of: MakeHarness,
) -> None:
    def broken(_: Reader) -> Iterable[Sequence[Any]]:
        raise RuntimeError("no")

    failing = Measure("guanjia_housing_broken", "坏", "broken", broken)
    sound = Measure("guanjia_housing_sound", "好", "sound", lambda _: [(7,)])
    housing = harness_of(service)
    housing.app.service = replace(service, measures=(failing, sound))
    counted = metrics.measure_failures.labels(failing.name)
    before = counted._value.get()
    assert housing.measured()["guanjia_housing_sound"] == {(): 7}
    assert counted._value.get() == before + 1
