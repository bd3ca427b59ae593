"""What requests about rooms must satisfy."""

from __future__ import annotations

from chassis.fields import Choice, Code, Day, Identifier, Labelled, Line, RegionCode, Uscc
from chassis.figures import Area, Whole
from chassis.schemas import PageSchema, RequestSchema
from chassis.sheets import RowSchema
from guanjia.housing.v1 import rooms_pb2 as pb


class RoomSchema(RequestSchema):
    code = Code(40)
    floor = Whole(-10, 200)
    use = Choice()
    area_m2 = Area()


class FreeRoomSchema(RequestSchema):
    to_on = Day(optional=True)


class SeatPersonSchema(RequestSchema):
    from_on = Day(optional=True)


class EndSeatSchema(RequestSchema):
    to_on = Day(optional=True)


class ListRoomsSchema(PageSchema):
    region_code = RegionCode(prefix=True, optional=True)


class ListSeatsSchema(PageSchema):
    on_day = Day(optional=True)


class ReportRoomsSchema(RequestSchema):
    region_code = RegionCode(prefix=True, optional=True)
    property_id = Identifier(optional=True)


class RoomRowSchema(RowSchema):
    """One room; the people in it by name or account."""

    property_code = Code()
    code = Code(40)
    floor = Whole(-10, 200, load_default=0)
    use = Labelled(pb.RoomUse.DESCRIPTOR, default="office")
    area_m2 = Area(required=True)
    unit_name = Line(optional=True, load_default="")
    unit_uscc = Uscc(optional=True, load_default="")
    people = Line(1000, optional=True, load_default="")
    from_on = Day(optional=True, load_default=None)
