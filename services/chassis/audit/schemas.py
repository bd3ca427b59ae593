"""What requests about the audit trail must satisfy."""

from __future__ import annotations

from chassis.schemas import Day, Line, PageSchema, RequestSchema, Whole


class ListAuditEntriesSchema(PageSchema):
    principal = Line(optional=True)
    from_day = Day(optional=True)
    to_day = Day(optional=True)


class VerifyAuditTrailSchema(RequestSchema):
    next_seal = Whole(0, 2**62)
