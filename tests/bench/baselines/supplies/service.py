"""The service: one row read; one order written, committed, then announced."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from nameko.events import EventDispatcher
from nameko.extensions import DependencyProvider
from nameko.rpc import rpc
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from tests.bench.baselines.supplies.model import Item, Order, OrderLine
from tests.bench.baselines.supplies.schemas import ItemSchema, OrderSchema


class ItemUnknown(Exception):
    """No item has this id."""


class DatabaseSession(DependencyProvider):
    """A session for each worker, closed when the worker is done."""

    def __init__(self) -> None:
        self._sessions: WeakKeyDictionary[Any, Session] = WeakKeyDictionary()

    def setup(self) -> None:
        # As many connections as workers: with SQLAlchemy's five, half of the calls would
        # open one of their own and close it again.
        workers = self.container.max_workers
        self.engine = create_engine(self.container.config["DATABASE_URL"], pool_size=workers)

    def stop(self) -> None:
        self.engine.dispose()

    def get_dependency(self, worker_ctx: Any) -> Session:
        self._sessions[worker_ctx] = session = Session(self.engine)
        return session

    def worker_teardown(self, worker_ctx: Any) -> None:
        self._sessions.pop(worker_ctx).close()


class SuppliesService:
    name = "supplies"

    database = DatabaseSession()
    dispatch = EventDispatcher()

    @rpc  # type: ignore[untyped-decorator]
    def get_item(self, item_id: int) -> Any:
        item = self.database.get(Item, item_id)
        if item is None:
            raise ItemUnknown(item_id)
        return ItemSchema().dump(item)

    @rpc  # type: ignore[untyped-decorator]
    def place_order(self, lines: list[dict[str, Any]]) -> Any:
        order = Order(lines=[OrderLine(**line) for line in lines])
        self.database.add(order)
        self.database.commit()
        placed = OrderSchema().dump(order)
        self.dispatch("order_placed", {"order": placed})
        return placed
