"""What requests about items must satisfy."""

from __future__ import annotations

from chassis.fields import Identifier, Line
from chassis.schemas import PageSchema, RequestSchema


class ListItemsSchema(PageSchema):
    store_id = Identifier(optional=True)


class LendItemSchema(RequestSchema):
    borrower_name = Line()
