"""The columns of a property register (房产台账) as offices keep it."""

from __future__ import annotations

from chassis.fields import Code, Labelled, Line, RegionCode, Uscc
from chassis.figures import Area, Whole, Yuan
from chassis.sheets import RowSchema, Sheet
from guanjia.housing.v1 import properties_pb2 as pb
from housing.properties.schemas import FiguresSchema


class PropertyRowSchema(FiguresSchema, RowSchema):
    """One row; a figure that may be missing counts as 0."""

    code = Code()
    name = Line()
    kind = Labelled(pb.PropertyKind.DESCRIPTOR)
    address = Line(300)
    region_code = RegionCode()
    floors = Whole(0, 200, load_default=0)
    floor_area_m2 = Area(required=True)
    usable_area_m2 = Area(load_default=0)
    book_value_fen = Yuan(load_default=0)
    use_state = Labelled(pb.UseState.DESCRIPTOR, default="in_use")
    account_state = Labelled(pb.AccountState.DESCRIPTOR, default="unbooked")
    title_state = Labelled(pb.TitleState.DESCRIPTOR, default="in_progress")
    title_number = Line(100, optional=True, load_default="")
    unit_name = Line(optional=True, load_default="")
    unit_uscc = Uscc(optional=True, load_default="")
    built_year = Whole(0, 2200, load_default=0)


SHEET = Sheet(pb.PropertyRow, PropertyRowSchema())
HEADINGS = SHEET.headings
