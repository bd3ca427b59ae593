"""What requests about items must satisfy."""

from __future__ import annotations

from chassis.schemas import Identifier, Line, PageSchema, RequestSchema


class ListItemsSchema(PageSchema):
    store_id = Identifier(optional=True)


class LendItemSchema(RequestSchema):
    borrower_name = Line()
