"""`guanjia export`: a document as the service drew it."""

from __future__ import annotations

from pathlib import Path

from chassis.errors import IllegalState
from guanjia.document.v1 import document_pb2
from tests.cli.fake_gateway import FakeGateway, fake_gateway
from tests.cli.printed import run

LABELS = "warehouse.PrintLabels"
DOCUMENT = document_pb2.Document(
    file_name="公物仓标签.pdf", content_type="application/pdf", content=b"%PDF-1.4 \0\xff"
)


def exported(gateway: FakeGateway, path: Path, *words: str) -> tuple[int, str]:
    result = run("export", LABELS, str(path), *words, "--gateway", gateway.address, COLUMNS="200")
    return result.exit_code, result.output


def test_a_document_is_written_as_it_was_drawn(tmp_path: Path) -> None:
    path = tmp_path / "一号库.pdf"
    with fake_gateway(warehouse_PrintLabels=DOCUMENT) as gateway:
        told = exported(gateway, path, "store_id=s-1", "place=A-01", "format=PDF")
        [request] = gateway.requests(LABELS)
    assert told == (0, f"{path}：11 字节 bytes\n")
    assert path.read_bytes() == DOCUMENT.content
    assert (request.store_id, request.place) == ("s-1", "A-01")


def test_a_command_that_draws_gets_a_request_id_unless_one_is_given(tmp_path: Path) -> None:
    with fake_gateway(warehouse_PrintLabels=DOCUMENT) as gateway:
        exported(gateway, tmp_path / "a.pdf", "store_id=s-1")
        exported(gateway, tmp_path / "b.pdf", "store_id=s-1", "request_id=r-1")
        made, given = (each.request_id for each in gateway.requests(LABELS))
    assert (len(made), given) == (36, "r-1")


def test_a_file_named_otherwise_is_written_and_told_of(tmp_path: Path) -> None:
    path = tmp_path / "标签.xlsx"
    with fake_gateway(warehouse_PrintLabels=DOCUMENT) as gateway:
        code, output = exported(gateway, path, "store_id=s-1")
    assert code == 0
    assert "文件名宜以 .pdf 结尾" in output
    assert path.read_bytes() == DOCUMENT.content


def test_a_refusal_leaves_no_file_and_says_how_to_repeat(tmp_path: Path) -> None:
    refused = IllegalState("NOTHING_THERE", "该库位没有卡片", "no card says it lies there")
    with fake_gateway(warehouse_PrintLabels=refused) as gateway:
        code, output = exported(gateway, tmp_path / "a.pdf", "store_id=s-1", "request_id=r-1")
    assert code != 0
    assert "该库位没有卡片" in output
    assert "request_id=r-1" in output
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_can_be_had_again_by_the_same_request(tmp_path: Path) -> None:
    with fake_gateway(warehouse_PrintLabels=DOCUMENT) as gateway:
        code, output = exported(gateway, tmp_path / "nowhere" / "a.pdf", "request_id=r-1")
    assert code != 0
    assert "写不了文件" in output
    assert "request_id=r-1" in output


def test_what_is_a_document_is_not_spilt_on_the_screen() -> None:
    with fake_gateway(warehouse_PrintLabels=DOCUMENT) as gateway:
        result = run("call", LABELS, "store_id=s-1", "--gateway", gateway.address, COLUMNS="200")
    assert "11 字节" in result.output
    assert "PDF-1.4" not in result.output
