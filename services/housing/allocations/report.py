"""Rent saved by allotting rooms from stock (存量调配节约租金)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from chassis.copies.model import UnitCopy
from chassis.days import day_of
from chassis.reports import Figure, Line, Report, yuan
from chassis.storage import Reader, within
from chassis.wire import to_message
from guanjia.housing.v1 import allocations_pb2 as pb
from housing.allocations import rules
from housing.allocations.listing import from_stock_in
from housing.allocations.model import Allocation, AllocationRoom
from housing.allocations.norms import RENT_PRICE
from housing.rooms.model import Tenure

_ALLOCATIONS = Allocation.__table__
_ROOMS = AllocationRoom.__table__
_TENURES = Tenure.__table__
_UNITS = UnitCopy.__table__
_REPORT = Report(
    "存量调配节约租金",
    by=("使用单位",),
    figures=(
        Figure("count", "调配单数", "单", "年度内有一日在用的存量调配单（调剂、置换）数"),
        Figure("area_m2", "调配面积", "㎡", "上述调配单批准时调配房间的使用面积之和"),
        Figure(
            "rent_saved_yuan",
            "节约租金",
            "元",
            "逐间房：使用面积 × 租金单价 × 年度内月数 ÷ 12，修约到分后求和。月数按起止涉及的"
            "自然月计，不足一月按一月（3 月 15 日起用、年内未腾退的计 10 个月）；单价为批准当日"
            "施行的租金参考价，批准时没有的按年末（本年度按今日）施行的；仍没有的，该单位为空，"
            "合计不含为空的单位",
        ),
    ),
)


@dataclass
class _Sum:
    """What a unit has; `fen` is None once a price is missing. The name is the last one that an
    allocation noted."""

    name: str = ""
    count: int = 0
    area_m2: Decimal = Decimal(0)
    fen: int | None = 0


def told(reader: Reader, year: int, region_code: str) -> dict[str, Any]:
    """The report of a year (0: this one) by unit, the total last."""
    today = day_of(reader.now)
    year = year or today.year
    sums = _by_unit(reader, year, region_code, today)
    if not sums:
        return _REPORT.told(today, [])
    names = _names(reader, sums)
    lines = [
        Line((names[id],), _figures(sums[id]), rows=_rows(id, year, region_code))
        for id in sorted(sums, key=lambda each: (names[each], each))
    ]
    total = _total(sums.values())
    every = Line(("合计",), _figures(total), rows=_rows("", year, region_code))
    return _REPORT.told(today, [*lines, every])


def _by_unit(reader: Reader, year: int, region_code: str, today: date) -> dict[str, _Sum]:
    among = select(_ALLOCATIONS).where(*from_stock_in(year)).order_by(_ALLOCATIONS.c.code)
    counted = reader.rows(within(among, _ALLOCATIONS.c.region_code, region_code))
    tenures = _tenures(reader, year, region_code)
    prices = _Prices(reader, min(date(year, 12, 31), today))
    sums: dict[str, _Sum] = defaultdict(_Sum)
    for each in counted:
        into = sums[each.unit_id]
        into.name = each.unit_name
        into.count += 1
        into.area_m2 += each.area_allotted_m2
        price = prices.of(each)
        if price is None:
            into.fen = None
        elif into.fen is not None:
            into.fen += _saved(tenures[each.id], price, year)
    return sums


def _names(reader: Reader, sums: Mapping[str, _Sum]) -> dict[str, str]:
    """What the units are called now; of one the directory never told of, as it was noted."""
    known = reader.rows(select(_UNITS.c.id, _UNITS.c.name).where(_UNITS.c.id.in_(list(sums))))
    noted = {id: each.name for id, each in sums.items()}
    return noted | {each.id: each.name for each in known}


def _saved(tenures: Iterable[Any], price: int, year: int) -> int:
    return sum(
        rules.rent_fen(each.area_m2, price, rules.months_begun(each.from_on, each.to_on, year))
        for each in tenures
    )


def _tenures(reader: Reader, year: int, region_code: str) -> dict[str, list[Any]]:
    """The times units had rooms by these allocations. The rooms may be another's by now, so
    they are sought unrestricted, and looked at only for allocations within the scope."""
    counted = within(
        select(_ALLOCATIONS.c.id).where(*from_stock_in(year)),
        _ALLOCATIONS.c.region_code,
        region_code,
    )
    same_room = _TENURES.c.room_id == _ROOMS.c.room_id
    rows = reader.unrestricted().rows(
        select(_ROOMS.c.allocation_id, _ROOMS.c.area_m2, _TENURES.c.from_on, _TENURES.c.to_on)
        .join(_TENURES, same_room & (_TENURES.c.allocation_id == _ROOMS.c.allocation_id))
        .where(_ROOMS.c.allocation_id.in_(counted))
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for each in rows:
        found[each.allocation_id].append(each)
    return found


class _Prices:
    """Rent prices in fen: as noted at approval, else as in force on a day in the region."""

    def __init__(self, reader: Reader, day: date) -> None:
        self._reader = reader
        self._day = day
        self._known: dict[str, int | None] = {}

    def of(self, allocation: Any) -> int | None:
        if allocation.rent_per_m2_year_fen is not None:
            return int(allocation.rent_per_m2_year_fen)
        region = allocation.region_code
        if region not in self._known:
            prices = RENT_PRICE.in_force(self._reader, region, self._day)
            self._known[region] = rules.price_fen(prices.get())
        return self._known[region]


def _total(sums: Iterable[_Sum]) -> _Sum:
    known = list(sums)
    fen = [each.fen for each in known if each.fen is not None]
    return _Sum(
        count=sum(each.count for each in known),
        area_m2=sum((each.area_m2 for each in known), Decimal(0)),
        fen=sum(fen) if fen else None,
    )


def _figures(of: _Sum) -> tuple[int, Decimal, Decimal | None]:
    return of.count, of.area_m2, None if of.fen is None else yuan(of.fen)


def _rows(unit_id: str, year: int, region_code: str) -> Any:
    sought = {"unit_id": unit_id, "from_stock_in_year": year, "region_code": region_code}
    return to_message(pb.ListAllocationsRequest, sought)
