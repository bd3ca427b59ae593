"""A report as a service tells it."""

from __future__ import annotations

from guanjia.report.v1 import report_pb2 as pb


def figure(key: str, label: str, unit: str, definition: str) -> pb.Figure:
    return pb.Figure(key=key, label=label, unit=unit, definition=definition)


def line(about: list[str], figures: list[str], **drill: str) -> pb.ReportLine:
    told = pb.ReportLine(about=about, figures=figures)
    if drill:
        told.drill.method = "housing.ListProperties"
        told.drill.fields.update(drill)
    return told


REPORT = pb.Report(
    title="房产台账汇总",
    as_of="2026-01-31",
    dimensions=["房产类别", "使用状态"],
    figures=[
        figure("count", "处数", "处", "在册房产的处数"),
        figure("floor_area_m2", "建筑面积", "㎡", "建筑面积之和"),
        figure("usable_area_m2", "使用面积", "㎡", "使用面积之和"),
        figure("use_ratio", "使用面积系数", "%", "使用面积之和 ÷ 建筑面积之和"),
        figure("book_value_yuan", "账面价值", "元", ""),
    ],
    lines=[
        line(
            ["办公用房", "在用"],
            ["1803", "1234567.80", "890123.40", "72.1", "1234567890.12"],
            kind="PROPERTY_KIND_OFFICE",
            use_state="USE_STATE_IN_USE",
            region_code="9901",
        ),
        line(["土地", "闲置"], ["3", "5800.50", "0.00", "", "100.00"]),
        line(["合计", ""], ["1806", "1240368.30", "890123.40", "71.8", "1234567990.12"]),
    ],
)
