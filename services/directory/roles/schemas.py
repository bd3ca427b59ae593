"""What requests about roles must satisfy."""

from __future__ import annotations

import re

from chassis.fields import Day, Line, Several, Word, Wrong
from chassis.schemas import PageSchema, RequestSchema

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


class ListRolesSchema(PageSchema):
    pass
