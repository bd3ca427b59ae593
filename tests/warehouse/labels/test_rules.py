"""What must have a label, and how a text fits onto one."""

from __future__ import annotations

import pytest

from warehouse.labels.rules import key_of, shortened, width_of, wrapped


@pytest.mark.row("W06")
@pytest.mark.parametrize(
    ("class_code", "key"),
    [("A05010201", "A0501"), ("A05990000", "A05"), ("A02", "A02"), ("A0", None), ("", None)],
)
def test_of_several_keys_the_longest_decides(class_code: str, key: str | None) -> None:
    assert key_of(class_code, ["A02", "A05", "A0501"]) == key


@pytest.mark.parametrize(
    ("text", "most", "kept"),
    [
        ("办公桌", 3, "办公桌"),
        ("办公桌椅", 3, "办公…"),
        ("ABCDE", 3, "ABCDE"),
        ("ABCDEF", 3, "ABC…"),
        ("会 议桌", 3, "会…"),
        ("", 3, ""),
    ],
)
def test_a_text_is_shortened_to_what_fits(text: str, most: float, kept: str) -> None:
    assert shortened(text, most) == kept
    assert width_of(kept) <= most


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("办公桌", ["办公桌"]),
        ("人体工学办公椅", ["人体工学", "办公椅"]),
        ("人体工学可升降办公椅", ["人体工学", "可升降…"]),
    ],
)
def test_a_name_takes_two_lines_at_most(text: str, lines: list[str]) -> None:
    assert wrapped(text, 4, 2) == lines
