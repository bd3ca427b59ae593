"""Numbers of titles, and when a target is met."""

from __future__ import annotations

from decimal import Decimal

import pytest

from housing.titles import rules


def test_a_unit_number_has_seven_segments() -> None:
    number = rules.unit_number("990101001002GB00003F00010001")
    assert number == rules.UnitNumber("990101", "001", "002", "GB", "00003", "F", "00010001")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "990101001002GB00003F0001000",
        "990101001002GB00003F000100011",
        "99010100100AGB00003F00010001",
        "990101001002G-00003F00010001",
        "990101001002GBA0003F00010001",
        "990101001002GB00003-00010001",
        "990101001002GB00003F0001000A",
        "990101001002gb00003F00010001",
        "990101001002GB0000३F00010001",
    ],
)
def test_what_breaks_a_segment_is_no_unit_number(text: str) -> None:
    assert rules.unit_number(text) is None


def test_a_unit_number_is_kept_without_the_spaces_it_is_printed_with() -> None:
    text = " 990101 001002 ｇｂ00003 F00010001"
    assert rules.plain_unit_number(text) == "990101001002GB00003F00010001"


@pytest.mark.parametrize(
    ("prefix", "lies_in"),
    [
        ("99", True),
        ("9901", True),
        ("990101", True),
        ("990101001", True),
        ("9902", False),
        ("990102", False),
        ("990102001", False),
    ],
)
def test_a_unit_number_lies_in_its_county_and_city(prefix: str, lies_in: bool) -> None:
    number = rules.unit_number("990101001002GB00003F00010001")
    assert number is not None
    assert number.lies_in(prefix) is lies_in


@pytest.mark.parametrize("brackets", ["（{}）", "({})", "〔{}〕"])
def test_a_certificate_number_is_one_however_it_is_typed(brackets: str) -> None:
    typed = f" 澜{brackets.format(2026)} 云澜市不动产权第0000001号"
    assert rules.plain_certificate_number(typed) == "澜（2026）云澜市不动产权第0000001号"


@pytest.mark.parametrize(
    ("registered", "registrable", "target", "met"),
    [
        (803, 1000, "80", True),
        (800, 1000, "80", True),
        (7_999, 10_000, "80", False),
        (1000, 1000, "100", True),
        (0, 0, "80", False),
        (1, 3, "33.3333", True),
        (1, 3, "33.3334", False),
    ],
)
def test_a_target_is_met_by_the_share_before_it_is_rounded(
    registered: int, registrable: int, target: str, met: bool
) -> None:
    assert rules.is_met(registered, registrable, Decimal(target)) is met
