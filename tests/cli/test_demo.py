"""`guanjia demo`, for real: the story's facts, and nothing left behind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.running import finished, left_of, start


@pytest.mark.row("H14")
@pytest.mark.row("W01")
@pytest.mark.row("W05")
def test_the_demo_tells_its_story_and_leaves_no_process_behind(tmp_path: Path) -> None:
    for round in (1, 2):  # the second finds what the first left, and starts afresh
        code, output = finished(start(tmp_path, "demo"), within_s=120)
        assert code == 0, output
        assert left_of(tmp_path) == [], f"round {round}"
    told = [
        "登记行政区划 5 个",
        "登记单位 13 家",
        "资产处置 100,000 元及以上：unit_head → finance_approver",
        "新增 created 300  未变 unchanged 0  退回 refused 3",
        "新增 created 0  未变 unchanged 300  退回 refused 3",
        "家具设备 40 件",
        "经办人自己不能审批",
        "审批中",
        "已批准",
        "已拟入仓单 40 张",
        "入仓单仍为 40 张",
        "验收入仓 38 件",
        "明细：已入仓 38、公物仓退回 2；处置单：待处理",
        "已办结，处置收入 86,000 元",
        "申请购置文件柜 5 件：公物仓有 4 件可调剂",
        "接受 3 件，其余尺寸规格不符：待核准",
        "签收 3 件，权属转至云澜市档案馆",
        "可购置证明 GZ-",
        "改动一字即不符",
        "完好  链尾",
        "公物仓现有 the warehouse holds  35 件",
    ]
    places = [output.find(each) for each in told]
    assert -1 not in places, (told[places.index(-1)], output)
    assert places == sorted(places)
    assert _times_of(output, "处置已批准 DisposalApproved") == 1
    assert _times_of(output, "入仓已验收 IntakeAccepted") == 38
    assert _times_of(output, "received housing.on_intake_rejected") == 2
    for reason in ("OUT_OF_RANGE", "USABLE_EXCEEDS_FLOOR_AREA", "CODE_TAKEN"):
        assert reason in output


def _times_of(output: str, what: str) -> int:
    """How often, by the table of facts at the end."""
    found = re.findall(rf"{what} +(\d+)\b", output)
    return int(found[-1])
