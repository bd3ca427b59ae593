"""What requests about stocktakes must satisfy."""

from __future__ import annotations

import unicodedata
from typing import Any

from marshmallow import fields

from chassis.fields import Identifier, Line, Wrong
from chassis.schemas import PageSchema, RequestSchema

MOST_SCANS = 500
"""What a scanner sends in one call."""


class Scan(Line):
    """What a scanner read: 1 to 64 characters once blanks and what cannot be seen are gone."""

    def __init__(self, **given: Any) -> None:
        super().__init__(64, **given)

    def normalise(self, text: str) -> str:
        plain = unicodedata.normalize("NFKC", text)
        return "".join(each for each in plain if unicodedata.category(each)[0] not in "CZ").upper()


class Scans(fields.List[str]):
    """1 to 500 scans; a scanner may read the same twice."""

    def __init__(self) -> None:
        super().__init__(Scan())

    def _deserialize(self, value: Any, attr: Any, data: Any, **given: Any) -> list[Any]:
        if not value:
            raise Wrong("REQUIRED", "至少填写一项", "at least one")
        if len(value) > MOST_SCANS:
            raise Wrong("TOO_MANY", f"最多 {MOST_SCANS} 项", f"at most {MOST_SCANS}")
        found: list[Any] = super()._deserialize(value, attr, data, **given)
        return list(dict.fromkeys(found))


class OpenStocktakeSchema(RequestSchema):
    place = Line(100, optional=True)
    reason = Line(500, optional=True)


class RecordScansSchema(RequestSchema):
    tags = Scans()
    place = Line(100, optional=True)


class UndoStocktakeSchema(RequestSchema):
    reason = Line(500)


class ListStocktakesSchema(PageSchema):
    store_id = Identifier(optional=True)


class ListStocktakeLinesSchema(PageSchema):
    stocktake_id = Identifier(optional=True)
