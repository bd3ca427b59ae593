"""How much of what can be registered is registered, by county (权属登记情况)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from chassis.reports import Figure, Line, Report, percent
from chassis.wire import to_message
from guanjia.housing.v1 import titles_pb2 as pb
from housing.properties.model import TitleState
from housing.titles import rules

_REPORT = Report(
    "权属登记情况",
    by=("行政区划代码", "区域"),
    figures=(
        Figure(
            "registrable",
            "应登记",
            "处",
            "在册的全部房产，不含经批准认定为不可登记的",
        ),
        Figure("registered", "已登记", "处", "权属状态为已登记"),
        Figure("in_progress", "办理中", "处", "权属状态为办理中"),
        Figure("obstacle", "存在障碍", "处", "权属状态为存在障碍"),
        Figure("not_registrable", "不可登记", "处", "经批准认定为不可登记，不计入应登记"),
        Figure("rate", "登记率", "%", "已登记 ÷ 应登记"),
        Figure("target", "目标", "%", "该区域当日施行的权属登记率目标；没有则为空"),
        Figure("met", "达标", "", "登记率（未舍入）达到或超过目标为 1，否则为 0"),
    ),
)


@dataclass(frozen=True)
class Area:
    """A county, or the whole: how many properties of each title state, and the target in %."""

    code: str
    name: str
    counts: Counter[TitleState]
    target: Decimal | None


def told(as_of: date, counties: Sequence[Area], whole: Area) -> dict[str, Any]:
    """The report; `whole.code` is the region it was asked for, empty for all."""
    lines = [_line(each, (each.code, each.name)) for each in counties]
    if lines:
        lines.append(_line(whole, ("合计", "")))
    return _REPORT.told(as_of, lines)


def _line(area: Area, about: tuple[str, str]) -> Line:
    counts = area.counts
    registered = counts[TitleState.REGISTERED]
    registrable = counts.total() - counts[TitleState.NOT_REGISTRABLE]
    met = None if area.target is None else rules.is_met(registered, registrable, area.target)
    return Line(
        about,
        (
            registrable,
            registered,
            counts[TitleState.IN_PROGRESS],
            counts[TitleState.OBSTACLE],
            counts[TitleState.NOT_REGISTRABLE],
            percent(registered, registrable),
            None if area.target is None else area.target.normalize(),
            None if met is None else int(met),
        ),
        rows=to_message(pb.ListTitlesRequest, {"region_code": area.code}),
    )
