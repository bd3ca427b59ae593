"""Rooms by use, vacant and in use (房间使用情况)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select

from chassis.days import day_of
from chassis.enums import label_of_word
from chassis.reports import Figure, Line, Report, percent, sums_of
from chassis.storage import Reader, within
from chassis.wire import to_message
from guanjia.housing.v1 import rooms_pb2 as pb
from housing.rooms.model import Room

_ROOMS = Room.__table__
_REPORT = Report(
    "房间使用情况",
    by=("房间用途",),
    figures=(
        Figure("count", "间数", "间", "在册房间数，随房产处置而关闭的除外"),
        Figure("area_m2", "使用面积", "㎡", "房间使用面积之和"),
        Figure("vacant", "空置间数", "间", "没有使用单位、也未预留的房间数"),
        Figure("vacant_m2", "空置面积", "㎡", "空置房间使用面积之和"),
        Figure("vacant_rate", "空置率", "%", "空置面积 ÷ 使用面积"),
    ),
)


def told(reader: Reader, region_code: str, property_id: str) -> dict[str, Any]:
    day = day_of(reader.now)
    lines = [
        _line(each, region_code, property_id)
        for each in reader.rows(_totals(region_code, property_id))
    ]
    if not lines:
        return _REPORT.told(day, [])
    count, area, vacant, vacant_m2, _ = sums_of(lines)
    total = Line(("合计",), (count, area, vacant, vacant_m2, percent(vacant_m2, area)))
    return _REPORT.told(day, [*lines, total])


def _totals(region_code: str, property_id: str) -> Any:
    is_vacant = (_ROOMS.c.unit_id == "") & (_ROOMS.c.reserved_for == "")
    statement = select(
        _ROOMS.c.use,
        func.count().label("number"),
        func.sum(_ROOMS.c.area_m2).label("area_m2"),
        func.sum(case((is_vacant, 1), else_=0)).label("vacant"),
        func.sum(case((is_vacant, _ROOMS.c.area_m2), else_=0)).label("vacant_m2"),
    )
    statement = within(statement, _ROOMS.c.region_code, region_code)
    statement = statement.where(_ROOMS.c.closed_on.is_(None))
    if property_id:
        statement = statement.where(_ROOMS.c.property_id == property_id)
    return statement.group_by(_ROOMS.c.use).order_by(_ROOMS.c.use)


def _line(each: Any, region_code: str, property_id: str) -> Line:
    area, vacant = Decimal(each.area_m2), Decimal(each.vacant_m2)
    sought = {"use": each.use, "region_code": region_code, "property_id": property_id}
    return Line(
        (label_of_word(pb.RoomUse.DESCRIPTOR, each.use),),
        (each.number, area, int(each.vacant), vacant, percent(vacant, area)),
        rows=to_message(pb.ListRoomsRequest, sought),
    )
