"""The story, act by act: a register is imported, a building leaves, its furniture is kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chassis.contract import value_label_of
from chassis.days import day_of
from cli.client import Refused
from cli.demo import closing, figures, reuse
from cli.demo.cast import Cast
from cli.demo.story import Person, Story, WrongTurn, duration, expect
from cli.imports import Outcome, Ticket, ledger, send
from cli.ledgers import problems_table, totals
from cli.master import calendar_of
from cli.platform import Platform
from cli.render.tables import tables_of
from cli.sample import regions, units, write_register, write_sample_assets
from cli.sample.city import CITY
from cli.screen import out
from cli.sheets import read_rows
from guanjia.approvals.v1 import approvals_pb2
from guanjia.housing.v1 import disposals_pb2 as dp
from guanjia.housing.v1 import properties_pb2 as pp
from guanjia.warehouse.v1 import intakes_pb2

REGISTERED = 300
WRONG_ROWS = 3
LARGE_FEN = 100_000_00


def tell(story: Story, platform: Platform) -> None:
    """The whole story. Raises WrongTurn where it goes otherwise than it should."""
    cast = Cast.of(story)
    with story.act("基础数据与审批规则 regions, units, workdays, and who must consent"):
        register_master_data(story, cast.admin)
        set_rules(cast.admin)
    with story.act("房产台账 the property register"):
        import_register(story, cast.clerk, platform.folder)
    with story.act("房产汇总 totals"):
        show_totals(story, cast.clerk)
    with story.act("处置申请 a disposal"):
        disposal = create_disposal(cast.clerk)
    with story.act("批准与入仓 approval, and 40 intakes"):
        approved, again = approve(story, cast, disposal)
        count_intakes(story, cast.keeper, disposal)
    with story.act("重复批准 the same approval again"):
        repeat_approval(story, cast.keeper, approved, again)
    with story.act("验收 acceptance"):
        closing.decide_intakes(story, cast.keeper, intakes_of(cast.keeper, disposal))
    with story.act("了结与办结 settled and completed"):
        closing.complete(story, cast.clerk, disposal)
    with story.act("先调剂后购置 re-use before purchase, and what it saved"):
        reuse.buy_or_reuse(story, cast)
    with story.act("审计 the audit trail"):
        closing.verify_trail(story, cast.auditor)
    with story.act("小结 what happened"):
        figures.summarise(story, cast.keeper, platform)


def register_master_data(story: Story, admin: Person) -> None:
    began = time.monotonic()
    for region in regions():
        admin.asks("directory.DefineRegion", **region)
    story.told(admin.name, f"登记行政区划 {len(regions())} 个", time.monotonic() - began)
    began = time.monotonic()
    for unit in units():
        admin.asks("directory.RegisterUnit", **unit)
    story.told(admin.name, f"登记单位 {len(units())} 家", time.monotonic() - began)
    listed = admin.asks("directory.ListUnits", page_size=100)
    expect(len(listed.units) == len(units()), "登记的单位数目不符")


def set_rules(admin: Person) -> None:
    """Small amounts need the head of the unit, large ones the finance bureau after them."""
    year = day_of(datetime.now(UTC)).year
    calendar = calendar_of(year)
    if calendar is not None:
        admin.asks(
            "directory.PublishCalendarYear",
            lambda reply: f"发布 {reply.year} 年工作日历：放假 {len(reply.holidays)} 天",
            **{field.name: value for field, value in calendar.ListFields()},
        )
    head = {"turn": 1, "role": "unit_head", "workdays": 3, "escalation_role": "bureau_head"}
    finance = {"turn": 2, "role": "finance_approver", "workdays": 5}
    for least_fen, below_fen, steps in (
        (0, LARGE_FEN, [head]),
        (LARGE_FEN, 0, [head, finance]),
    ):
        admin.asks(
            "approvals.DefineApprovalRule",
            _rule,
            service="housing",
            kind="housing.disposal",
            region_code=CITY,
            least_fen=least_fen,
            below_fen=below_fen,
            valid_from=f"{year}-01-01",
            steps=steps,
            source="云澜市市级行政事业单位国有资产处置办法",
        )


def _rule(rule: approvals_pb2.ApprovalRule) -> str:
    amount = f"{LARGE_FEN // 100:,} 元{'及以上' if rule.least_fen else '以下'}"
    return f"资产处置 {amount}：{' → '.join(step.role for step in rule.steps)}"


def import_register(story: Story, clerk: Person, folder: Path) -> None:
    path = folder / "房产台账.xlsx"
    write_register(path, REGISTERED)
    first = _import(story, clerk, path, folder)
    story.show(problems_table(first.problems), totals(first))
    expect(first.created == REGISTERED, f"应新增 {REGISTERED} 处房产，实为 {first.created}")
    expect(first.refused == WRONG_ROWS, f"应退回 {WRONG_ROWS} 行，实为 {first.refused}")
    again = _import(story, clerk, path, folder)
    story.show(totals(again))
    expect(again.created == 0, f"再次导入应新增 0 处，实为 {again.created}")
    expect(again.unchanged == REGISTERED, f"再次导入应有 {REGISTERED} 处未变")


def show_totals(story: Story, clerk: Person) -> None:
    summary = clerk.asks("housing.ReportProperties", "按类别和使用状态汇总")
    story.show(*tables_of(summary, out.width))
    counted = int(summary.lines[-1].figures[0])
    expect(counted == REGISTERED, f"汇总应有 {REGISTERED} 处，实为 {counted}")


def create_disposal(clerk: Person) -> dp.Disposal:
    idle = clerk.asks(
        "housing.ListProperties",
        lambda reply: f"查找闲置办公用房：{reply.properties[0].name}",
        kind=pp.PROPERTY_KIND_OFFICE,
        use_state=pp.USE_STATE_IDLE,
        page_size=1,
    )
    disposal: dp.Disposal = clerk.asks(
        "housing.CreateDisposal",
        lambda reply: f"拟处置单 {reply.code}：房产 1 处，家具设备 {len(reply.lines)} 件",
        property_id=idle.properties[0].id,
        reason="单位搬迁，腾退闲置办公用房",
        assets=write_sample_assets(),
    )
    expect(len(disposal.lines) == 40, "处置单应有 40 项明细")
    submitted: dp.Disposal = clerk.asks("housing.SubmitDisposal", _state, disposal_id=disposal.id)
    return submitted


def approve(
    story: Story, cast: Cast, disposal: dp.Disposal
) -> tuple[dp.Disposal, Callable[[], dp.Disposal]]:
    """The approved disposal, and what sends the very same last consent once more."""
    refuse_own(story, cast.clerk, disposal)
    _consent(cast.head, disposal, "同意，请财政部门审核")()
    last = _consent(cast.finance, disposal, "同意，家具设备移交公物仓")
    approved = last()
    story.fact("housing", "处置已批准 DisposalApproved", "warehouse")
    return approved, last


def refuse_own(story: Story, clerk: Person, disposal: dp.Disposal) -> None:
    try:
        clerk.asks(
            "approvals.DecideApproval",
            service="housing",
            approval_id=disposal.approval_id,
            decision="DECISION_APPROVE",
        )
    except Refused as refused:
        story.told(clerk.name, f"经办人自己不能审批：{refused.reason}")
        return
    raise WrongTurn("经办人竟能审批自己的申请")


def _consent(approver: Person, disposal: dp.Disposal, note: str) -> Callable[[], dp.Disposal]:
    pending = approver.asks(
        "approvals.ListMyPendingApprovals",
        lambda reply: f"待我审批 {len(reply.approvals)} 件：{reply.approvals[0].document_code}",
    )
    [mine] = [each for each in pending.approvals if each.document_id == disposal.id]
    request = {
        "service": mine.service,
        "approval_id": mine.id,
        "decision": "DECISION_APPROVE",
        "request_id": f"{approver.name}-{mine.id}",
        "note": note,
    }

    def send_it() -> dp.Disposal:
        approver.asks("approvals.DecideApproval", _decided, **request)
        reply: dp.Disposal = approver.asks("housing.GetDisposal", disposal_id=disposal.id)
        return reply

    return send_it


def _decided(approval: approvals_pb2.Approval) -> str:
    return f"同意 {approval.document_code}：{_word(approvals_pb2.ApprovalState, approval.state)}"


def count_intakes(story: Story, keeper: Person, disposal: dp.Disposal) -> None:
    began = time.monotonic()
    keeper.waits("40 张入仓单", lambda: intakes_of(keeper, disposal), lambda seen: len(seen) >= 40)
    took = time.monotonic() - began
    story.told("warehouse", "已拟入仓单 40 张，待验收", took)
    story.told("", f"从批准到 40 张入仓单 approval → 40 intakes: {duration(took)}")


def repeat_approval(
    story: Story,
    keeper: Person,
    approved: dp.Disposal,
    again: Callable[[], dp.Disposal],
) -> None:
    expect(again() == approved, "同一请求标识应得到同一应答")
    intakes = intakes_of(keeper, approved)
    expect(len(intakes) == 40, f"重复批准后入仓单应仍为 40 张，实为 {len(intakes)}")
    story.told("", f"应答相同，入仓单仍为 {len(intakes)} 张 same reply, no more intakes")


def intakes_of(keeper: Person, disposal: dp.Disposal) -> list[intakes_pb2.Intake]:
    listed = keeper.asks("warehouse.ListIntakes", document_id=disposal.id, page_size=500)
    return list(listed.intakes)


def _state(disposal: dp.Disposal) -> str:
    return f"{disposal.code}：{_word(dp.DisposalState, disposal.state)}"


def _word(kind: Any, number: int) -> str:
    return value_label_of(kind.DESCRIPTOR.values_by_number[number])


def _import(story: Story, clerk: Person, path: Path, folder: Path) -> Outcome:
    register = ledger("properties")
    sheet = read_rows(path, register.headings)
    began = time.monotonic()
    with Ticket(register, path.read_bytes(), folder / "imports") as ticket:
        outcome = send(clerk.client, register, sheet.rows, ticket)
    told = f"导入 {path.name}，{len(sheet.rows)} 行  housing.ImportProperties"
    story.told(clerk.name, told, time.monotonic() - began)
    return outcome
