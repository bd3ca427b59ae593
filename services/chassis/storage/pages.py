"""Keyset pages: a list costs the same on its first page and on its thousandth.

The token names the last row of the page before; it is opaque to callers.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, tuple_

from chassis.errors import InvalidInput

_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def page(
    connection: Connection, statement: Select[Any], keys: Sequence[Any], request: Any
) -> tuple[Sequence[Row[Any]], str]:
    """One page of `statement` in the order of `keys`, and the token of the next page.

    `keys` are columns of the statement, texts, days or whole numbers, together unique, at
    best one index.
    `request` has `page_size` (already checked) and `page_token`.
    """
    statement = statement.order_by(*keys).limit(request.page_size + 1)
    if request.page_token:
        statement = statement.where(tuple_(*keys) > tuple_(*_read(request.page_token, keys)))
    rows = connection.execute(statement).all()
    if len(rows) <= request.page_size:
        return rows, ""
    rows = rows[: request.page_size]
    return rows, _write([getattr(rows[-1], key.key) for key in keys])


def _write(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def _read(token: str, keys: Sequence[Any]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, RecursionError):
        values = None
    known = isinstance(values, list) and len(values) == len(keys)
    values = list(map(_typed, values, keys)) if known else []
    if not known or not all(map(_may_stand_in, values, keys)):
        raise InvalidInput.field(
            "page_token", "INVALID_PAGE_TOKEN", "翻页标记无效", "not a token of this list"
        )
    return values


def _typed(value: Any, key: Any) -> Any:
    """A day is a text in the token."""
    if key.type.python_type is not date or not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _may_stand_in(value: Any, key: Any) -> bool:
    """Whether the column could hold a value of the token: the database would raise otherwise."""
    if type(value) is not key.type.python_type:
        return False
    if isinstance(value, date):
        return True
    return not _NO_TEXT.search(value) if isinstance(value, str) else abs(value) < 2**63
