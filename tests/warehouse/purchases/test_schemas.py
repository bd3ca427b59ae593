"""What a request about purchases must say."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.schemas import RequestSchema
from warehouse.purchases.schemas import (
    AnswerOffersSchema,
    RequestPurchaseSchema,
    VerifyClearanceSchema,
)

ID = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"
NEED = {"class_code": "A05", "words": "", "least_condition": None, "quantity": 1}
ASKED = {"need": NEED, "description": "桌", "estimated_price_fen": 1, "reason": "新增"}


def answers(**changes: Any) -> dict[str, Any]:
    said = {"offer_id": ID, "decision": "refuse", "refusal": "secrecy", "remark": ""} | changes
    return {"answers": [said], "to_place": "301"}


@pytest.mark.row("W05")
@pytest.mark.parametrize(
    ("schema", "values", "field", "reason"),
    [
        (AnswerOffersSchema(), answers(refusal=None), "answers.0.refusal", "REQUIRED"),
        (AnswerOffersSchema(), answers(refusal="other"), "answers.0.remark", "REQUIRED"),
        (AnswerOffersSchema(), answers(decision=None), "answers.0.decision", "REQUIRED"),
        (AnswerOffersSchema(), answers(decision="take"), "answers.0.refusal", "NOT_REFUSED"),
        (
            AnswerOffersSchema(),
            answers(decision="take", refusal=None) | {"to_place": " "},
            "to_place",
            "REQUIRED",
        ),
        (RequestPurchaseSchema(), ASKED | {"need": None}, "need", "REQUIRED"),
        (RequestPurchaseSchema(), ASKED | {"description": ""}, "description", "REQUIRED"),
        (
            RequestPurchaseSchema(),
            ASKED | {"estimated_price_fen": 0},
            "estimated_price_fen",
            "OUT_OF_RANGE",
        ),
        (VerifyClearanceSchema(), {"signature": "甲"}, "signature", "INVALID_SIGNATURE"),
        (VerifyClearanceSchema(), {"signature": "AAAA"}, "signature", "INVALID_SIGNATURE"),
    ],
    ids=[
        "no-code",
        "other-without-remark",
        "no-decision",
        "taken-and-refused",
        "no-place",
        "no-need",
        "no-description",
        "price",
        "no-base64",
        "too-short",
    ],
)
def test_what_is_missing_or_wrong_is_named(
    schema: RequestSchema, values: dict[str, Any], field: str, reason: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        schema.clean(values)
    assert (refused.value.reason, [each.field for each in refused.value.violations]) == (
        reason,
        [field],
    )
