"""Kinds of fields that requests and register rows are made of.

Each turns what somebody typed into a value of its kind, or raises `Wrong` with a
stable reason, Chinese and English text.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any
from uuid import UUID

from google.protobuf.descriptor import EnumDescriptor
from marshmallow import ValidationError, fields, missing
from stdnum.cn import uscc

from chassis.contract import value_label_of
from chassis.enums import numbers_of
from chassis.errors import Violation

REQUIRED = Violation("", "REQUIRED", "必填", "required")
_WORD = re.compile("[a-z][a-z0-9_]*")


class Wrong(ValidationError):
    """One broken rule: a stable reason with its text in both languages."""

    def __init__(self, reason: str, zh: str, en: str, field: str | None = None) -> None:
        told = [Violation("", reason, zh, en)]
        super().__init__({field: told} if field else told)


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
        self.error_messages["required"] = [REQUIRED]
        self.error_messages["null"] = [REQUIRED]

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


class Subject(Line):
    """An account, as the identity provider names it."""

    def __init__(self, **given: Any) -> None:
        super().__init__(150, **given)

    def normalise(self, text: str) -> str:
        return half_width(text)


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
        self.error_messages["required"] = [REQUIRED]

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
        numbers = {number: word for word, number in numbers_of(descriptor).items()}
        self.words = {
            value_label_of(value): str(numbers[value.number])
            for value in descriptor.values
            if value.number
        }
        self.error_messages["required"] = [REQUIRED]

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


class Several(fields.List[Any]):
    """1 to `most` values, no two the same."""

    def __init__(self, inner: Any, most: int, *, optional: bool = False, **given: Any) -> None:
        super().__init__(inner, **given)
        self.most = most
        self.optional = optional

    def _deserialize(self, value: Any, attr: Any, data: Any, **given: Any) -> list[Any]:
        if not value and not self.optional:
            raise Wrong("REQUIRED", "至少填写一项", "at least one")
        if len(value) > self.most:
            raise Wrong("TOO_MANY", f"最多 {self.most} 项", f"at most {self.most}")
        found: list[Any] = super()._deserialize(value, attr, data, **given)
        if any(each in found[:number] for number, each in enumerate(found)):
            raise Wrong("DUPLICATE", "有重复项", "the same is given twice")
        return found
