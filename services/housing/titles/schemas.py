"""What requests about titles must satisfy."""

from __future__ import annotations

from chassis.fields import Day, Line, RegionCode, Wrong
from chassis.figures import Area
from chassis.schemas import PageSchema, RequestSchema
from housing.titles import rules


class CertificateNumber(Line):
    """不动产权证书号, spaces and kinds of brackets apart as printed."""

    def __init__(self) -> None:
        super().__init__(100)

    def normalise(self, text: str) -> str:
        return rules.plain_certificate_number(text)


class UnitNumber(Line):
    """不动产单元号: 28 characters (GB/T 37346)."""

    def __init__(self) -> None:
        super().__init__(200)

    def normalise(self, text: str) -> str:
        return rules.plain_unit_number(text)

    def check(self, text: str) -> None:
        if rules.unit_number(text) is None:
            raise Wrong(
                "INVALID_UNIT_NUMBER",
                "不动产单元号应为 28 位：12 位数字、2 位字符、5 位数字、1 位字符、8 位数字",
                "28 characters: 12 digits, 2 letters or digits, 5 digits, 1 letter or digit, "
                "8 digits",
            )


class BeginTitleSchema(RequestSchema):
    handler = Line(optional=True)
    expected_on = Day(optional=True)


class RecordTitleSchema(RequestSchema):
    certificate_number = CertificateNumber()
    unit_number = UnitNumber()
    holder_name = Line()
    registered_on = Day()
    certificate_area_m2 = Area(load_default=None)


class ObstacleSchema(RequestSchema):
    obstacle = Line(500)
    expected_on = Day(optional=True)


class ReasonSchema(RequestSchema):
    reason = Line(500)


class ListTitlesSchema(PageSchema):
    region_code = RegionCode(prefix=True, optional=True)


class ReportTitlesSchema(RequestSchema):
    region_code = RegionCode(prefix=True, optional=True)
