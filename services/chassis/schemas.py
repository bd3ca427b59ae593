"""What a request must satisfy beyond its type, said with marshmallow.

A schema names only the fields that have rules; the others pass as the contract
typed them. Each rule that fails becomes a `Violation` with a stable reason, the
path of the field, Chinese and English text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields

from chassis.errors import InvalidInput, Violation
from chassis.fields import REQUIRED
from chassis.figures import PageSize

MOST_TOLD = 100
"""Broken rules a refusal tells of."""


class RequestSchema(Schema):
    """The rules of one request."""

    class Meta:
        unknown = INCLUDE

    def clean(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """`values` normalised and typed, or InvalidInput with the first broken rules."""
        try:
            loaded: dict[str, Any] = self.load(values)
        except ValidationError as error:
            told = islice(violations_in(error.messages), MOST_TOLD)
            raise InvalidInput.of(list(told)) from None
        return loaded


def violations_in(messages: Any, path: str = "") -> Iterable[Violation]:
    """The broken rules in marshmallow's nested messages, with the path of each field."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            own = "" if key == "_schema" else str(key)
            yield from violations_in(inner, ".".join(part for part in (path, own) if part))
        return
    for each in messages if isinstance(messages, list) else [messages]:
        if isinstance(each, Violation):
            yield Violation(path, each.reason, each.zh, each.en)
        else:
            yield Violation(path, "INVALID", f"不合规定：{each}", str(each))


class Part(fields.Nested):
    """A message within the request, by the rules of its own schema."""

    def __init__(self, schema: type[RequestSchema]) -> None:
        super().__init__(schema, required=True)
        self.error_messages["required"] = [REQUIRED]
        self.error_messages["null"] = [REQUIRED]


class PageSchema(RequestSchema):
    """The rules of a list request."""

    page_size = PageSize()
