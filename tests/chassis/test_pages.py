"""Keyset pages."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from chassis.errors import InvalidInput
from tests.chassis.probe import Probe

NAMES = [f"n{number:02}" for number in range(7)]


@pytest.fixture
def counted(probe: Probe) -> Probe:
    for name in reversed(NAMES):
        probe.call("count", name=name, by=1)
    return probe


def walk(probe: Probe, page_size: int) -> list[list[str]]:
    """The names on each page, from the first page to the last."""
    pages: list[list[str]] = []
    token = ""
    while not pages or token:
        reply = probe.call("list_counters", page_size=page_size, page_token=token)
        pages.append([each.name for each in reply.counters])
        token = reply.next_page_token
    return pages


def test_every_row_is_on_exactly_one_page_whatever_its_size(counted: Probe) -> None:
    for page_size in range(1, len(NAMES) + 2):
        pages = walk(counted, page_size)
        assert [name for page in pages for name in page] == NAMES
        assert all(len(page) == page_size for page in pages[:-1])
        assert pages[-1]


def test_an_empty_list_is_one_empty_page(probe: Probe) -> None:
    assert walk(probe, 5) == [[]]


def test_rows_that_come_meanwhile_neither_repeat_nor_hide_others(counted: Probe) -> None:
    first = counted.call("list_counters", page_size=3)
    counted.call("count", name="n00a", by=1)  # before the reader's place
    counted.call("count", name="n05a", by=1)  # after it
    rest = counted.call("list_counters", page_size=500, page_token=first.next_page_token)
    assert [each.name for each in first.counters] == NAMES[:3]
    assert [each.name for each in rest.counters] == ["n03", "n04", "n05", "n05a", "n06"]


def test_the_row_a_token_names_may_be_gone(counted: Probe) -> None:
    token = counted.call("list_counters", page_size=3).next_page_token
    with counted.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM probe_counters WHERE name = 'n02'")
    rest = counted.call("list_counters", page_token=token)
    assert [each.name for each in rest.counters] == NAMES[3:]


def token_of(values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


VALUES: list[Any] = [
    "n01",
    None,
    {},
    [],
    ["n01", "n02"],
    [5],
    [True],
    [None],
    [["n01"]],
    ["a\0b"],
    ["\ud800"],
]
FOREIGN = ["x", "!!!", "页", "a" * 4_000, *map(token_of, VALUES)]


def test_a_token_of_another_making_is_refused(counted: Probe) -> None:
    for token in FOREIGN:
        with pytest.raises(InvalidInput) as refused:
            counted.call("list_counters", page_token=token)
        [violation] = refused.value.violations
        assert (violation.field, violation.reason) == ("page_token", "INVALID_PAGE_TOKEN"), token


def test_a_page_of_another_size_is_refused(probe: Probe) -> None:
    for page_size in (-1, 501, 2**31 - 1, -(2**31)):
        with pytest.raises(InvalidInput) as refused:
            probe.call("list_counters", page_size=page_size)
        [violation] = refused.value.violations
        assert (violation.field, violation.reason) == ("page_size", "OUT_OF_RANGE")


def test_a_page_has_50_rows_unless_said(probe: Probe) -> None:
    for number in range(51):
        probe.call("count", name=f"n{number:02}", by=1)
    assert [len(page) for page in walk(probe, 0)] == [50, 1]
