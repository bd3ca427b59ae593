"""What requests about depreciation must satisfy."""

from __future__ import annotations

from typing import Any

from chassis.fields import Day, RegionCode
from chassis.figures import Whole
from chassis.schemas import RequestSchema

_SHORTEST, _LONGEST = 3, 20


class ClassLength(Whole):
    """How much of a class code makes a group; 0 means 3, such as A05."""

    def __init__(self) -> None:
        super().__init__(0, _LONGEST)

    def finish(self, figure: Any) -> int:
        return super().finish(figure) or _SHORTEST


class GetBookValueSchema(RequestSchema):
    on_day = Day(optional=True)


class ReportDepreciationSchema(RequestSchema):
    on_day = Day(optional=True)
    region_code = RegionCode(prefix=True, optional=True)
    class_length = ClassLength()
