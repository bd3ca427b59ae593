"""The shape of a movable asset (guanjia.asset.v1), as every service checks it."""

from __future__ import annotations

from chassis.fields import Choice, Code, Day, Line
from chassis.figures import Fen
from chassis.schemas import RequestSchema


class AssetSchema(RequestSchema):
    """Rules of guanjia.asset.v1.Asset."""

    asset_code = Code()
    name = Line()
    class_code = Code(20, optional=True)
    acquired_on = Day(optional=True)
    original_value_fen = Fen()
    condition = Choice()


FIELDS = ("asset_code", "name", "class_code", "acquired_on", "original_value_fen", "condition")
