"""How a text fits onto a label."""

from __future__ import annotations

import pytest

from warehouse.labels.rules import shortened, width_of, wrapped


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
