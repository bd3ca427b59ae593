"""What left the stores for good in a year (资产处置情况)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from chassis.enums import label_of_word
from chassis.reports import Figure, Line, Report, Value, yuan
from chassis.wire import to_message
from guanjia.warehouse.v1 import disposals_pb2 as pb
from warehouse.disposals.model import DisposalKind

_OF = "年度内（按售出或移交日期）"
_REPORT = Report(
    "公物仓资产处置情况",
    by=("处置方式",),
    figures=(
        Figure("batches", "批次", "批", f"{_OF}有资产离仓的处置批次数；跨年的批次各年各计一次"),
        Figure("lines", "处置件数", "件", f"{_OF}售出、报废变卖或捐赠的资产件数，流拍退回的不计"),
        Figure("original_yuan", "原值", "元", "上述资产的原值之和"),
        Figure("appraised_yuan", "评估价值", "元", "上述资产的评估价值之和；捐赠未评估的按零计"),
        Figure("income_yuan", "处置收入", "元", "上述资产逐件登记的收入之和；捐赠为零"),
    ),
)


def told(
    as_of: date, by_kind: Mapping[str, Sequence[int]], year: int, region_code: str
) -> dict[str, Any]:
    """The report of what left by kind (see `queries.left_in`); the total is the last line."""
    sought = {"year": year, "region_code": region_code}
    lines = [
        Line(
            (label_of_word(pb.DisposalKind.DESCRIPTOR, kind),),
            _figures(by_kind[kind]),
            rows=to_message(pb.ListDisposalLinesRequest, {**sought, "kind": kind}),
        )
        for kind in DisposalKind
        if kind in by_kind
    ]
    whole = [sum(column) for column in zip(*by_kind.values(), strict=True)] or [0] * 5
    total = Line(("合计",), _figures(whole), rows=to_message(pb.ListDisposalLinesRequest, sought))
    return _REPORT.told(as_of, [*lines, total])


def _figures(sums: Sequence[int]) -> list[Value]:
    batches, items, *amounts = sums
    return [batches, items, *map(yuan, amounts)]
