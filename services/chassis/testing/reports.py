"""Reports as tests read them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from chassis.contract import snake
from chassis.testing import Harness


def figures(report: Any) -> dict[tuple[str, ...], dict[str, Decimal | None]]:
    """What each line is about → its figures by key."""
    keys = [each.key for each in report.figures]
    return {
        tuple(line.about): {
            key: Decimal(text) if text else None
            for key, text in zip(keys, line.figures, strict=True)
        }
        for line in report.lines
    }


def rows_behind(harness: Harness, line: Any) -> list[Any]:
    """All rows of the list a line leads to."""
    method = harness.app.method(snake(line.drill.method.partition(".")[2]))
    request = method.request()
    for name, text in line.drill.fields.items():
        setattr(request, name, _typed(request, name, text))
    [rows] = [each.name for each in method.response.DESCRIPTOR.fields if each.is_repeated]
    found: list[Any] = []
    token = ""
    while True:
        fields = {each.name: value for each, value in request.ListFields()}
        page = harness.call(method.key, **fields | {"page_size": 500, "page_token": token})
        found += getattr(page, rows)
        token = page.next_page_token
        if not token:
            return found


def _typed(request: Any, name: str, text: str) -> Any:
    field = request.DESCRIPTOR.fields_by_name[name]
    if field.enum_type is not None:
        return field.enum_type.values_by_name[text].number
    if field.cpp_type == field.CPPTYPE_BOOL:
        return text == "true"
    return text if field.cpp_type == field.CPPTYPE_STRING else int(text)
