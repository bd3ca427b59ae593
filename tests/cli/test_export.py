"""`guanjia export`: all pages of a list, in a file that can be imported again."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from python_calamine import CalamineWorkbook

from chassis.errors import Exhausted, PermissionDenied
from cli.imports import ledger
from cli.sheets import read_rows
from guanjia.approvals.v1 import approvals_pb2
from guanjia.asset.v1 import asset_pb2
from guanjia.housing.v1 import properties_pb2 as pp
from guanjia.sheet.v1 import sheet_pb2
from guanjia.warehouse.v1 import items_pb2
from tests.cli.fake_gateway import FakeGateway, fake_gateway
from tests.cli.printed import run

LIST = "housing.ListProperties"
BOTH = pytest.mark.parametrize("kind", ["xlsx", "csv"])

OFFICE = pp.Property(
    id="0190c8f4-0000-7000-8000-000000000001",
    code="0012",
    name="=1+2 “主楼”, 东",
    kind=pp.PROPERTY_KIND_OFFICE,
    address="政通路 1 号\n北门",
    region_code="990101",
    floors=12,
    floor_area_m2=1250.5,
    usable_area_m2=800.1,
    book_value_fen=1234567890,
    use_state=pp.USE_STATE_IDLE,
    account_state=pp.ACCOUNT_STATE_BOOKED,
    title_state=pp.TITLE_STATE_REGISTERED,
    title_number="'=A1",
    unit_name="云澜市财政局",
    unit_uscc="11990100MB0000001X",
    built_year=1998,
    etag="7",
    unit_id="u1",
    created_at=Timestamp(seconds=1_735_693_200),
)
LAND = pp.Property(code="-7", name="院落", kind=pp.PROPERTY_KIND_LAND, book_value_fen=-100)
READ = {
    "房产编号": ["0012", "-7"],
    "房产名称": ["=1+2 “主楼”, 东", "院落"],
    "房产类别": ["办公用房", "土地"],
    "坐落位置": ["政通路 1 号\n北门", ""],
    "行政区划代码": ["990101", ""],
    "地上层数": ["12", "0"],
    "建筑面积（㎡）": ["1250.5", "0"],
    "使用面积（㎡）": ["800.1", "0"],
    "账面价值（元）": ["12345678.9", "-1"],
    "使用状态": ["闲置", ""],
    "入账状态": ["已入账", ""],
    "权属状态": ["已登记", ""],
    "权证号": ["'=A1", ""],
    "使用单位": ["云澜市财政局", ""],
    "统一社会信用代码": ["11990100MB0000001X", ""],
    "建成年份": ["1998", "0"],
}
ASIDES = ["标识", "版本", "登记时间", "更新时间", "单位标识"]


def served(*properties: pp.Property) -> pp.ListPropertiesResponse:
    return pp.ListPropertiesResponse(properties=properties)


def exported(gateway: FakeGateway, name: str, path: Path, *words: str) -> tuple[int, str]:
    result = run("export", name, str(path), *words, "--gateway", gateway.address, COLUMNS="200")
    return result.exit_code, result.output


def as_typed(text: str, kind: str) -> str:
    """A text file shows both decimals of a number; a workbook keeps the number."""
    decimals = {"1250.5": "1250.50", "800.1": "800.10", "12345678.9": "12345678.90"}
    return decimals.get(text, text) if kind == "csv" else text


def sheets_of(path: Path) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@BOTH
def test_a_list_that_was_exported_reads_as_it_was_served(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"房产.{kind}"
    with fake_gateway(housing_ListProperties=served(OFFICE, LAND)) as gateway:
        code, output = exported(gateway, LIST, path)
    assert (code, output) == (0, f"{path}：2 行 rows\n")
    sheet = read_rows(path, ledger("properties").headings)
    assert sheet.headings == [*READ, *ASIDES]
    assert sheet.skipped == []
    for heading, texts in READ.items():
        read = [row.cells[heading] for row in sheet.rows]
        wanted = [as_typed(text, kind) for text in texts]
        if kind == "csv" and heading.endswith(("（㎡）", "（元）")):
            wanted[1] = {"0": "0.00", "-1": "-1.00"}[wanted[1]]
        assert read == wanted, heading


@BOTH
def test_what_was_exported_is_imported_with_the_cells_it_had(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    path = tmp_path / f"a.{kind}"
    with fake_gateway(
        housing_ListProperties=served(OFFICE),
        housing_ImportProperties=_unchanged,
    ) as gateway:
        exported(gateway, LIST, path)
        result = run("import", "properties", str(path), "--gateway", gateway.address)
        [request] = gateway.requests("housing.ImportProperties")
    assert result.exit_code == 0
    assert "缺少的列" not in result.output
    wanted = {heading: as_typed(texts[0], kind) for heading, texts in READ.items()}
    assert dict(request.rows[0].cells) == wanted


def _unchanged(request: pp.ImportPropertiesRequest) -> sheet_pb2.ImportResponse:
    return sheet_pb2.ImportResponse(unchanged=len(request.rows))


def test_numbers_and_times_are_cells_of_their_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with fake_gateway(housing_ListProperties=served(OFFICE)) as gateway:
        exported(gateway, LIST, path)
    headings, row = sheets_of(path)["房产"]
    cells = dict(zip(headings, row, strict=True))
    assert cells["账面价值（元）"] == 12345678.9
    assert cells["建成年份"] == 1998
    assert cells["登记时间"] == datetime(2025, 1, 1, 9, 0)
    assert cells["更新时间"] == ""
    assert cells["房产名称"] == "=1+2 “主楼”, 东"


def test_days_are_days_and_nested_messages_lie_flat(tmp_path: Path) -> None:
    asset = asset_pb2.Asset(asset_code="A-1", name="办公桌", acquired_on="2019-03-01")
    other = asset_pb2.Asset(asset_code="A-2", acquired_on="2019年")
    reply = items_pb2.ListItemsResponse(
        items=[items_pb2.Item(asset=asset), items_pb2.Item(asset=other)]
    )
    path = tmp_path / "a.xlsx"
    with fake_gateway(warehouse_ListItems=reply) as gateway:
        exported(gateway, "warehouse.ListItems", path)
    [rows] = sheets_of(path).values()
    day = rows[0].index("取得日期")
    assert [row[day] for row in rows[1:]] == [date(2019, 3, 1), "2019年"]
    assert len(set(rows[0])) == len(rows[0])


def pages(count: int, a_page: int) -> Callable[[Any], pp.ListPropertiesResponse]:
    """Serves `count` properties; never more than `a_page` at a time."""

    def answer(request: pp.ListPropertiesRequest) -> pp.ListPropertiesResponse:
        first = int(request.page_token or 0)
        last = min(first + min(request.page_size, a_page), count)
        return pp.ListPropertiesResponse(
            properties=[pp.Property(code=f"P-{number}") for number in range(first, last)],
            next_page_token=str(last) if last < count else "",
        )

    return answer


@BOTH
def test_all_pages_are_walked_with_what_was_asked_for(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{kind}"
    with fake_gateway(housing_ListProperties=pages(1201, 500)) as gateway:
        code, output = exported(gateway, LIST, path, "kind=办公用房")
        asked = gateway.requests(LIST)
    assert code == 0
    assert "1,201 行" in output
    assert [each.page_token for each in asked] == ["", "500", "1000"]
    assert {(each.page_size, each.kind) for each in asked} == {(500, pp.PROPERTY_KIND_OFFICE)}
    rows = read_rows(path, ["房产编号"]).rows
    assert [row.cells["房产编号"] for row in rows] == [f"P-{number}" for number in range(1201)]


def test_a_page_too_large_for_one_message_is_asked_for_in_smaller_ones(tmp_path: Path) -> None:
    def answer(request: pp.ListPropertiesRequest) -> pp.ListPropertiesResponse:
        if request.page_size > 200:
            raise Exhausted("REPLY_TOO_LARGE", "超过 1 MiB", "over 1 MiB")
        return pages(300, 200)(request)

    with fake_gateway(housing_ListProperties=answer) as gateway:
        code, output = exported(gateway, LIST, tmp_path / "a.csv")
        asked = gateway.requests(LIST)
    assert (code, "300 行" in output) == (0, True)
    assert [each.page_size for each in asked] == [500, 250, 125, 125, 125]


@BOTH
def test_an_empty_list_is_a_file_with_headings(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{kind}"
    with fake_gateway(housing_ListProperties=served()) as gateway:
        code, output = exported(gateway, LIST, path)
    assert (code, output) == (0, f"{path}：0 行 rows\n")
    if kind == "csv":
        rows: Sequence[Any] = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    else:
        rows = sheets_of(path)["房产"]
    assert rows == [[*READ, *ASIDES]]


@BOTH
def test_a_refusal_on_the_way_leaves_what_was_there_and_no_half_a_file(
    kind: str, tmp_path: Path
) -> None:
    def answer(request: pp.ListPropertiesRequest) -> pp.ListPropertiesResponse:
        if request.page_token:
            raise PermissionDenied("NOT_PERMITTED", "无权查看", "not permitted")
        return pages(600, 500)(request)

    path = tmp_path / f"a.{kind}"
    path.write_text("last month's")
    with fake_gateway(housing_ListProperties=answer) as gateway:
        code, output = exported(gateway, LIST, path)
    assert code == 1
    assert "NOT_PERMITTED" in output
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert path.read_text() == "last month's"


def test_services_that_did_not_answer_are_named_and_the_exit_code_says_so(tmp_path: Path) -> None:
    reply = approvals_pb2.ListMyPendingApprovalsResponse(
        approvals=[approvals_pb2.Approval(id="1", title="处置")], missing_services=["housing"]
    )
    path = tmp_path / "a.csv"
    with fake_gateway(approvals_ListMyPendingApprovals=reply) as gateway:
        code, output = exported(gateway, "approvals.ListMyPendingApprovals", path)
    assert code == 3
    assert "1 行" in output
    assert "没有其数据：housing" in output


def test_a_text_longer_than_a_cell_is_cut_in_a_workbook_and_told(tmp_path: Path) -> None:
    long = pp.Property(code="1", address="路" * 40_000)
    with fake_gateway(housing_ListProperties=served(long)) as gateway:
        _, output = exported(gateway, LIST, tmp_path / "a.xlsx")
        assert "1 个单元格过长" in output
        _, output = exported(gateway, LIST, tmp_path / "a.csv")
        assert "过长" not in output
    assert "路" * 40_000 in (tmp_path / "a.csv").read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("name", "file", "words", "told"),
    [
        ("housing.GetProperty", "a.xlsx", [], "不是列表、统计表或文书"),
        ("housing.ImportProperties", "a.xlsx", [], "不是列表、统计表或文书"),
        ("housing.ListPropertys", "a.xlsx", [], "housing.ListProperties"),
        (LIST, "a.pdf", [], "只能写成 .xlsx 或 .csv"),
        (LIST, "a.xlsx", ["kind=宫殿"], "办公用房"),
        (LIST, "nowhere/a.xlsx", [], "写不了文件"),
    ],
    ids=["one", "command", "unknown", "format", "argument", "folder"],
)
def test_what_cannot_be_exported_is_refused_and_writes_nothing(
    name: str,
    file: str,
    words: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with fake_gateway(housing_ListProperties=served(OFFICE)) as gateway:
        code, output = exported(gateway, name, Path(file), *words)
    assert code == 2
    assert told in output
    assert list(tmp_path.iterdir()) == []
