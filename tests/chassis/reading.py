"""One field of a schema, read alone."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import fields

from chassis.errors import InvalidInput
from chassis.schemas import RequestSchema


def read(field: fields.Field[Any], value: Any) -> Any:
    """What `field` makes of a value."""
    schema = RequestSchema.from_dict({"given": field})()
    assert isinstance(schema, RequestSchema)
    return schema.clean({"given": value})["given"]


def reason(field: fields.Field[Any], value: Any) -> str:
    """Why `field` refuses a value; it must name the field and speak both languages."""
    with pytest.raises(InvalidInput) as refused:
        read(field, value)
    [violation] = refused.value.violations
    assert violation.field == "given"
    assert violation.zh
    assert violation.en.isascii()
    return violation.reason
