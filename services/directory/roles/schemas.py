"""What requests about roles must satisfy."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import validates_schema

from chassis.fields import Day, Line, Several, Word, Wrong
from chassis.schemas import PageSchema, RequestSchema
from directory.roles.rules import reserved_for

_PERMISSION = re.compile(r"\*|[a-z_]+(\.[a-z_]+)?\.\*|[a-z_]+\.[a-z_]+\.[a-z_]+")


class Permission(Line):
    """`housing.disposals.submit`, `housing.disposals.*`, `housing.*` or `*`."""

    def __init__(self) -> None:
        super().__init__(150)

    def check(self, text: str) -> None:
        if not _PERMISSION.fullmatch(text):
            raise Wrong(
                "INVALID_PERMISSION",
                "权限应写作 housing.disposals.submit、housing.disposals.*、housing.* 或 *",
                "a permission is written housing.disposals.submit, housing.disposals.*, "
                "housing.* or *",
            )


class DefineRoleSchema(RequestSchema):
    code = Word()
    name = Line(100)
    permissions = Several(Permission(), 200)
    valid_from = Day(optional=True)
    valid_to = Day(optional=True)

    @validates_schema
    def leaves_apart_what_is_reserved(self, values: dict[str, Any], **_: Any) -> None:
        owner = reserved_for(values.get("permissions", ()))
        if owner - {values.get("code")}:
            raise Wrong(
                "RESERVED_PERMISSION",
                "授权管理与审计权限只能属于安全管理员与审计员",
                "rights over rights, and over the trail, are the two administrators' alone",
                "permissions",
            )


class ListRolesSchema(PageSchema):
    pass
