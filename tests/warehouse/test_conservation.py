"""Whatever is asked of the warehouse, in whatever order, twice, at once or cut off in the middle:
no card is lost, none is made, each stands in one place and belongs to one unit.

GUANJIA_EXAMPLES=500 tries that many lives instead of a few.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from chassis.principal import Principal
from chassis.testing import Harness
from tests.storage import PostgreSQLStorage, SQLiteStorage, Storage
from tests.together import together
from tests.warehouse.accounts import Accounts
from tests.warehouse.books import agree, books
from tests.warehouse.factories import a_unit, asset_fields, create_store, item_cells
from tests.warehouse.sending import BITS, HOW, WHICH
from warehouse.service import service

EXAMPLES: dict[type[Storage], int] = {SQLiteStorage: 12, PostgreSQLStorage: 5}
STEPS = 80
PHASES = (Phase.reuse, Phase.generate)
"""A failure is told as it was found: to make it smaller takes minutes."""
UNITS = st.integers(0, 2)
REACHES = st.sampled_from(["", "99", "9901", "990101", "990102"])
REASONS = st.sampled_from(["DAMAGED", "NOT_DELIVERED", "NO_LONGER_NEEDED"])


class Warehouse(Accounts):
    """Sends every command at any time, mostly where it has a chance; some are refused."""

    @initialize()
    def open_the_stores(self) -> None:
        regions = ("990101", "990101", "990102")
        self.units = [a_unit(self.warehouse, region_code=each) for each in regions]
        kinds = ("PHYSICAL", "VIRTUAL")
        self.stores = [
            create_store(self.warehouse, kind=f"STORE_KIND_{each}", region_code="990100")
            for each in kinds
        ]
        for store in (0, 0, 1):
            self.open_stock_of("once", 0, store, 2)
        self.again()

    def open_stock_of(self, how: str, unit: int, store: int, number: int) -> None:
        owner = {"权属单位": self.units[unit].unit_name} if store else {}
        cells = [item_cells(self.stores[store].code, **owner) for _ in range(number)]
        sheet = [{"row": row, "cells": each} for row, each in enumerate(cells)]
        reply = self.send(how, "import_items", rows=sheet)
        assert (reply.created, reply.refused) == (number, 0)
        self.came.update(each["资产编号"] for each in cells)

    @rule(how=HOW, unit=UNITS, store=st.integers(0, 1), number=st.integers(1, 3))
    def open_stock(self, how: str, unit: int, store: int, number: int) -> None:
        self.open_stock_of(how, unit, store, number)

    @rule(how=HOW, unit=UNITS, which=WHICH, new=st.booleans())
    def offer(self, how: str, unit: int, which: int, new: bool) -> None:
        card = None if new else self.one("items", which, "in_use", "missing")
        known = {"asset_code": card["asset_code"]} if card else {}
        owner = next(
            (each for each in self.units if card and each.unit_id == card["unit_id"]), None
        )
        user = owner if owner and which % 4 else self.units[unit]
        offered = self.send(how, "offer_asset", user, asset=asset_fields(**known))
        self.again()
        if offered and which % 3:
            self.take_in(how, offered.id, offered.asset.asset_code, which % 2, 90_000)

    @rule(how=HOW, which=WHICH, store=st.integers(0, 1), value_fen=st.integers(0, 10**9))
    def accept(self, how: str, which: int, store: int, value_fen: int) -> None:
        if intake := self.one("intakes", which, "drafted"):
            self.take_in(how, intake["id"], intake["asset_code"], store, value_fen)

    def take_in(self, how: str, intake: str, asset_code: str, store: int, value_fen: int) -> None:
        into = {"store_id": self.stores[store].id, "place": "B-1", "value_fen": value_fen}
        reply = self.send(how, "accept_intake", intake_id=intake, **into)
        if reply and reply.item_id not in {each["id"] for each in self.rows["items"]}:
            self.came[asset_code] += 1

    @rule(how=HOW, which=WHICH, back=st.booleans())
    def lend_or_return(self, how: str, which: int, back: bool) -> None:
        if card := self.one("items", which, "on_loan" if back else "in_stock"):
            fields = {} if back else {"borrower_name": "云澜市档案馆"}
            method = "return_item" if back else "lend_item"
            self.send(how, method, item_id=card["id"], **fields)

    @rule(how=HOW, which=WHICH, reach=REACHES)
    def share(self, how: str, which: int, reach: str) -> None:
        if card := self.one("items", which, "in_stock"):
            self.send(how, "share_items", item_ids=[card["id"]], reach=reach)

    @rule(how=HOW, unit=UNITS, which=WHICH, more=WHICH, need=st.integers(0, 3))
    def ask(self, how: str, unit: int, which: int, more: int, need: int) -> None:
        """For items by name, or for so many desks; mostly submitted at once."""
        items = [self.one("items", each, "in_stock") for each in (which, more)]
        named = {"item_ids": sorted({each["id"] for each in items if each})}
        what = {"need": {"class_code": "A05", "quantity": need}} if need else named
        told = {"reason": "新增", "to_place": "301"}
        draft = self.send(how, "create_transfer", self.units[unit], **told, **what)
        self.again()
        if draft and which % 5:
            self.send(how, "submit_transfer", self.units[unit], transfer_id=draft.id)

    @rule(how=HOW, which=WHICH)
    def submit(self, how: str, which: int) -> None:
        if transfer := self.one("transfers", which, "draft"):
            self.send(how, "submit_transfer", self.asker(transfer), transfer_id=transfer["id"])

    @rule(how=HOW, which=WHICH, word=st.sampled_from(["APPROVE"] * 4 + ["REJECT", "RETURN"]))
    def decide(self, how: str, which: int, word: str) -> None:
        if approval := self.one("approvals", which, "pending"):
            said = {"decision": f"DECISION_{word}", "note": "" if word == "APPROVE" else "补充材料"}
            self.send(how, "decide_approval", "chief", approval_id=approval["id"], **said)

    @rule()
    def decide_all_at_once(self) -> None:
        def act(approval_id: str) -> Callable[[], Any]:
            said = {"approval_id": approval_id, "decision": "DECISION_APPROVE"}
            return lambda: self.warehouse.call("decide_approval", user="chief", **said)

        pending = [act(each["id"]) for each in self.rows["approvals"] if each["state"] == "pending"]
        outcomes = together(*pending) if pending else []
        assert not [each for each in outcomes if isinstance(each, Exception)]

    @rule(how=HOW, which=WHICH, lines=BITS, refused=BITS, acts=st.integers(1, 4))
    def go_on(self, how: str, which: int, lines: int, refused: int, acts: int) -> None:
        """The next acts of transfers that have not ended, whichever they are."""
        under_way = ("draft", "submitted", "approved", "in_transit")
        for _ in range(acts):
            if transfer := self.one("transfers", which + 1, *under_way):
                self.next_act(how, transfer, lines, refused)
                self.again()

    @rule(how=HOW, unit=UNITS, which=WHICH)
    def bring_over(self, how: str, unit: int, which: int) -> None:
        """A transfer from its draft to what it saved, where nothing stands in its way."""
        card = self.one("items", which + 1, "in_stock")
        named = {"item_ids": [card["id"]]} if card else {}
        told = {"reason": "新增", "to_place": "301"}
        draft = self.send(how, "create_transfer", self.units[unit], **told, **named)
        if draft is None:
            return
        for _ in ("submitted", "approved", "in transit", "received"):
            self.again()
            [transfer] = [each for each in self.rows["transfers"] if each["id"] == draft.id]
            self.next_act(how, transfer, 0, 0)
        self.again()
        self.book(how, draft.lines[0].id)

    def next_act(self, how: str, transfer: dict[str, Any], lines: int, refused: int) -> None:
        match transfer["state"]:
            case "draft":
                user = self.asker(transfer)
                self.send(how, "submit_transfer", user, transfer_id=transfer["id"])
            case "submitted":
                said = {"approval_id": transfer["approval_id"], "decision": "DECISION_APPROVE"}
                self.send(how, "decide_approval", "chief", **said)
            case "approved":
                ids = self.lines_of(transfer, "reserved", lines)
                self.send(how, "hand_over_transfer", transfer_id=transfer["id"], line_ids=ids)
            case "in_transit":
                self.take(how, transfer, lines, refused, "DAMAGED")

    @rule(how=HOW, which=WHICH)
    def withdraw(self, how: str, which: int) -> None:
        if transfer := self.one("transfers", which, "approved", "submitted"):
            self.send(how, "withdraw_transfer", self.asker(transfer), transfer_id=transfer["id"])

    @rule(how=HOW, which=WHICH, lines=BITS, giver=st.integers(0, 3))
    def hand_over(self, how: str, which: int, lines: int, giver: int) -> None:
        if transfer := self.one("transfers", which, "approved"):
            user = self.units[giver - 1] if giver else "keeper"
            ids = self.lines_of(transfer, "reserved", lines)
            self.send(how, "hand_over_transfer", user, transfer_id=transfer["id"], line_ids=ids)

    @rule(
        how=HOW,
        which=WHICH,
        lines=BITS,
        refused=BITS,
        reason=REASONS,
    )
    def receive(self, how: str, which: int, lines: int, refused: int, reason: str) -> None:
        if transfer := self.one("transfers", which, "in_transit", "approved"):
            self.take(how, transfer, lines, refused, reason)

    def take(
        self, how: str, transfer: dict[str, Any], lines: int, refused: int, reason: str
    ) -> None:
        """Some lines are received, some refused; all of them if none is named."""
        refusals = [
            {"line_id": each, "reason": f"REFUSAL_REASON_{reason}"}
            for each in self.lines_of(transfer, "in_transit", refused)
        ]
        named = self.lines_of(transfer, "in_transit", lines & ~refused)
        said = {"transfer_id": transfer["id"], "line_ids": named, "refusals": refusals}
        self.send(how, "receive_transfer", self.asker(transfer), **said)

    def asker(self, transfer: dict[str, Any]) -> Principal:
        return next(each for each in self.units if each.unit_id == transfer["unit_id"])

    @invariant()
    def the_books_agree(self) -> None:
        if not self.units:
            return
        self.rows = books(self.warehouse)
        if self.rows != self.checked:
            agree(self.warehouse, self.rows)
            assert Counter(each["asset_code"] for each in self.rows["items"]) == self.came
            self.checked = self.rows


@pytest.mark.row("W01")
@pytest.mark.row("W03")
@pytest.mark.row("W12")
def test_no_card_is_lost_and_none_is_made(storage: Storage) -> None:
    def make() -> Harness:
        storage.clear()
        return Harness(service, storage.of(service), migrated=True)

    examples = int(os.environ.get("GUANJIA_EXAMPLES", EXAMPLES[type(storage)]))
    run_state_machine_as_test(
        lambda: Warehouse(make),
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            phases=PHASES,
        ),
    )
