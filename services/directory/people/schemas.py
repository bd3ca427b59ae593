"""What requests about people must satisfy."""

from __future__ import annotations

import re

from stdnum.cn import ric
from stdnum.exceptions import ValidationError as NotOne

from chassis.fields import Choice, Day, Identifier, Line, RegionCode, Subject, Wrong, half_width
from chassis.schemas import PageSchema, RequestSchema

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_RESIDENT = re.compile(r"\d{17}[\dX]", re.ASCII)


class Phone(Line):
    """A mobile number of China: 11 digits."""

    def __init__(self) -> None:
        super().__init__(32, optional=True)

    def normalise(self, text: str) -> str:
        return re.sub(r"[\s-]", "", half_width(text)).removeprefix("+86")

    def check(self, text: str) -> None:
        if not _MOBILE.fullmatch(text):
            raise Wrong("INVALID_PHONE", "手机号应为 11 位数字", "a mobile number has 11 digits")


class IdNumber(Line):
    """公民身份号码: 18 characters, a date and a check character within (GB 11643-1999).

    The region within is not looked up: codes that were abolished stay in use for life.
    """

    def __init__(self) -> None:
        super().__init__(32, optional=True)

    def normalise(self, text: str) -> str:
        return re.sub(r"\s", "", half_width(text)).upper()

    def check(self, text: str) -> None:
        if not _is_id_number(text):
            raise Wrong(
                "INVALID_ID_NUMBER", "公民身份号码校验不通过", "not a valid resident id number"
            )


class RegisterPersonSchema(RequestSchema):
    subject = Subject(optional=True)
    name = Line(100)
    unit_id = Identifier()
    post = Line(100, optional=True)
    rank = Choice()
    phone = Phone()
    id_number = IdNumber()
    valid_from = Day(optional=True)


class ChangePersonSchema(RequestSchema):
    person_id = Identifier()
    valid_from = Day(optional=True)
    subject = Subject(optional=True)
    name = Line(100)
    unit_id = Identifier()
    post = Line(100, optional=True)
    phone = Phone()
    id_number = IdNumber()


class AddConcurrentPostSchema(RequestSchema):
    person_id = Identifier()
    unit_id = Identifier()
    post = Line(100)
    rank = Choice()
    valid_from = Day(optional=True)


class EndConcurrentPostSchema(RequestSchema):
    person_id = Identifier()
    posting_id = Identifier()
    valid_to = Day(optional=True)


class EndPersonSchema(RequestSchema):
    person_id = Identifier()
    valid_to = Day(optional=True)


class ListPeopleSchema(PageSchema):
    unit_id = Identifier(optional=True)
    region_code = RegionCode(prefix=True, optional=True)
    subject = Subject(optional=True)


def _is_id_number(text: str) -> bool:
    if not _RESIDENT.fullmatch(text) or text[-1] != ric.calc_check_digit(text):
        return False
    try:
        ric.get_birth_date(text)
    except NotOne:
        return False
    return True
