"""Which ledgers can be imported, by which name, and their empty workbooks."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from cli import catalogue
from cli.arguments import WrongArgument
from cli.catalogue import UnknownName
from cli.imports import all_ledgers, ledger
from cli.imports.ledgers import Ledger
from cli.sheets import Reason, SpreadsheetRefused, read_rows
from tests.cli.printed import run


def test_the_headings_are_those_of_the_contract_in_yuan() -> None:
    headings = ledger("properties").headings
    assert headings[:3] == ("房产编号", "房产名称", "房产类别")
    assert "账面价值（元）" in headings
    assert not {"标识", "版本", "登记时间", "账面价值（分）"} & set(headings)


@pytest.mark.parametrize("name", ["properties", "Properties", "housing.properties"])
def test_a_ledger_goes_by_its_noun_with_or_without_its_service(name: str) -> None:
    assert ledger(name).method == catalogue.method("housing.ImportProperties")


def test_every_import_of_the_contract_is_a_ledger() -> None:
    named = {name for name, method in catalogue.methods().items() if method.sheet}
    assert {f"{each.method.service}.{each.method.name}" for each in all_ledgers().values()} == named


def test_an_unknown_ledger_is_refused_with_the_names_that_come_near() -> None:
    with pytest.raises(UnknownName) as unknown:
        ledger("propertys")
    assert "properties" in unknown.value.close
    result = run("import", "propertys", "a.xlsx", "--gateway", "127.0.0.1:1")
    assert result.exit_code == 2
    assert "没有名为“propertys”的台账" in result.output
    assert "properties" in result.output


def test_a_noun_of_two_services_has_to_be_told_apart() -> None:
    known = ledger("properties")
    twin = Ledger(known.noun, replace(known.method, service="vehicles"), known.columns)
    both = {each.name: each for each in (known, twin)}
    with pytest.raises(WrongArgument) as wrong:
        ledger("properties", both)
    assert "housing.properties、vehicles.properties" in wrong.value.zh
    assert ledger("vehicles.properties", both) is twin


def test_without_a_noun_the_ledgers_are_listed() -> None:
    result = run("import")
    assert result.exit_code == 0
    [line] = [line for line in result.output.splitlines() if "housing.ImportProperties" in line]
    assert line.split()[0] == "properties"
    assert "账面价值（元）" in result.output


def test_without_a_file_it_says_how_to_get_an_empty_one() -> None:
    result = run("import", "properties", "--gateway", "127.0.0.1:1")
    assert result.exit_code == 2
    assert "guanjia import properties --template properties.xlsx" in result.output


def test_a_template_has_the_headings_and_says_how_to_fill_each_column(tmp_path: Path) -> None:
    path = tmp_path / "房产.xlsx"
    result = run("import", "properties", "--template", str(path))
    assert result.exit_code == 0
    assert "16 列" in result.output
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["填报", "填写说明"]
    assert book.get_sheet_by_name("填报").to_python() == [list(ledger("properties").headings)]
    guide = {row[0]: row[1:] for row in book.get_sheet_by_name("填写说明").to_python()}
    assert guide["列名"] == ["填写内容", "可选值"]
    assert guide["入账状态"] == ["从可选值中选一项", "已入账、未入账、名义入账"]
    assert guide["账面价值（元）"] == ["金额，以元计，最多两位小数", ""]
    assert guide["建筑面积（㎡）"] == ["面积，以平方米计，最多两位小数", ""]
    assert guide["建成年份"] == ["年份，四位数字，如 2026", ""]
    assert guide["行政区划代码"] == ["行政区划代码，6 位或 9 位数字", ""]
    assert guide["坐落位置"] == ["文字", ""]


def test_a_template_keeps_its_headings_in_view_and_offers_the_words(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    run("import", "properties", "--template", str(path))
    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert 'state="frozen"' in sheet
    assert "已入账,未入账,名义入账" in sheet


def test_a_template_that_nobody_filled_in_has_no_data(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    run("import", "properties", "--template", str(path))
    with pytest.raises(SpreadsheetRefused) as refused:
        read_rows(path, ledger("properties").headings)
    assert refused.value.reason is Reason.EMPTY


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--template", "kept.xlsx"], "已存在，未覆盖"),
        (["--template", "a.csv"], "模板只能是 .xlsx"),
        (["kept.xlsx", "--template", "a.xlsx"], "只写空白模板"),
        (["--template", "nowhere/a.xlsx"], "写不了文件"),
    ],
    ids=["exists", "format", "both", "folder"],
)
def test_a_template_is_never_written_over_somebodys_work(
    words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kept.xlsx").write_text("filled in")
    result = run("import", "properties", *words)
    assert result.exit_code == 2
    assert told in result.output
    assert [each.name for each in tmp_path.iterdir()] == ["kept.xlsx"]
    assert (tmp_path / "kept.xlsx").read_text() == "filled in"
