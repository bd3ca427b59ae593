"""Moments on the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from chassis.errors import InvalidInput
from chassis.wire import to_message, to_plain
from tests.chassis.probe.contract import pb

Everything = pb.Everything


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=8))),
    ],
)
def test_an_instant_keeps_its_microsecond(instant: datetime) -> None:
    message = to_message(Everything, {"at": instant, "instants": [instant]})
    assert message.at.ToDatetime(UTC) == instant
    assert to_plain(message).at == instant
    assert to_plain(message).instants == [instant]


def test_a_leap_second_is_the_second_after_it() -> None:
    """A Timestamp smears or repeats it; there is no 60th second to keep."""
    before_leap = 1_483_228_799  # 2016-12-31T23:59:59Z
    assert to_plain(Everything(at={"seconds": before_leap + 1})).at == datetime(
        2017, 1, 1, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "at",
    [
        {"seconds": -62_135_596_801},
        {"seconds": 253_402_300_800},
        {"seconds": 2**63 - 1},
        {"seconds": -(2**63)},
        {"seconds": 253_402_300_799, "nanos": 2**31 - 1},
    ],
)
def test_an_instant_that_no_calendar_has_is_refused(at: dict[str, int]) -> None:
    with pytest.raises(InvalidInput) as refused:
        to_plain(Everything(parts=[{}, {"at": at}]))
    [violation] = refused.value.violations
    assert (violation.field, violation.reason) == ("parts.1.at", "OUT_OF_RANGE")
