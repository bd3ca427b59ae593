"""What requests about delegations must satisfy."""

from __future__ import annotations

from chassis.fields import Day, Identifier, Subject, Word
from chassis.schemas import PageSchema, RequestSchema


class DelegateRightsSchema(RequestSchema):
    to_subject = Subject()
    role = Word(optional=True)
    valid_from = Day(optional=True)
    valid_to = Day()


class AssignDelegationSchema(DelegateRightsSchema):
    from_subject = Subject()


class EndDelegationSchema(RequestSchema):
    delegation_id = Identifier()
    valid_to = Day(optional=True)


class ListDelegationsSchema(PageSchema):
    from_subject = Subject(optional=True)
    to_subject = Subject(optional=True)
