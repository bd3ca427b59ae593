"""Opening stock (期初) that comes by spreadsheet: a card and its first entry for each row."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from chassis import sheets
from chassis.assets import FIELDS
from chassis.copies import units
from chassis.copies.model import UnitCopy
from chassis.sheets import Batch, Row, Sheet
from chassis.storage import UnitOfWork
from guanjia.warehouse.v1 import items_pb2 as pb
from warehouse.items.model import Item
from warehouse.items.movements import Cause
from warehouse.items.schemas import ItemRowSchema
from warehouse.items.search import index_all
from warehouse.items.states import ItemState
from warehouse.items.tags import CODE_OF_OTHER, codes_among
from warehouse.stores.model import Owner, Store, owned_by

SHEET = Sheet(pb.ItemRow, ItemRowSchema())
_SAID = (*FIELDS, "place", "value_fen", "tag")


class Importing(sheets.Importing):
    """One batch of cards."""

    sheet = SHEET

    def __init__(self, uow: UnitOfWork, batch: Batch) -> None:
        super().__init__(uow, batch)
        stores = select(Store).where(Store.code.in_(set(batch.column("store_code"))))
        self._stores = {each.code: each for each in uow.all(stores)}
        self._units = units.by_name(uow, batch.column("unit_name"))
        held = select(Item).where(
            Item.asset_code.in_(set(batch.column("asset_code"))), Item.state != ItemState.GONE
        )
        self._held = {each.asset_code: each for each in uow.all(held)}
        tags = set(batch.column("tag"))
        self._tags = uow.taken(Item.tag, list(tags), Item.tag != "")
        self._codes = codes_among(uow, tags) | set(batch.column("asset_code"))
        self._arrivals: list[tuple[Item, Store, Owner, Row]] = []

    def take(self, row: Row) -> None:
        values = row.values
        store = self._stores.get(values["store_code"])
        if store is None:
            return self._refuse(row, "store_code", *_NO_STORE)
        unit = self._units.get(values["unit_name"])
        if unit is None and (values["unit_name"] or store.is_virtual):
            return self._refuse(row, "unit_name", *_NO_UNIT)
        if unit is not None and not store.is_virtual:
            return self._refuse(row, "unit_name", *_OWNED_BY_STORE)
        known = self._held.get(values["asset_code"])
        if known is not None:
            return self._compare(row, known, store, unit)
        if values["tag"] in self._tags:
            return self._refuse(row, "tag", *_TAG_TAKEN)
        if values["tag"] in self._codes and values["tag"] != values["asset_code"]:
            return self._refuse(row, "tag", *CODE_OF_OTHER)
        card = Item(**{name: values[name] for name in (*FIELDS, "tag")})
        owner = owned_by(unit) if unit is not None else store.owner()
        self._arrivals.append((card, store, owner, row))
        card.place, card.value_fen, card.store_id = values["place"], values["value_fen"], store.id
        card.unit_id = owner["unit_id"]
        self._held[card.asset_code] = card
        self._tags |= {card.tag} - {""}
        return self._create(card)

    def finish(self) -> None:
        """The cards first: nothing tells the session that entries point to them."""
        stores = {id(store): store for _, store, *_ in self._arrivals}
        self._uow.require_within_scope(*stores.values())
        self._number("GW")
        cause = replace(Cause.of(self._uow), is_opening=True)
        entries = [
            card.come_in(store, row.values["place"], owner, row.values["value_fen"], cause)
            for card, store, owner, row in self._arrivals
        ]
        super().finish()
        self._uow.add(*entries)
        index_all(self._uow, self._new)

    def _compare(self, row: Row, known: Item, store: Store, unit: UnitCopy | None) -> None:
        same = known.store_id == store.id and (unit is None or known.unit_id == unit.id)
        same = same and all(getattr(known, name) == row.values[name] for name in _SAID)
        self._recognise(row, same, "asset_code", *_OTHER_CONTENT)


_NO_STORE = ("NOT_FOUND", "没有该编号的仓库", "no store with this code")
_NO_UNIT = ("NOT_FOUND", "单位名录中没有该单位", "no such unit in the directory")
_OWNED_BY_STORE = (
    "NOT_VIRTUAL",
    "只有虚拟仓的资产由单位持有，实体仓资产归仓库管理单位",
    "only what is in a virtual store is a unit's",
)
_TAG_TAKEN = ("TAG_TAKEN", "该标签号已绑定其他卡片", "the tag is on another card")
_OTHER_CONTENT = (
    "ASSET_ALREADY_HELD",
    "该资产已有卡片，且内容不同",
    "the asset has a card with other content",
)
