"""Item (公物仓卡片): the card of one asset, from its first intake on.

One card, one place, one owner at any moment. An asset has at most one card that is not gone.

    in stock → reserved → in transit → in use ─→ in stock again, by another intake
       ↑↓         │            │
    on loan    (released)   (refused)
    in disposal → gone         in stock ⇄ missing

Each move changes the card and returns the entry of its life (`Movement`), which is added with
it. A card that is in stock, on loan, reserved, in transit or in disposal is a store's; the
others are in no store.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import InvalidInput
from chassis.regions import region_prefix
from chassis.storage import Aggregate, Base, Belongs, Money, Stateful, by_code_point, words
from warehouse.items.movements import Cause, Movement, MovementKind
from warehouse.items.states import STATE_NAMES, Condition, ItemState
from warehouse.stores.model import Owner, Store

_HELD = text("state <> 'gone'")
_TAGGED = text("tag <> ''")


class Item(Stateful[ItemState], Aggregate, Base):
    __tablename__ = "items"
    scoped = Belongs(follows={"owner_name": "name", "owner_uscc": "uscc"}, shared=True)
    state_names = STATE_NAMES

    code: Mapped[str] = mapped_column(String(40), unique=True)
    asset_code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    class_code: Mapped[str] = mapped_column(by_code_point(20))
    acquired_on: Mapped[date | None] = mapped_column(Date)
    original_value_fen: Mapped[int] = mapped_column(Money)
    condition: Mapped[Condition] = mapped_column(words(Condition))
    state: Mapped[ItemState] = mapped_column(words(ItemState))
    store_id: Mapped[str | None] = mapped_column(ForeignKey("stores.id"))
    place: Mapped[str] = mapped_column(String(100))
    region_code: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(String(36))
    owner_name: Mapped[str] = mapped_column(String(200))
    owner_uscc: Mapped[str] = mapped_column(String(18))
    value_fen: Mapped[int] = mapped_column(Money)
    borrower_name: Mapped[str] = mapped_column(String(200), default="")
    tag: Mapped[str] = mapped_column(String(64), default="")
    reach: Mapped[str] = mapped_column(String(12), default="")
    stay: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (
        Index(
            "uq_items_held_asset",
            "asset_code",
            unique=True,
            postgresql_where=_HELD,
            sqlite_where=_HELD,
        ),
        Index("uq_items_tag", "tag", unique=True, postgresql_where=_TAGGED, sqlite_where=_TAGGED),
        Index("ix_items_asset_code", "asset_code"),
        Index("ix_items_class_code_code", "class_code", "code"),
        Index("ix_items_state_class_code_code", "state", "class_code", "code"),
        Index("ix_items_state_code", "state", "code"),
        Index("ix_items_store_id_code", "store_id", "code"),
        Index("ix_items_store_id_place_code", "store_id", "place", "code"),
        Index("ix_items_unit_id_code", "unit_id", "code"),
    )

    def come_in(
        self, store: Store, place: str, owner: Owner, value_fen: int, cause: Cause
    ) -> Movement:
        """It is a store's: for the first time, or once more after a unit used it or it was
        missing."""
        kind = MovementKind.OPENING if cause.is_opening else MovementKind.INTAKE
        begins = self.state is None
        if not begins:
            self.require("入仓", "take in", ItemState.IN_USE, ItemState.MISSING)
        before = None if begins else self._standing()
        self.stay = 1 if begins else self.stay + 1
        self.state, self.store_id, self.place = ItemState.IN_STOCK, store.id, place
        self.value_fen, self.reach = value_fen, region_prefix(store.region_code)
        self._belong_to(owner)
        return self._entry(kind, before, cause)

    def share(self, reach: str) -> None:
        """Units of that region and below may ask for it; the item lies within it."""
        self.require("调整共享范围", "share", ItemState.IN_STOCK)
        near = region_prefix(reach)
        if not self.region_code.startswith(near):
            raise InvalidInput.field(
                "reach", "NOT_AROUND", "共享范围须包含资产所在区划", "not a region around the item"
            )
        self.reach = near

    def lend(self, borrower_name: str, cause: Cause) -> Movement:
        before = self._leave("借出", "lend", ItemState.IN_STOCK)
        self.state, self.borrower_name = ItemState.ON_LOAN, borrower_name
        return self._entry(MovementKind.LOAN, before, cause)

    def take_back(self, cause: Cause) -> Movement:
        before = self._leave("归还", "return", ItemState.ON_LOAN)
        self.state, self.borrower_name = ItemState.IN_STOCK, ""
        return self._entry(MovementKind.RETURN, before, cause)

    def reserve(self, cause: Cause) -> Movement:
        """For a transfer that was approved; nobody else gets it."""
        before = self._leave("预留", "reserve", ItemState.IN_STOCK)
        self.state = ItemState.RESERVED
        return self._entry(MovementKind.RESERVATION, before, cause)

    def release(self, cause: Cause) -> Movement:
        """The transfer was withdrawn."""
        before = self._leave("解除预留", "release", ItemState.RESERVED)
        self.state = ItemState.IN_STOCK
        return self._entry(MovementKind.RELEASE, before, cause)

    def hand_over(self, cause: Cause) -> Movement:
        """It is on its way; its owner is who it was."""
        before = self._leave("移交", "hand over", ItemState.RESERVED)
        self.state = ItemState.IN_TRANSIT
        return self._entry(MovementKind.HAND_OVER, before, cause)

    def receive(self, place: str, owner: Owner, cause: Cause) -> Movement:
        """The unit that asked for it has it and owns it."""
        before = self._leave("签收", "receive", ItemState.IN_TRANSIT)
        self.state, self.store_id, self.place = ItemState.IN_USE, None, place
        self._belong_to(owner)
        return self._entry(MovementKind.RECEIPT, before, cause)

    def refuse(self, cause: Cause) -> Movement:
        """The unit does not take it: back where it was."""
        before = self._leave("拒收", "refuse", ItemState.IN_TRANSIT)
        self.state = ItemState.IN_STOCK
        return self._entry(MovementKind.REFUSAL, before, cause)

    def list_for_disposal(self, cause: Cause) -> Movement:
        before = self._leave("列入处置", "dispose of", ItemState.IN_STOCK)
        self.state = ItemState.IN_DISPOSAL
        return self._entry(MovementKind.DISPOSAL, before, cause)

    def keep(self, cause: Cause) -> Movement:
        """It is not disposed of after all."""
        before = self._leave("退出处置", "keep", ItemState.IN_DISPOSAL)
        self.state = ItemState.IN_STOCK
        return self._entry(MovementKind.DISPOSAL_UNDONE, before, cause)

    def depart(self, cause: Cause) -> Movement:
        """Sold, scrapped or given away: the end of the card."""
        before = self._leave("核销", "write off", ItemState.IN_DISPOSAL)
        self.state, self.store_id, self.place, self.tag = ItemState.GONE, None, "", ""
        return self._entry(MovementKind.DEPARTURE, before, cause)

    def be_missing(self, cause: Cause) -> Movement:
        """A stocktake did not find it."""
        before = self._leave("盘亏", "write down as missing", ItemState.IN_STOCK)
        self.state, self.store_id, self.place = ItemState.MISSING, None, ""
        return self._entry(MovementKind.STOCKTAKE, before, cause)

    def lie_at(self, store_id: str, place: str, cause: Cause) -> Movement:
        """A stocktake found it elsewhere than its card said."""
        before = self._leave("移位", "move", ItemState.IN_STOCK)
        self.store_id, self.place = store_id, place
        return self._entry(MovementKind.STOCKTAKE, before, cause)

    def stand_again(self, store_id: str, place: str, cause: Cause) -> Movement:
        """The stocktake is undone: it stands where it stood before."""
        before = self._leave("撤销盘点", "undo", ItemState.MISSING, ItemState.IN_STOCK)
        self.state, self.store_id, self.place = ItemState.IN_STOCK, store_id, place
        return self._entry(MovementKind.STOCKTAKE_UNDONE, before, cause)

    def _belong_to(self, owner: Owner) -> None:
        self.unit_id, self.owner_name = owner["unit_id"], owner["owner_name"]
        self.owner_uscc, self.region_code = owner["owner_uscc"], owner["region_code"]

    def _standing(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in Movement.STANDING}

    def _leave(self, act_zh: str, act_en: str, *states: ItemState) -> dict[str, object]:
        self.require(act_zh, act_en, *states)
        return self._standing()

    def _entry(
        self, kind: MovementKind, before: dict[str, object] | None, cause: Cause
    ) -> Movement:
        return Movement.entry(self.id, kind, before, self._standing(), self.value_fen, cause)
