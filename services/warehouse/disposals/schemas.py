"""What requests about disposal batches must satisfy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import validates_schema

from chassis.fields import Choice, Code, Day, Identifier, Line, RegionCode, Several, Wrong
from chassis.figures import Fen, Year
from chassis.schemas import PageSchema, Part, RequestSchema
from warehouse.items.schemas import MOST_ITEMS


class UpdateDisposalBatchSchema(RequestSchema):
    reason = Line(500)
    item_ids = Several(Identifier(), MOST_ITEMS)


class CreateDisposalBatchSchema(UpdateDisposalBatchSchema):
    kind = Choice()


class _ItemOnceSchema(RequestSchema):
    """Lines that name an item, each of them once."""

    @validates_schema
    def names_each_once(self, values: dict[str, Any], **_: Any) -> None:
        lines: Sequence[Any] = values.get("lines", [])
        seen = set()
        for n, each in enumerate(lines):
            if each["item_id"] in seen:
                field = f"lines.{n}.item_id"
                raise Wrong("DUPLICATE", "同一卡片重复", "the same item is given twice", field)
            seen.add(each["item_id"])


class LineAppraisalSchema(RequestSchema):
    item_id = Identifier()
    appraised_fen = Fen()


class AppraisalSchema(_ItemOnceSchema):
    lines = Several(Part(LineAppraisalSchema), MOST_ITEMS)
    appraiser = Line()
    appraised_on = Day(optional=True)


class LineIncomeSchema(RequestSchema):
    item_id = Identifier()
    income_fen = Fen()


class SaleSchema(_ItemOnceSchema):
    lines = Several(Part(LineIncomeSchema), MOST_ITEMS)
    sold_on = Day(optional=True)
    buyer = Line()
    voucher = Code()


class DonationSchema(RequestSchema):
    receiver = Line()
    handed_on = Day(optional=True)


class ListDisposalBatchesSchema(PageSchema):
    unit_id = Identifier(optional=True)
    item_id = Identifier(optional=True)
    year = Year(optional=True)
    region_code = RegionCode(prefix=True, optional=True)


class ListDisposalLinesSchema(PageSchema):
    disposal_batch_id = Identifier(optional=True)
    item_id = Identifier(optional=True)
    year = Year(optional=True)
    region_code = RegionCode(prefix=True, optional=True)


class ReportDisposalsSchema(RequestSchema):
    year = Year(optional=True)
    region_code = RegionCode(prefix=True, optional=True)
