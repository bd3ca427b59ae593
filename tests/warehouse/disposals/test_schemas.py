"""What requests about disposal batches must satisfy."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.schemas import RequestSchema
from warehouse.disposals.schemas import (
    AppraisalSchema,
    CreateDisposalBatchSchema,
    DonationSchema,
    ListDisposalLinesSchema,
    SaleSchema,
)

pytestmark = pytest.mark.row("W10")
ONE = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
BATCH = (CreateDisposalBatchSchema(), {"kind": "scrap", "reason": "报废", "item_ids": [ONE]})
APPRAISAL = (
    AppraisalSchema(),
    {"lines": [{"item_id": ONE, "appraised_fen": 1}], "appraiser": "云澜评估"},
)
SALE = (
    SaleSchema(),
    {"lines": [{"item_id": ONE, "income_fen": 1}], "buyer": "甲", "voucher": "PJ-1"},
)
DONATION = (DonationSchema(), {"receiver": "云澜希望小学"})
LINES: tuple[RequestSchema, dict[str, Any]] = (ListDisposalLinesSchema(), {})
Good = tuple[RequestSchema, dict[str, Any]]


def income(*amounts: int) -> dict[str, Any]:
    return {"lines": [{"item_id": ONE, "income_fen": each} for each in amounts]}


@pytest.mark.parametrize(
    ("good", "bad", "field", "reason"),
    [
        (BATCH, {"kind": None}, "kind", "REQUIRED"),
        (BATCH, {"item_ids": []}, "item_ids", "REQUIRED"),
        (BATCH, {"item_ids": [ONE, ONE]}, "item_ids", "DUPLICATE"),
        (BATCH, {"item_ids": [ONE] * 201}, "item_ids", "TOO_MANY"),
        (BATCH, {"item_ids": ["1"]}, "item_ids.0", "INVALID_ID"),
        (BATCH, {"reason": " "}, "reason", "REQUIRED"),
        (APPRAISAL, {"appraiser": ""}, "appraiser", "REQUIRED"),
        (APPRAISAL, {"lines": []}, "lines", "REQUIRED"),
        (APPRAISAL, {"appraised_on": "2026-02-30"}, "appraised_on", "INVALID_DATE"),
        (SALE, {"voucher": ""}, "voucher", "REQUIRED"),
        (SALE, {"buyer": ""}, "buyer", "REQUIRED"),
        (SALE, income(1, 2), "lines.1.item_id", "DUPLICATE"),
        (SALE, income(-1), "lines.0.income_fen", "OUT_OF_RANGE"),
        (SALE, {"sold_on": "昨天"}, "sold_on", "INVALID_DATE"),
        (DONATION, {"receiver": ""}, "receiver", "REQUIRED"),
        (LINES, {"year": 1899}, "year", "OUT_OF_RANGE"),
        (LINES, {"year": 2201}, "year", "OUT_OF_RANGE"),
        (LINES, {"region_code": "全"}, "region_code", "INVALID_REGION_CODE"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_field(
    good: Good, bad: dict[str, Any], field: str, reason: str
) -> None:
    schema, values = good
    schema.clean(values)
    with pytest.raises(InvalidInput) as refused:
        schema.clean(values | bad)
    assert [(each.field, each.reason) for each in refused.value.violations] == [(field, reason)]
