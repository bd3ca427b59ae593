"""`guanjia audit export`: the trail to the microsecond, in the shape of every export."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from cli.sheets import read_rows
from guanjia.audit.v1 import audit_pb2 as pb
from tests.cli.fake_gateway import fake_gateway
from tests.cli.printed import run

HEADINGS = [
    "标识",
    "时间",
    "操作人",
    "单位标识",
    "来源",
    "操作",
    "变更内容",
    "结果",
    "请求标识",
    "签封序号",
]
ENTRY = pb.AuditEntry(
    id="e1",
    acted_at=Timestamp(seconds=1_735_693_200, nanos=123_456_000),
    principal="=张三",
    act="housing.update_property",
    changes='{"name": "主楼"}',
    result="ok",
    seal=3,
)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_entries_are_written_as_they_are_sealed(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"trail.{kind}"
    words = [str(path), "--since", "2025-01-01", "--until", "2025-01-31"]
    with fake_gateway(audit_ListAuditEntries=pb.ListAuditEntriesResponse(entries=[ENTRY])) as fake:
        result = run("audit", "export", "housing", *words, "--gateway", fake.address)
        [asked] = fake.requests("audit.ListAuditEntries")
    assert result.exit_code == 0
    assert "1 行" in result.output
    assert (asked.service, asked.from_day, asked.to_day) == ("housing", "2025-01-01", "2025-01-31")
    sheet = read_rows(path, HEADINGS)
    assert sheet.headings == HEADINGS
    cells = sheet.rows[0].cells
    assert cells["时间"] == "2025-01-01T01:00:00.123456Z"
    assert cells["操作人"] == "=张三"
    assert cells["签封序号"] == "3"
    assert cells["请求标识"] == ""
