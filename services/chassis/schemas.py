"""What a request must satisfy beyond its type, said with marshmallow.

A schema names only the fields that have rules; the others pass as the contract
typed them. Each rule that fails becomes a `Violation` with a stable reason, the
path of the field, Chinese and English text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from google.protobuf.descriptor import EnumDescriptor
from marshmallow import INCLUDE, Schema, ValidationError, fields, missing
from stdnum.cn import uscc

from chassis.contract import value_label_of
from chassis.errors import InvalidInput, Violation
from chassis.wire import enum_numbers

_REQUIRED = Violation("", "REQUIRED", "必填", "required")
_WORD = re.compile("[a-z][a-z0-9_]*")
_NUMBER = re.compile(
    r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?(e[+-]?\d{1,4})?", re.ASCII | re.IGNORECASE
)


class Wrong(ValidationError):
    """One broken rule: a stable reason with its text in both languages."""

    def __init__(self, reason: str, zh: str, en: str, field: str | None = None) -> None:
        told = [Violation("", reason, zh, en)]
        super().__init__({field: told} if field else told)


class RequestSchema(Schema):
    """The rules of one request."""

    class Meta:
        unknown = INCLUDE

    def clean(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """`values` normalised and typed, or InvalidInput with every broken rule."""
        try:
            loaded: dict[str, Any] = self.load(values)
        except ValidationError as error:
            raise InvalidInput.of(list(violations_in(error.messages))) from None
        return loaded


def violations_in(messages: Any, path: str = "") -> Iterable[Violation]:
    """The broken rules in marshmallow's nested messages, with the path of each field."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            own = "" if key == "_schema" else str(key)
            yield from violations_in(inner, ".".join(part for part in (path, own) if part))
        return
    for each in messages if isinstance(messages, list) else [messages]:
        if isinstance(each, Violation):
            yield Violation(path, each.reason, each.zh, each.en)
        else:
            yield Violation(path, "INVALID", f"不合规定：{each}", str(each))


def half_width(text: str) -> str:
    """Full-width letters and digits as half-width ones, without white space around."""
    return unicodedata.normalize("NFKC", text).strip()


class Line(fields.Field[str]):
    """A line of text: 1 to `longest` characters once white space around it is gone.

    An empty one is refused as REQUIRED unless `optional`.
    """

    def __init__(self, longest: int = 200, *, optional: bool = False, **given: Any) -> None:
        super().__init__(required=not optional, **given)
        self.longest = longest
        self.optional = optional
        self.error_messages["required"] = [_REQUIRED]
        self.error_messages["null"] = [_REQUIRED]

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> str:
        text = self.normalise(str(value))
        if not text and not self.optional:
            raise Wrong("REQUIRED", "必填", "required")
        if len(text) > self.longest:
            raise Wrong(
                "TOO_LONG", f"不得超过 {self.longest} 个字符", f"at most {self.longest} characters"
            )
        if text:
            self.check(text)
        return text

    def normalise(self, text: str) -> str:
        return text.strip()

    def check(self, text: str) -> None:
        """Raises Wrong for a text that breaks the rule of the kind."""


class Code(Line):
    """A code people write: letters, digits and - / . _ ( ), normalised to half width."""

    def __init__(self, longest: int = 64, **given: Any) -> None:
        super().__init__(longest, **given)

    def normalise(self, text: str) -> str:
        return half_width(text).upper()

    def check(self, text: str) -> None:
        if not all(letter.isalnum() or letter in "-/._()" for letter in text):
            raise Wrong(
                "INVALID_CODE",
                "只能包含文字、数字和 - / . _ ( )",
                "letters, digits and - / . _ ( ) only",
            )


class Word(Line):
    """A name systems use, such as a role's: a to z, digits and _, at most 64."""

    def __init__(self, **given: Any) -> None:
        super().__init__(64, **given)

    def normalise(self, text: str) -> str:
        return half_width(text)

    def check(self, text: str) -> None:
        if not _WORD.fullmatch(text):
            raise Wrong(
                "INVALID_NAME",
                "只能用小写字母、数字和下划线，以字母开头",
                "a to z, digits and _, beginning with a letter",
            )


class Uscc(Line):
    """统一社会信用代码: 18 characters, the last of which checks the others (GB 32100-2015)."""

    def __init__(self, **given: Any) -> None:
        super().__init__(32, **given)

    def normalise(self, text: str) -> str:
        return str(uscc.compact(half_width(text)))

    def check(self, text: str) -> None:
        if not uscc.is_valid(text):
            raise Wrong(
                "INVALID_USCC",
                "统一社会信用代码校验不通过",
                "not a valid unified social credit code",
            )


class RegionCode(Line):
    """A region by GB/T 2260: 6 digits, or 9 for a township; with `prefix`, 2 to 9."""

    def __init__(self, *, prefix: bool = False, **given: Any) -> None:
        super().__init__(12, **given)
        self.lengths = (2, 4, 6, 9) if prefix else (6, 9)

    def normalise(self, text: str) -> str:
        return half_width(text)

    def check(self, text: str) -> None:
        if not (text.isascii() and text.isdigit() and len(text) in self.lengths):
            raise Wrong(
                "INVALID_REGION_CODE",
                "行政区划代码应为 6 位或 9 位数字",
                "a region code has 6 or 9 digits",
            )


class Identifier(Line):
    """The id of an object: a UUID."""

    def __init__(self, **given: Any) -> None:
        super().__init__(64, **given)

    def normalise(self, text: str) -> str:
        return half_width(text).lower()

    def check(self, text: str) -> None:
        try:
            known = str(UUID(text)) == text
        except ValueError:
            known = False
        if not known:
            raise Wrong("INVALID_ID", "标识格式不正确", "not an id")


class Day(fields.Field[date | None]):
    """A civil date, ISO 8601; with `optional`, an empty text is None."""

    def __init__(self, *, optional: bool = False, **given: Any) -> None:
        super().__init__(required=not optional, **given)
        self.optional = optional
        self.error_messages["required"] = [_REQUIRED]

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> date | None:
        text = half_width(str(value))
        if not text and self.optional:
            return None
        if not text:
            raise Wrong("REQUIRED", "必填", "required")
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day is None or day.isoformat() != text:
            raise Wrong("INVALID_DATE", "日期应写作 2026-01-31", "a date is written 2026-01-31")
        if not 1900 <= day.year <= 2200:
            raise Wrong("OUT_OF_RANGE", "年份超出范围", "the year is out of range")
        return day


class Quantity(fields.Field[Any]):
    """A measured figure with `places` decimals, from a number or a text as people type it.

    Finer figures are rounded by GB/T 8170 (a lone 5 goes to the even digit).
    """

    def __init__(self, places: int, least: Decimal | int, most: Decimal | int, **given: Any):
        super().__init__(**given)
        self.error_messages["required"] = [_REQUIRED]
        self.error_messages["null"] = [_REQUIRED]
        self.step = Decimal(1).scaleb(-places)
        self.least = Decimal(least)
        self.most = Decimal(most)

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> Any:
        text = half_width(str(value))
        if not text:
            raise Wrong("REQUIRED", "必填", "required")
        if not _NUMBER.fullmatch(text):
            raise Wrong("NOT_A_NUMBER", "不是数字", "not a number")
        figure = Decimal(text.replace(",", ""))
        if not self.least <= figure <= self.most:
            raise Wrong(
                "OUT_OF_RANGE",
                f"应在 {self.least} 与 {self.most} 之间",
                f"must be between {self.least} and {self.most}",
            )
        return self.finish(figure)

    def finish(self, figure: Decimal) -> Any:
        return figure.quantize(self.step) + 0  # never -0


class Area(Quantity):
    """Square metres, 0 to 10,000,000, two decimals."""

    def __init__(self, **given: Any) -> None:
        super().__init__(2, 0, 10_000_000, **given)


class Whole(Quantity):
    """A whole number."""

    def __init__(self, least: int, most: int, **given: Any) -> None:
        super().__init__(0, least, most, **given)

    def finish(self, figure: Decimal) -> int:
        if figure != figure.to_integral_value():
            raise Wrong("NOT_WHOLE", "应为整数", "must be a whole number")
        return int(figure)


class Fen(Whole):
    """An amount in fen, 0 to 10 trillion yuan."""

    def __init__(self, **given: Any) -> None:
        super().__init__(0, 10**15, **given)


class Yuan(Quantity):
    """An amount typed in yuan with at most two decimals, turned into fen."""

    def __init__(self, **given: Any) -> None:
        super().__init__(2, 0, 10**13, **given)

    def finish(self, figure: Decimal) -> int:
        yuan = super().finish(figure)
        if yuan != figure:
            raise Wrong("TOO_FINE", "金额最多两位小数", "at most two decimals")
        return int(yuan * 100)


class Choice(fields.Field[str]):
    """A word of an enum that must be given."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> str:
        if value is None:
            raise Wrong("REQUIRED", "必填", "required")
        return str(value)

    def __init__(self, **given: Any) -> None:
        super().__init__(required=True, allow_none=True, **given)

    def deserialize(self, value: Any, *args: Any, **given: Any) -> Any:
        return self._deserialize(value, *args, **given)


class Labelled(fields.Field[str]):
    """A word of an enum, given as people call it (`办公用房`), from a spreadsheet.

    `descriptor` is the enum of the contract, which holds the labels; an empty cell
    is `default`, or REQUIRED if there is none.
    """

    def __init__(self, descriptor: EnumDescriptor, default: str = "", **given: Any) -> None:
        super().__init__(required=not default, load_default=default or missing, **given)
        self.default = default
        numbers = {number: word for word, number in enum_numbers(descriptor).items()}
        self.words = {
            value_label_of(value): str(numbers[value.number])
            for value in descriptor.values
            if value.number
        }
        self.error_messages["required"] = [_REQUIRED]

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> str:
        text = half_width(str(value))
        if not text and self.default:
            return self.default
        if not text:
            raise Wrong("REQUIRED", "必填", "required")
        if text not in self.words:
            known = "、".join(self.words)
            raise Wrong("UNKNOWN_VALUE", f"只能是：{known}", f"must be one of: {known}")
        return self.words[text]


class Part(fields.Nested):
    """A message within the request, by the rules of its own schema."""

    def __init__(self, schema: type[RequestSchema]) -> None:
        super().__init__(schema, required=True)
        self.error_messages["required"] = [_REQUIRED]
        self.error_messages["null"] = [_REQUIRED]


class PageSize(Whole):
    """1 to 500 rows; 0 means 50."""

    def __init__(self) -> None:
        super().__init__(0, 500)

    def finish(self, figure: Decimal) -> int:
        return super().finish(figure) or 50


class PageSchema(RequestSchema):
    """The rules of a list request."""

    page_size = PageSize()
