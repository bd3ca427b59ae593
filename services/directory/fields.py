"""Kinds of request fields the directory has of its own."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from chassis.schemas import Line, Wrong, half_width


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


class Subject(Line):
    """An account, as the identity provider names it."""

    def __init__(self, **given: Any) -> None:
        super().__init__(150, **given)

    def normalise(self, text: str) -> str:
        return half_width(text)


class RoleCode(Line):
    """The code of a role: small letters, digits and _."""

    def __init__(self, **given: Any) -> None:
        super().__init__(40, **given)

    def check(self, text: str) -> None:
        if not (text.isascii() and text.replace("_", "").isalnum() and text == text.lower()):
            raise Wrong(
                "INVALID_ROLE_CODE",
                "角色代码只能包含小写字母、数字和下划线",
                "small letters, digits and _ only",
            )
