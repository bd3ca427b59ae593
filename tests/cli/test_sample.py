"""The sample register is one an office could have sent, and the same each time."""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.json_format import ParseDict
from stdnum.cn import uscc

from cli.sample import HEADINGS, regions, units, write_register, write_sample_assets
from cli.sample.register import ACCOUNT_STATES, KINDS, TITLE_STATES, USE_STATES
from cli.sheets import Sheet, Why, read_rows
from guanjia.asset.v1 import asset_pb2
from guanjia.directory.v1 import directory_pb2
from guanjia.housing.v1 import properties_pb2
from guanjia.policy.v1 import policy_pb2


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Sheet:
    path = tmp_path_factory.mktemp("sample") / "云澜市房产台账.xlsx"
    write_register(path)
    return read_rows(path, HEADINGS)


def number(typed: str) -> float:
    return float(unicodedata.normalize("NFKC", typed).replace(",", ""))


def labels(enum: EnumDescriptor) -> set[str]:
    return {value.GetOptions().Extensions[policy_pb2.value_label] for value in enum.values}


def test_the_register_has_three_hundred_good_rows_and_three_more(register: Sheet) -> None:
    assert len(register.rows) == 303
    assert register.headings == list(HEADINGS)
    assert [skipped.why for skipped in register.skipped] == [Why.TOTAL, Why.NOTE]


def test_each_wrong_row_is_wrong_in_its_own_way(register: Sheet) -> None:
    cells = [row.cells for row in register.rows]
    times = Counter(row["房产编号"] for row in cells)
    below_zero = [row for row in cells if number(row["建筑面积（㎡）"]) <= 0]
    too_much = [
        row for row in cells if 0 < number(row["建筑面积（㎡）"]) < number(row["使用面积（㎡）"])
    ]
    repeated = [row for row in cells if times[row["房产编号"]] > 1]
    assert [row["建筑面积（㎡）"] for row in below_zero] == ["-5"]
    assert len(too_much) == 1
    assert len(repeated) == 2
    assert repeated[0]["建筑面积（㎡）"] != repeated[1]["建筑面积（㎡）"]
    assert len({row["房产编号"] for row in [*below_zero, *too_much, *repeated]}) == 3


def test_the_dirt_offices_leave_is_there(register: Sheet) -> None:
    areas = [row.cells["建筑面积（㎡）"] for row in register.rows]
    assert "1,250.50" in areas
    assert "２３８６．５０" in areas
    wide = [row for row in register.rows if not row.cells["行政区划代码"].isascii()]
    assert len(wide) == 1


@pytest.mark.parametrize(
    ("heading", "used", "enum"),
    [
        ("房产类别", KINDS, properties_pb2.PropertyKind.DESCRIPTOR),
        ("使用状态", USE_STATES, properties_pb2.UseState.DESCRIPTOR),
        ("入账状态", ACCOUNT_STATES, properties_pb2.AccountState.DESCRIPTOR),
        ("权属状态", TITLE_STATES, properties_pb2.TitleState.DESCRIPTOR),
    ],
)
def test_kinds_and_states_are_the_labels_of_the_contract(
    register: Sheet, heading: str, used: dict[str, int], enum: EnumDescriptor
) -> None:
    assert {row.cells[heading] for row in register.rows} == set(used)
    assert set(used) <= labels(enum)


def test_nominal_entries_stand_at_one_yuan(register: Sheet) -> None:
    values = {
        row.cells["账面价值（元）"] for row in register.rows if row.cells["入账状态"] == "名义入账"
    }
    assert values == {"1"}


def test_units_have_sound_codes_and_stand_in_the_register(register: Sheet) -> None:
    named = {(row.cells["使用单位"], row.cells["统一社会信用代码"]) for row in register.rows}
    assert named <= {(unit["name"], unit["uscc"]) for unit in units()}
    assert all(uscc.is_valid(unit["uscc"]) for unit in units())
    for unit in units():
        ParseDict(dict(unit), directory_pb2.RegisterUnitRequest())


def test_regions_come_after_their_parents_and_are_assigned_to_no_real_place() -> None:
    seen = {""}
    for region in regions():
        assert region["code"].startswith("99")
        assert region["parent_code"] in seen
        seen.add(region["code"])
        ParseDict(dict(region), directory_pb2.DefineRegionRequest())


def test_forty_assets_fit_the_contract_and_are_the_same_each_time() -> None:
    assets = write_sample_assets()
    assert len({asset["asset_code"] for asset in assets}) == 40
    assert assets == write_sample_assets()
    for asset in assets:
        ParseDict(dict(asset), asset_pb2.Asset())


def test_the_register_is_the_same_file_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    write_register(first, properties=20)
    write_register(second, properties=20)
    assert first.read_bytes() == second.read_bytes()
    assert len(read_rows(first, HEADINGS).rows) == 23
