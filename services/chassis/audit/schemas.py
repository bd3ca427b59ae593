"""What requests about the audit trail must satisfy."""

from __future__ import annotations

from chassis.fields import Day, Line
from chassis.figures import Whole
from chassis.schemas import PageSchema, RequestSchema


class ListAuditEntriesSchema(PageSchema):
    principal = Line(optional=True)
    from_day = Day(optional=True)
    to_day = Day(optional=True)


class VerifyAuditTrailSchema(RequestSchema):
    next_seal = Whole(0, 2**62)
