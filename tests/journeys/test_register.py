"""The property register, as an office keeps it and through the door an office uses."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import grpc
import pytest

from cli.platform import Platform
from cli.sample import write_register
from cli.sheets import read_rows
from guanjia.housing.v1 import properties_pb2 as pb
from guanjia.sheet.v1 import sheet_pb2
from housing.properties.register import HEADINGS
from tests.journeys.commands import Command
from tests.processes import Caller, Refusal, a_property, metric


def rows_of(series: str, number: int, **bad: str) -> list[dict[str, str]]:
    kinds = ("办公用房", "技术业务用房", "经营性用房", "存量住宅")
    return [
        {
            "房产编号": f"{series}-{each:05}",
            "房产名称": f"{each} 号楼",
            "房产类别": kinds[each % 4],
            "坐落位置": f"云澜市人民路 {each} 号",
            "行政区划代码": "990102",
            "建筑面积（㎡）": bad.get(str(each), f"{100 + each}.5"),
            "使用面积（㎡）": "50",
        }
        for each in range(number)
    ]


def import_rows(caller: Caller, rows: list[dict[str, str]]) -> Counter[str]:
    """What came of importing rows, 300 a call; the problems under (row, field, reason)."""
    found: Counter[str] = Counter()
    for start in range(0, len(rows), 300):
        sheet_rows = [
            sheet_pb2.SheetRow(row=start + number + 4, cells=cells)
            for number, cells in enumerate(rows[start : start + 300])
        ]
        reply = caller.call("housing.import_properties", rows=sheet_rows, timeout=30)
        found.update(created=reply.created, unchanged=reply.unchanged, refused=reply.refused)
        for each in reply.problems:
            found[f"{each.row} {each.field} {each.reason}"] += 1
    return found


def totals(caller: Caller) -> dict[str, int]:
    """Properties by kind."""
    found: Counter[str] = Counter()
    for line in caller.call("housing.report_properties").lines:
        found[line.about[0]] += int(line.figures[0])
    return found


@pytest.mark.row("H01")
def test_a_register_of_1392_rows_with_three_bad_areas_saves_1389_and_a_second_time_none(
    caller: Caller, series: str
) -> None:
    bad = {"7": "-5", "500": "一千二百", "1391": ""}
    rows = rows_of(series, 1392, **bad)
    before = totals(caller)
    first = import_rows(caller, rows)
    assert (first["created"], first["refused"]) == (1389, 3)
    assert first["11 floor_area_m2 OUT_OF_RANGE"] == 1
    assert first["504 floor_area_m2 NOT_A_NUMBER"] == 1
    assert first["1395 floor_area_m2 REQUIRED"] == 1
    second = import_rows(caller, rows)
    assert (second["created"], second["unchanged"], second["refused"]) == (0, 1389, 3)
    after = totals(caller)
    kinds = Counter(row["房产类别"] for number, row in enumerate(rows) if str(number) not in bad)
    assert {kind: after[kind] - before.get(kind, 0) for kind in kinds} == kinds


@pytest.mark.row("H01")
def test_full_width_digits_duplicates_and_impossible_figures_are_named(
    caller: Caller, series: str
) -> None:
    rows = rows_of(series, 5)
    rows[0]["建筑面积（㎡）"] = "１，２５０．５０"
    rows[1]["房产编号"] = rows[0]["房产编号"].replace("-", "－")
    rows[2]["使用面积（㎡）"] = "99999"
    rows[3]["房产类别"] = "宫殿"
    rows[4]["统一社会信用代码"] = "91110000600037341X"
    found = import_rows(caller, rows)
    assert found["created"] == 1
    assert found["5 code CODE_TAKEN"] == 1
    assert found["6 usable_area_m2 USABLE_EXCEEDS_FLOOR_AREA"] == 1
    assert found["7 kind UNKNOWN_VALUE"] == 1
    assert found["8 unit_uscc INVALID_USCC"] == 1
    listed = caller.call("housing.list_properties", code=f"{series}-00000").properties
    assert [each.floor_area_m2 for each in listed] == [1250.5]


@pytest.mark.row("H01")
@pytest.mark.parametrize(
    ("changed", "field", "reason"),
    [
        ({"floor_area_m2": -5}, "property.floor_area_m2", "OUT_OF_RANGE"),
        ({"floor_area_m2": float("nan")}, "property.floor_area_m2", "NOT_A_NUMBER"),
        ({"usable_area_m2": 5000}, "property.usable_area_m2", "USABLE_EXCEEDS_FLOOR_AREA"),
        ({"code": ""}, "property.code", "REQUIRED"),
        ({"name": "楼\0"}, "property.name", "INVALID_TEXT"),
        ({"name": "名" * 4001}, "property.name", "TOO_LONG"),
        ({"kind": 99}, "property.kind", "UNKNOWN_VALUE"),
        ({"region_code": "九九"}, "property.region_code", "INVALID_REGION_CODE"),
        ({"unit_uscc": "91110000600037341X"}, "property.unit_uscc", "INVALID_USCC"),
        ({"built_year": 3000}, "property.built_year", "OUT_OF_RANGE"),
        ({"use_state": pb.USE_STATE_DISPOSED}, "state", "ILLEGAL_STATE"),
    ],
)
def test_bad_input_is_refused_with_its_field_and_leaves_nothing(
    caller: Caller, series: str, changed: dict[str, Any], field: str, reason: str
) -> None:
    with pytest.raises(Refusal) as refused:
        caller.call("housing.create_property", property=a_property(series, **changed))
    assert (refused.value.fields[0], refused.value.reason) == (field, reason)
    assert not caller.call("housing.list_properties", code=series).properties


@pytest.mark.row("H01")
def test_a_code_registered_twice_is_refused_and_a_stale_change_too(
    caller: Caller, series: str
) -> None:
    known = caller.call("housing.create_property", property=a_property(series))
    with pytest.raises(Refusal) as refused:
        caller.call("housing.create_property", property=a_property(series))
    assert refused.value.reason == "CODE_TAKEN"
    caller.call("housing.update_property", property_id=known.id, etag=known.etag, floors=7)
    with pytest.raises(Refusal) as refused:
        caller.call("housing.update_property", property_id=known.id, etag=known.etag, floors=8)
    assert (refused.value.code, refused.value.fields) == (grpc.StatusCode.ABORTED, ["etag"])


@pytest.mark.row("H01")
def test_pages_hold_every_property_once(caller: Caller, series: str) -> None:
    import_rows(caller, rows_of(series, 25))
    seen, token = [], ""
    while True:
        page = caller.call(
            "housing.list_properties", region_code="990102", page_size=10, page_token=token
        )
        seen += [each.code for each in page.properties]
        token = page.next_page_token
        if not token:
            break
    assert len(seen) == len(set(seen))
    assert sum(code.startswith(series) for code in seen) == 25
    with pytest.raises(Refusal) as refused:
        caller.call("housing.list_properties", page_token="bm90IG91cnM")
    assert refused.value.fields == ["page_token"]


@pytest.mark.row("H01")
def test_the_register_of_a_city_is_imported_by_command_and_lists_its_three_bad_rows(
    caller: Caller, guanjia: Command, tmp_path: Path
) -> None:
    register = tmp_path / "register.xlsx"
    write_register(register)
    for saved in (300, 0):
        done = guanjia("import", "properties", str(register))
        assert done.returncode == 1, done.stderr
        assert f"新增 created {saved}  未变 unchanged {300 - saved}  退回 refused 3" in done.stdout
    bad = {row.number for row in read_rows(register, HEADINGS.values()).rows}
    assert len(bad) == 303


def test_files_that_are_no_spreadsheets_are_refused_and_nothing_dies(
    platform: Platform, guanjia: Command, tmp_path: Path
) -> None:
    text = tmp_path / "text.xlsx"
    text.write_text("这不是表格")
    huge = tmp_path / "huge.xlsx"
    with huge.open("wb") as file:
        file.truncate(30 * 1024 * 1024)
    for path, reason in ((text, "SPREADSHEET_UNREADABLE"), (huge, "SPREADSHEET_TOO_LARGE")):
        refused = guanjia("import", "properties", str(path))
        assert refused.returncode != 0
        assert reason in refused.stdout + refused.stderr
        assert "Traceback" not in refused.stdout + refused.stderr
    assert all(each.is_running for each in platform.processes.values())


@pytest.mark.row("H01")
@pytest.mark.parametrize("storage", ["postgresql"])
def test_8645_buildings_of_a_public_register_are_imported_through_the_gateway(
    platform: Platform, caller: Caller, guanjia: Command, public_data: Path, tmp_path: Path
) -> None:
    source = public_data / "gsa-iolp" / "2025-6-20-iolp-buildings.xlsx"
    columns = (
        "Location Code",
        "Real Property Asset Name",
        "State",
        "Street Address",
        "Building Rentable Square Feet",
        "Construction Date",
        "Real Property Asset Type",
    )
    buildings = [row.cells for row in read_rows(source, columns).rows]
    assert len(buildings) == 8645
    states = sorted({each["State"] for each in buildings})
    register = tmp_path / "buildings.csv"
    area = 0.0
    with register.open("w", newline="") as file:
        table = csv.writer(file)
        names = ("code", "name", "kind", "address", "region_code", "floor_area_m2", "built_year")
        table.writerow([HEADINGS[name] for name in names])
        for each in buildings:
            square_metres = round(float(each["Building Rentable Square Feet"] or 0) * 0.09290304, 2)
            area += square_metres
            land = each["Real Property Asset Type"] == "LAND"
            table.writerow(
                [
                    each["Location Code"],
                    each["Real Property Asset Name"],
                    "土地" if land else "办公用房",
                    each["Street Address"] or "不详",
                    f"98{states.index(each['State']):02}00",
                    square_metres,
                    each["Construction Date"],
                ]
            )
    done = guanjia("import", "properties", str(register))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "新增 created 8645  未变 unchanged 0  退回 refused 0" in done.stdout
    report = caller.call("housing.report_properties", region_code="980000")
    shown = dict(zip((each.key for each in report.figures), report.lines[-1].figures, strict=True))
    assert shown["count"] == "8645"
    assert float(shown["floor_area_m2"]) == pytest.approx(area, abs=0.01)
    assert metric(platform.processes["housing"], "guanjia_hub_lag_seconds") < 5
