"""Replies as tables: Chinese labels, yuan, local time, columns that fit."""

from __future__ import annotations

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from rich.cells import cell_len

from cli.render.tables import next_page_of, tables_of
from cli.render.values import yuan
from guanjia.asset.v1 import asset_pb2
from guanjia.directory.v1 import directory_pb2
from guanjia.housing.v1 import disposals_pb2, properties_pb2
from tests.cli.printed import printed

PROPERTY = properties_pb2.Property(
    id="0190c8f4-0000-7000-8000-000000000001",
    code="YL-0101-0001",
    name="云澜市财政局办公楼",
    kind=properties_pb2.PROPERTY_KIND_OFFICE,
    floor_area_m2=1250.5,
    book_value_fen=1234567890,
    built_year=1998,
    etag="7",
    created_at=Timestamp(seconds=1_735_693_200),
)


def shown(message: Message, width: int = 80) -> str:
    return printed(*tables_of(message, width), width=width)


def line_of(text: str, word: str) -> str:
    return next(line for line in text.splitlines() if word in line)


def test_a_resource_has_a_line_for_each_field_with_what_people_call_it() -> None:
    text = shown(PROPERTY)
    assert "办公用房" in line_of(text, "房产类别")
    assert "1,250.50" in line_of(text, "建筑面积（㎡）")
    assert "—" in line_of(text, "权证号")


def test_money_is_told_in_yuan() -> None:
    assert "12,345,678.90" in line_of(shown(PROPERTY), "账面价值（元）")
    assert "（分）" not in shown(PROPERTY)
    assert [yuan(fen) for fen in (0, 5, -5, 100, -123456)] == [
        "0.00",
        "0.05",
        "-0.05",
        "1.00",
        "-1,234.56",
    ]


def test_times_are_those_of_shanghai() -> None:
    assert "2025-01-01 09:00:00" in line_of(shown(PROPERTY), "登记时间")
    assert "—" in line_of(shown(PROPERTY), "更新时间")


def test_a_year_is_not_set_in_groups() -> None:
    assert "1998" in line_of(shown(PROPERTY), "建成年份")


def test_nested_rows_stand_in_a_table_below() -> None:
    asset = asset_pb2.Asset(asset_code="A-1", name="办公桌", original_value_fen=180000)
    line = disposals_pb2.DisposalLine(
        id="x", asset=asset, state=disposals_pb2.DISPOSAL_LINE_STATE_ACCEPTED
    )
    text = shown(disposals_pb2.Disposal(code="CZ-1", lines=[line]))
    assert "处置明细  1 项" in text
    assert line_of(text, "A-1").split() == ["A-1", "办公桌", "1,800.00", "已入仓", "否", "x"]


def test_a_list_fits_the_terminal_at_every_width() -> None:
    reply = properties_pb2.ListPropertiesResponse(properties=[PROPERTY] * 3)
    for width in (40, 60, 80, 100, 160, 300):
        assert max(cell_len(line) for line in shown(reply, width).splitlines()) <= width


def test_where_room_is_short_identifiers_versions_and_times_give_way_first() -> None:
    reply = properties_pb2.ListPropertiesResponse(properties=[PROPERTY])
    narrow, wide = shown(reply, 80), shown(reply, 300)
    headings = narrow.splitlines()[1]
    assert "房产编号" in headings
    assert not any(word in headings for word in ("标识", "版本", "登记时间"))
    assert "未列出" in narrow
    assert PROPERTY.id in wide
    assert "未列出" not in wide


def test_columns_without_any_value_are_left_out() -> None:
    units = [directory_pb2.Unit(uscc="1", name="甲"), directory_pb2.Unit(uscc="2", name="乙")]
    assert "单位性质" not in shown(directory_pb2.ListUnitsResponse(units=units))


def test_an_empty_list_says_so_and_the_next_page_is_known() -> None:
    assert "房产  0 项" in shown(properties_pb2.ListPropertiesResponse())
    assert next_page_of(properties_pb2.ListPropertiesResponse(next_page_token="t")) == "t"
    assert next_page_of(PROPERTY) == ""


def test_text_neither_styles_nor_steers_the_terminal() -> None:
    text = shown(properties_pb2.Property(name="[red]主楼[/]\x1b[2J"))
    assert "[red]主楼[/]" in text
    assert "\x1b" not in text


def test_an_enum_value_of_a_newer_contract_is_told_by_number() -> None:
    assert "99" in line_of(shown(properties_pb2.Property(kind=99)), "房产类别")  # type: ignore[arg-type]
