"""What a query works with, and the circumstances of a call or a reaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select

from chassis.errors import NotFound
from chassis.principal import EVERYWHERE, Principal, Scope
from chassis.storage import pages
from chassis.storage.scope import limited

if TYPE_CHECKING:
    from chassis.service import Service


@dataclass(frozen=True, slots=True)
class Context:
    """The circumstances of one call or reaction."""

    principal: Principal
    now: datetime
    act: str
    request_id: str = ""
    traceparent: str = ""
    region_code: str = ""
    service: Service | None = None


class Reader:
    """What a query works with: single statements, nothing kept.

    Every statement is over the rows within the caller's scope only.
    """

    def __init__(self, connection: Connection, context: Context) -> None:
        self._connection = connection
        self.context = context

    @property
    def principal(self) -> Principal:
        return self.context.principal

    @property
    def now(self) -> datetime:
        return self.context.now

    def unrestricted(self) -> Reader:
        """For what is told of all rows without showing them."""
        everyone = replace(self.principal, scope=EVERYWHERE)
        return Reader(self._connection, replace(self.context, principal=everyone))

    def row(self, statement: Select[Any], parameters: dict[str, Any], field: str) -> Row[Any]:
        """The one row; NotFound naming `field` (a parameter) if there is none."""
        statement = limited_once(statement, self.principal.scope)
        row = self._connection.execute(statement, parameters).first()
        if row is None:
            raise NotFound.object(field, str(parameters[field]))
        return row

    def rows(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        return self._connection.execute(limited(statement, self.principal.scope)).all()

    def page(
        self, statement: Select[Any], keys: Sequence[Any], request: Any
    ) -> tuple[Sequence[Row[Any]], str]:
        """One keyset page of `statement`, and the token of the next (see `pages`)."""
        within = limited(statement, self.principal.scope)
        return pages.page(self._connection, within, keys, request)


@lru_cache(maxsize=10_000)
def limited_once(statement: Select[Any], scope: Scope) -> Select[Any]:
    """For statements that are made once and used again and again."""
    return limited(statement, scope)
