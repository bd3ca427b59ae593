"""How the story ends: what the warehouse takes, what it sends back, what is done about it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from chassis.contract import label_of_value
from chassis.platform import SERVICES
from cli.demo.story import Person, Story, expect
from guanjia.housing.v1 import disposals_pb2 as dp
from guanjia.warehouse.v1 import intakes_pb2, stores_pb2

REJECTED = 2
INCOME_FEN = 86_000_00
_ACCEPTED = dp.DISPOSAL_LINE_STATE_ACCEPTED
_REJECTED = dp.DISPOSAL_LINE_STATE_REJECTED


def decide_intakes(story: Story, keeper: Person, intakes: Sequence[intakes_pb2.Intake]) -> None:
    store = keeper.asks(
        "warehouse.CreateStore",
        lambda reply: f"建仓库 {reply.code} {reply.name}",
        code="GWC-01",
        name="云澜市公物仓中心库",
        kind=stores_pb2.STORE_KIND_PHYSICAL,
        address="云澜市望川区府前街8号",
        region_code="990100",
        owner_name="云澜市机关事务管理局",
    )
    # The two oldest things are in the worst shape.
    by_age = sorted(intakes, key=lambda intake: intake.asset.acquired_on)
    sent_back, taken = by_age[:REJECTED], by_age[REJECTED:]
    began = time.monotonic()
    for number, intake in enumerate(taken, start=1):
        keeper.asks(
            "warehouse.AcceptIntake",
            intake_id=intake.id,
            store_id=store.id,
            place=f"A-{number:02}",
            value_fen=intake.asset.original_value_fen * 3 // 10,
        )
    story.told(keeper.name, f"验收入仓 {len(taken)} 件  warehouse.AcceptIntake", _since(began))
    for intake in sent_back:
        keeper.asks(
            "warehouse.RejectIntake",
            f"退回 {intake.asset.asset_code} {intake.asset.name}：无法修复",
            intake_id=intake.id,
            reason=intakes_pb2.REJECTION_REASON_BEYOND_REPAIR,
            remark="板面开裂",
        )
    story.fact("warehouse", "入仓已验收 ×38、已退回 ×2", "housing")


def complete(story: Story, clerk: Person, disposal: dp.Disposal) -> None:
    began = time.monotonic()
    answered = clerk.waits(
        "仓库对 40 项明细的应答",
        lambda: clerk.asks("housing.GetDisposal", disposal_id=disposal.id),
        lambda seen: not _count(seen)[dp.DISPOSAL_LINE_STATE_AWAITING_INTAKE],
    )
    counted = _count(answered)
    told = "、".join(f"{_name(state)} {number}" for state, number in counted.items())
    story.told("housing", f"明细：{told}；处置单：{_state(answered)}", _since(began))
    expect(counted == {_ACCEPTED: 38, _REJECTED: 2}, f"应为 38 已入仓、2 退回，实为 {told}")
    expect(answered.state == dp.DISPOSAL_STATE_NEEDS_ATTENTION, "有退回时处置单应为待处理")
    for line in answered.lines:
        if line.state == _REJECTED:
            clerk.asks(
                "housing.SettleDisposalLine",
                f"人工了结 {line.asset.name}（{line.remark}）",
                disposal_id=disposal.id,
                line_id=line.id,
                remark="按报废处理，交定点单位回收",
            )
    done = clerk.asks(
        "housing.CompleteDisposal",
        lambda reply: f"{reply.code}：{_state(reply)}，处置收入 {INCOME_FEN // 100:,} 元",
        disposal_id=disposal.id,
        income_fen=INCOME_FEN,
    )
    expect(done.state == dp.DISPOSAL_STATE_COMPLETED, "处置单应已办结")


def verify_trail(story: Story, auditor: Person) -> None:
    """Every entry is sealed within a second or two; then the chain is checked from its begin."""
    for service in SERVICES:

        def checked(service: str = service) -> Any:
            return auditor.asks("audit.VerifyAuditTrail", service=service)

        whole = auditor.waits("审计日志签封", checked, lambda seen: not seen.unsealed)
        expect(not whole.problems, f"{service} 的审计日志应完好")
        counted = f"{whole.entries} 条记录，{whole.seals} 个签封，完好"
        story.told(auditor.name, f"{service}：{counted}  链尾 {whole.head[:12]}…")


def _count(disposal: dp.Disposal) -> Counter[int]:
    return Counter(line.state for line in disposal.lines)


def _name(state: int) -> str:
    return label_of_value(dp.DisposalLineState.DESCRIPTOR, state)


def _state(disposal: dp.Disposal) -> str:
    return label_of_value(dp.DisposalState.DESCRIPTOR, disposal.state)


def _since(began: float) -> float:
    return time.monotonic() - began
