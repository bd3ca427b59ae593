"""`guanjia import`: batches, refused rows, and runs that are repeated."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from chassis.errors import InvalidInput, Violation
from cli.client import Client
from cli.imports import Ledger, Ticket, batches_of, ledger, send
from cli.imports.batches import MAX_BYTES, MAX_ROWS
from cli.sample import write_register
from cli.sheets import Row
from guanjia.housing.v1 import properties_pb2
from guanjia.sheet.v1 import sheet_pb2
from tests.cli.fake_gateway import FakeGateway, fake_gateway
from tests.cli.printed import run

IMPORT = "housing.ImportProperties"
REGISTER = ledger("properties")
Reply = sheet_pb2.ImportResponse
Answer = Callable[[properties_pb2.ImportPropertiesRequest], Reply]


def rows(count: int, **cells: str) -> list[Row]:
    return [Row(number, {"房产编号": f"A-{number}", **cells}) for number in range(1, count + 1)]


def all_created(request: properties_pb2.ImportPropertiesRequest) -> Reply:
    return Reply(created=len(request.rows))


def refusing(*numbers: int) -> Answer:
    """Takes all rows but these."""

    def answer(request: properties_pb2.ImportPropertiesRequest) -> Reply:
        bad = [row.row for row in request.rows if row.row in numbers]
        problems = [
            sheet_pb2.RowProblem(
                row=number,
                field="floor_area_m2",
                heading="建筑面积（㎡）",
                value="-5",
                reason="OUT_OF_RANGE",
                message_zh=f"第 {number} 行“建筑面积（㎡）”：须大于 0",
            )
            for number in bad
        ]
        return Reply(created=len(request.rows) - len(bad), refused=len(bad), problems=problems)

    return answer


@pytest.fixture(autouse=True)
def tickets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder tickets are kept in."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "guanjia" / "imports"


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "台账.csv"
    lines = ["房产编号,房产名称,建筑面积（㎡）", "A-1,主楼,100", "A-2,=1+2,-5", "A-3,附楼,80"]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def send_all(gateway: FakeGateway, sent: Sequence[Row], ticket: Ticket | None = None) -> Any:
    with Client(gateway.address, retries=True) as client:
        return send(client, REGISTER, sent, ticket or Ticket(REGISTER, b"x"))


@given(st.lists(st.integers(0, 3_000), max_size=700))
def test_batches_keep_order_and_stay_below_both_limits(lengths: list[int]) -> None:
    sent = [Row(number, {"房产名称": "房" * length}) for number, length in enumerate(lengths)]
    batches = list(batches_of(sent, REGISTER.headings))
    assert [row.row for batch in batches for row in batch] == list(range(len(lengths)))
    for batch in batches:
        assert 0 < len(batch) <= MAX_ROWS
        assert properties_pb2.ImportPropertiesRequest(rows=batch).ByteSize() < MAX_BYTES


def test_all_batches_are_sent_and_their_counts_added_up() -> None:
    with fake_gateway(housing_ImportProperties=refusing(1, 650)) as gateway:
        outcome = send_all(gateway, rows(700))
    assert [len(each.rows) for each in gateway.requests(IMPORT)] == [300, 300, 100]
    assert (outcome.created, outcome.refused, outcome.rows) == (698, 2, 700)
    assert [each.row for each in outcome.problems] == [1, 650]
    assert outcome.problems[0].zh == "须大于 0"


def test_columns_of_no_register_stay_at_home() -> None:
    with fake_gateway(housing_ImportProperties=all_created) as gateway:
        send_all(gateway, rows(1, 备注="机密"))
    assert dict(gateway.requests(IMPORT)[0].rows[0].cells) == {"房产编号": "A-1"}


def test_a_cell_no_message_may_carry_costs_its_own_row_only() -> None:
    def picky(request: properties_pb2.ImportPropertiesRequest) -> Reply:
        for index, row in enumerate(request.rows):
            if row.row in (2, 5):
                field = f"rows.{index}.cells.房产编号"
                raise InvalidInput.of([Violation(field, "INVALID_TEXT", "含有控制字符", "control")])
        return all_created(request)

    with fake_gateway(housing_ImportProperties=picky) as gateway:
        outcome = send_all(gateway, rows(6))
    assert (outcome.created, outcome.refused) == (4, 2)
    assert [(each.row, each.value) for each in outcome.problems] == [(2, "A-2"), (5, "A-5")]


def test_a_run_that_crashed_is_repeated_under_the_same_request_ids(tickets: Path) -> None:
    with fake_gateway(housing_ImportProperties=all_created) as gateway:
        with pytest.raises(KeyboardInterrupt), Ticket(REGISTER, b"x") as ticket:
            send_all(gateway, rows(700), ticket)
            raise KeyboardInterrupt
        with Ticket(REGISTER, b"x") as ticket:
            send_all(gateway, rows(700), ticket)
        ids = [each.request_id for each in gateway.requests(IMPORT)]
    assert ids[:3] == ids[3:]
    assert len(set(ids)) == 3
    assert list(tickets.iterdir()) == []


def test_a_run_that_ended_is_over_and_another_file_is_another_run() -> None:
    ids = []
    for content in (b"x", b"x", b"y"):
        with Ticket(REGISTER, content) as ticket:
            ids.append(ticket.request_id(1, []))
    assert len(set(ids)) == 3


def test_one_file_sent_to_two_ledgers_is_two_runs(tickets: Path) -> None:
    other = Ledger("others", replace(REGISTER.method, path="/other/Import"), REGISTER.columns)
    with pytest.raises(KeyboardInterrupt), Ticket(REGISTER, b"x") as crashed:
        raise KeyboardInterrupt
    assert Ticket(other, b"x").request_id(1, []) != crashed.request_id(1, [])
    assert Ticket(REGISTER, b"x").request_id(1, []) == crashed.request_id(1, [])


def test_a_crash_of_long_ago_is_not_taken_up(tickets: Path) -> None:
    left = Ticket(REGISTER, b"x")
    left.__enter__()
    [path] = tickets.iterdir()
    os.utime(path, (0, 0))
    assert Ticket(REGISTER, b"x").request_id(1, []) != left.request_id(1, [])


def test_an_import_runs_where_no_ticket_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with Ticket(REGISTER, b"x", tmp_path / "file" / "imports") as ticket:
        assert ticket.request_id(1, [])


def imported(gateway: FakeGateway, *words: str) -> tuple[int, str]:
    result = run("import", "properties", *words, "--gateway", gateway.address)
    return result.exit_code, result.output


def test_refused_rows_are_listed_and_the_exit_code_says_so(csv: Path) -> None:
    with fake_gateway(housing_ImportProperties=refusing(3)) as gateway:
        code, output = imported(gateway, str(csv))
    assert code == 1
    [line] = [line for line in output.splitlines() if "OUT_OF_RANGE" in line]
    assert line.split() == ["3", "建筑面积（㎡）", "-5", "须大于", "0", "OUT_OF_RANGE"]
    assert "新增 created 2  未变 unchanged 0  退回 refused 1" in output


def test_an_import_that_takes_all_rows_ends_well(csv: Path, tmp_path: Path) -> None:
    report = tmp_path / "out.xlsx"
    with fake_gateway(housing_ImportProperties=Reply(created=2, unchanged=1)) as gateway:
        code, output = imported(gateway, str(csv), "--report", str(report), "--user", "李敏")
    assert code == 0
    assert "新增 created 2  未变 unchanged 1  退回 refused 0" in output
    assert not report.exists()


def test_the_report_has_the_refused_rows_as_they_were_and_no_formula(
    csv: Path, tmp_path: Path
) -> None:
    report = tmp_path / "out.xlsx"
    with fake_gateway(housing_ImportProperties=refusing(3)) as gateway:
        imported(gateway, str(csv), "--report", str(report))
    assert CalamineWorkbook.from_path(report).get_sheet_by_index(0).to_python() == [
        ["原行号", "退回原因", "房产编号", "房产名称", "建筑面积（㎡）"],
        [3.0, "建筑面积（㎡）：须大于 0", "A-2", "=1+2", "-5"],
    ]


def test_a_report_that_cannot_be_written_is_told_after_the_rows_are_in(csv: Path) -> None:
    with fake_gateway(housing_ImportProperties=refusing(3)) as gateway:
        code, output = imported(gateway, str(csv), "--report", "/nowhere/out.xlsx")
    assert code == 2
    assert "新增 created 2" in output
    assert "写不了文件“/nowhere/out.xlsx”" in output


def test_the_whole_sample_register_travels_in_two_batches(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    write_register(path)
    with fake_gateway(housing_ImportProperties=all_created) as gateway:
        code, output = imported(gateway, str(path))
    assert code == 0
    assert [len(each.rows) for each in gateway.requests(IMPORT)] == [300, 3]
    assert "307（合计行）" in output


def test_a_file_that_is_no_spreadsheet_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with fake_gateway() as gateway:
        code, output = imported(gateway, str(tmp_path / "none.xlsx"))
    assert code == 2
    assert "SPREADSHEET_NOT_FOUND" in output
    assert gateway.calls == []
