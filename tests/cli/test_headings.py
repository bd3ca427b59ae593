"""Which heading means the same as which."""

from __future__ import annotations

import pytest

from cli.sheets.headings import find_heading_row

WANTED = ("房产编号", "建筑面积（㎡）", "账面价值（元）", "建成年份")


def key(typed: str, above: tuple[str, ...] = (), wanted: tuple[str, ...] = WANTED) -> str:
    found = find_heading_row([above, ("房产编号", typed)], wanted)
    assert found
    return found.columns[-1].key


@pytest.mark.parametrize(
    "typed",
    [
        "建筑面积（㎡）",
        "建筑面积(m²)",
        "建筑面积\n（平方米）",
        "建 筑 面 积【M2】",
        "＊建筑面积（单位：平方米）",
        "建筑面积",
        "建筑面积（㎡）（必填）",
    ],
)
def test_spelling_and_form_of_the_unit_do_not_matter(typed: str) -> None:
    assert key(typed) == "建筑面积（㎡）"


@pytest.mark.parametrize(
    "typed",
    [
        "建筑面积（亩）",
        "建筑面积（万平方米）",
        "账面价值（万元）",
        "账面价值（分）",
        "建筑面积（地下）",
        "建筑面积合计",
    ],
)
def test_a_unit_or_a_word_that_changes_the_meaning_is_another_column(typed: str) -> None:
    assert key(typed) == typed


def test_a_missing_unit_is_the_plain_one_and_never_another() -> None:
    assert key("账面价值") == "账面价值（元）"
    assert key("账面价值", wanted=("房产编号", "账面价值（万元）")) == "账面价值"
    assert key("账面价值（万元）", wanted=("房产编号", "账面价值")) == "账面价值（万元）"
    assert key("建成年份（年）") == "建成年份"


def test_a_unit_noted_above_the_table_goes_for_headings_without_one() -> None:
    above = ("编制单位：云澜市财政局  金额单位：万元",)
    assert key("账面价值", above) == "账面价值"
    assert key("账面价值", above, ("房产编号", "账面价值（万元）")) == "账面价值（万元）"
    assert key("账面价值（元）", above) == "账面价值（元）"
    assert key("建筑面积", above) == "建筑面积（㎡）"
    assert key("账面价值", ("编制单位：万元县财政局",)) == "账面价值（元）"


def test_headings_in_two_rows_are_read_as_one() -> None:
    rows = (
        ("房产编号", "面积", "", "账面价值（元）"),
        ("", "建筑面积", "使用面积", ""),
        ("0012", "1200", "800", "1"),
    )
    found = find_heading_row(rows, WANTED)
    assert found
    assert found.number == 2
    assert [column.key for column in found.columns] == [
        "房产编号",
        "建筑面积（㎡）",
        "使用面积",
        "账面价值（元）",
    ]


def test_a_blank_row_below_the_headings_is_no_second_row_of_headings() -> None:
    found = find_heading_row((WANTED, ("",), ("1", "2", "3", "4")), WANTED)
    assert found
    assert found.number == 1


def test_only_the_first_twenty_rows_are_searched() -> None:
    blank: list[tuple[str, ...]] = [()] * 19
    assert find_heading_row([*blank, WANTED], WANTED)
    assert not find_heading_row([*blank, (), WANTED], WANTED)


def test_a_title_that_is_a_heading_elsewhere_is_not_enough() -> None:
    assert not find_heading_row([("房产编号",), ("a", "b")], WANTED)
    assert find_heading_row([("房产编号",), ("a",)], ("房产编号",))
