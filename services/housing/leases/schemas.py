"""What requests about leases must satisfy."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from marshmallow import fields, validates_schema

from chassis.fields import (
    Choice,
    Code,
    Day,
    Identifier,
    Line,
    RegionCode,
    Uscc,
    Wrong,
    half_width,
)
from chassis.figures import Area, Fen, Whole, Yuan
from chassis.schemas import PageSchema, RequestSchema
from housing.leases import plan

_PHONE = re.compile(r"\+?\d{3,4}(-?\d+){1,3}", re.ASCII)
_YES = {"是": True, "否": False, "": False}


class Phone(Line):
    """A number to call, mobile or not: digits, with - between them."""

    def __init__(self) -> None:
        super().__init__(20, optional=True)

    def normalise(self, text: str) -> str:
        return re.sub(r"\s", "", half_width(text))

    def check(self, text: str) -> None:
        if len(text) < 7 or not _PHONE.fullmatch(text):
            raise Wrong("INVALID_PHONE", "电话号码不正确", "not a phone number")


class Rent(Whole):
    """Fen for a period, at most 10 billion yuan."""

    def __init__(self, **given: Any) -> None:
        super().__init__(0, 10**12, **given)


class RentYuan(Yuan):
    """The same, typed in yuan."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.most = Decimal(10**10)


class Months(Whole):
    """1, 3, 6 or 12; 0 where there is no rent."""

    def __init__(self, **given: Any) -> None:
        super().__init__(0, 12, **given)

    def finish(self, figure: Any) -> int:
        months = super().finish(figure)
        if months and months not in plan.PERIODS:
            raise Wrong("UNKNOWN_PERIOD", "只能是 1、3、6、12 个月", "must be 1, 3, 6 or 12 months")
        return months


class YesNo(fields.Field[bool]):
    """是 or 否 in a spreadsheet; an empty cell is 否."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> bool:
        text = half_width(str(value))
        if text not in _YES:
            raise Wrong("UNKNOWN_VALUE", "只能是：是、否", "must be 是 or 否")
        return _YES[text]


class TermsSchema(RequestSchema):
    """Rules of what is agreed, across fields: the same for requests and rows."""

    @validates_schema
    def ends_after_its_start(self, values: dict[str, Any], **_: Any) -> None:
        first, last = values.get("start_on"), values.get("end_on")
        if first is not None and last is not None and last < first:
            raise Wrong("ENDS_BEFORE_START", "早于起租日期", "before the first day", field="end_on")

    @validates_schema
    def lent_is_without_rent(self, values: dict[str, Any], **_: Any) -> None:
        if values.get("direction") == "lent" and values.get("rent_fen"):
            raise Wrong(
                "LENT_WITHOUT_RENT", "出借不收租金", "what is lent bears no rent", "rent_fen"
            )

    @validates_schema
    def rent_has_a_period(self, values: dict[str, Any], **_: Any) -> None:
        if not values.get("rent_fen") or "start_on" not in values:
            return
        months, last = values.get("period_months"), values.get("end_on")
        if months == 0:
            raise Wrong("REQUIRED", "有租金时必填", "required with rent", "period_months")
        first = values["start_on"]
        if months and last and first <= last and not plan.is_plannable(first, last, months):
            raise Wrong(
                "TERM_TOO_LONG",
                f"租期不得超过 {plan.MAX_CHARGES} 期",
                f"at most {plan.MAX_CHARGES} periods",
                "end_on",
            )


class PlaceSchema(RequestSchema):
    """What is let or lent is on the register; of what is rented, all must be said."""

    property_field = "property_id"

    @validates_schema
    def place_is_known(self, values: dict[str, Any], **_: Any) -> None:
        if values.get(self.property_field):
            return
        if values.get("direction") in ("out", "lent"):
            zh, en = "出租、出借的房产须在台账中", "what is let or lent is on the register"
            raise Wrong("REQUIRED", zh, en, self.property_field)
        for name in ("address", "region_code"):
            if values.get(name) == "":
                raise Wrong("REQUIRED", "必填", "required", name)
        if values.get("unit_name") == "" and values.get("unit_uscc") == "":
            raise Wrong("REQUIRED", "单位名称与代码至少填一项", "name or code", "unit_name")


class TenderSchema(RequestSchema):
    @validates_schema
    def a_tender_has_a_number(self, values: dict[str, Any], **_: Any) -> None:
        if values.get("tendered") and not values.get("tender_number", "-"):
            raise Wrong("REQUIRED", "公开招租须填招租编号", "required of a tender", "tender_number")


class SignLeaseSchema(TermsSchema, PlaceSchema, TenderSchema):
    code = Code()
    direction = Choice()
    property_id = Identifier(optional=True)
    premises = Line()
    address = Line(300, optional=True)
    region_code = RegionCode(optional=True)
    unit_name = Line(optional=True)
    unit_uscc = Uscc(optional=True)
    counterparty = Line()
    contact_phone = Phone()
    area_m2 = Area()
    start_on = Day()
    end_on = Day()
    rent_fen = Rent()
    period_months = Months()
    pay_within_days = Whole(0, 90)
    deposit_fen = Fen()
    tender_number = Code(optional=True)
    note = Line(500, optional=True)


class UpdateLeaseSchema(RequestSchema):
    contact_phone = Phone()
    note = Line(500, optional=True)


class RenewLeaseSchema(TenderSchema):
    code = Code()
    end_on = Day()
    rent_fen = Rent()
    period_months = Months()
    pay_within_days = Whole(0, 90)
    deposit_fen = Fen()
    tender_number = Code(optional=True)
    note = Line(500, optional=True)


class TerminateLeaseSchema(RequestSchema):
    terminated_on = Day()
    reason = Line(500, optional=True)


class CancelLeaseSchema(RequestSchema):
    reason = Line(500)


class RecordReceiptSchema(RequestSchema):
    voucher = Code()
    received_on = Day(optional=True)
    amount_fen = Whole(1, 10**15)
    payer = Line(optional=True)


class ReverseReceiptSchema(RequestSchema):
    reason = Line(500)


class RecordRefundSchema(RequestSchema):
    voucher = Code()
    refunded_on = Day(optional=True)
    amount_fen = Whole(1, 10**15)
    payee = Line(optional=True)


class SendReminderSchema(RequestSchema):
    level = Choice()
    sent_on = Day(optional=True)
    text = Line(1000)


class ListLeasesSchema(PageSchema):
    code = Code(optional=True)
    region_code = RegionCode(prefix=True, optional=True)
    ends_from = Day(optional=True)
    ends_to = Day(optional=True)
    year = Whole(0, 2200)


class ListChargesSchema(PageSchema):
    region_code = RegionCode(prefix=True, optional=True)
    day = Day(optional=True)


class ReportArrearsSchema(RequestSchema):
    day = Day(optional=True)
    region_code = RegionCode(prefix=True, optional=True)


class ReportRentSchema(RequestSchema):
    year = Whole(0, 2200)
    region_code = RegionCode(prefix=True, optional=True)
