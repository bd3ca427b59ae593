"""How far problems are mended, by source (问题整改情况)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from chassis.enums import label_of_word
from chassis.reports import Figure, Line, Report, percent, sums_of
from chassis.wire import to_message
from guanjia.housing.v1 import problems_pb2 as pb

_REPORT = Report(
    "问题整改情况",
    by=("问题来源",),
    figures=(
        Figure("total", "问题数", "个", "登记的全部问题"),
        Figure("closed", "已销号", "个", "状态为已销号的问题；重新整改的不计入"),
        Figure("running", "整改中", "个", "未销号且未挂起的问题，含待分办和重新整改"),
        Figure("hard", "挂起难办", "个", "状态为挂起难办的问题"),
        Figure("closing_rate", "销号率", "%", "已销号 ÷ 问题数"),
        Figure("overdue", "逾期", "个", "整改期限已过且未销号的问题"),
    ),
)


def told(as_of: date, totals: Iterable[Any], region_code: str) -> dict[str, Any]:
    """The report of totals by source: rows with source, total, closed, hard, overdue."""
    lines = [_line(each, region_code) for each in totals]
    if lines:
        total, closed, running, hard, _, overdue = sums_of(lines)
        figures = (total, closed, running, hard, percent(closed, total), overdue)
        rows = to_message(pb.ListProblemsRequest, {"region_code": region_code})
        lines.append(Line(("合计",), figures, rows))
    return _REPORT.told(as_of, lines)


def _line(each: Any, region_code: str) -> Line:
    total, closed, hard = int(each.total), int(each.closed), int(each.hard)
    return Line(
        (label_of_word(pb.ProblemSource.DESCRIPTOR, each.source),),
        (
            total,
            closed,
            total - closed - hard,
            hard,
            percent(closed, total),
            int(each.overdue),
        ),
        rows=to_message(
            pb.ListProblemsRequest, {"source": each.source, "region_code": region_code}
        ),
    )
