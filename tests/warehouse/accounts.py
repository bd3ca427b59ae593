"""What else the machine that tries everything does: count, dispose of, book savings."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.warehouse.sending import BITS, HOW, WHICH, Sending

ENDS = st.sampled_from(["post_stocktake"] * 3 + ["cancel_stocktake"])


class Accounts(Sending):
    """Stocktakes, disposal batches and savings, at any time."""

    @rule(how=HOW, which=WHICH, found=BITS, end=ENDS)
    def count(self, how: str, which: int, found: int, end: str) -> None:
        """Opens a stocktake of a store, scans some cards there and of elsewhere, ends it."""
        store = self.stores[which % 2].id
        opened = self.send(how, "open_stocktake", store_id=store)
        if opened is None:
            return
        tags = [each["code"] for n, each in enumerate(self.rows["items"]) if found >> n % 4 & 1]
        self.again()
        if tags:
            scans: Any = {"tags": tags, "place": "A-02" if which % 3 == 0 else ""}
            self.send(how, "record_scans", stocktake_id=opened.id, **scans)
            self.again()
        if which % 7:
            self.send(how, end, stocktake_id=opened.id)

    @rule(how=HOW, which=WHICH, method=st.sampled_from(["undo", "post", "cancel"]))
    def end_or_undo_a_stocktake(self, how: str, which: int, method: str) -> None:
        state = "posted" if method == "undo" else "open"
        if found := self.one("stocktakes", which, state):
            said = {"reason": "漏盘"} if method == "undo" else {}
            self.send(how, f"{method}_stocktake", stocktake_id=found["id"], **said)

    @rule(how=HOW, which=WHICH, more=WHICH, kind=st.sampled_from(["DONATION", "AUCTION"]))
    def dispose(self, how: str, which: int, more: int, kind: str) -> None:
        """Lists some cards in a batch, mostly with an appraisal, and submits it."""
        cards = [self.one("items", each, "in_stock") for each in (which, more)]
        ids = sorted({each["id"] for each in cards if each})
        said: Any = {"kind": f"DISPOSAL_KIND_{kind}", "reason": "超期老旧", "item_ids": ids}
        batch = self.send(how, "create_disposal_batch", **said)
        self.again()
        if batch and kind == "AUCTION":
            lines = [{"item_id": each, "appraised_fen": 1_000} for each in ids]
            about = {"disposal_batch_id": batch.id, "appraiser": "云澜评估"}
            self.send(how, "appraise_disposal_batch", lines=lines, **about)
            self.again()
        if batch and which % 5:
            self.send(how, "submit_disposal_batch", disposal_batch_id=batch.id)

    @rule(how=HOW, which=WHICH, act=st.sampled_from(["submit", "withdraw", "complete"]))
    def end_or_submit_a_batch(self, how: str, which: int, act: str) -> None:
        state = "approved" if act == "complete" else "draft"
        if batch := self.one("disposal_batches", which, state):
            self.send(how, f"{act}_disposal_batch", disposal_batch_id=batch["id"])

    @rule(how=HOW, which=WHICH, lines=BITS)
    def part_with(self, how: str, which: int, lines: int) -> None:
        """Gives the cards of a batch away, or sells some of them."""
        batch = self.one("disposal_batches", which + 1, "approved")
        if batch is None:
            return
        about = {"disposal_batch_id": batch["id"]}
        if batch["kind"] == "donation":
            self.send(how, "donate_disposal_batch", receiver="云澜市小学", **about)
            return
        listed = [
            each["item_id"]
            for each in self.rows["disposal_batch_lines"]
            if (each["disposal_batch_id"], each["state"]) == (batch["id"], "listed")
        ]
        sold = [each for n, each in enumerate(listed) if lines >> n & 1] or listed
        incomes = [{"item_id": each, "income_fen": 1_000} for each in sold]
        receipt = {"buyer": "云澜拍卖行", "voucher": f"PJ-{self.requests}"}
        self.send(how, "record_disposal_sale", lines=incomes, **receipt, **about)

    @rule(how=HOW, which=WHICH, reverse=st.booleans())
    def book_a_saving(self, how: str, which: int, reverse: bool) -> None:
        if reverse and self.rows["savings"]:
            saving = self.rows["savings"][which % len(self.rows["savings"])]
            self.send(how, "reverse_saving", saving_id=saving["id"], reason="登记有误")
        elif line := self.one("transfer_lines", which, "received"):
            self.book(how, line["id"])

    def book(self, how: str, line_id: str) -> None:
        price: Any = {"market_price_fen": 200_000, "market_source": "询价"}
        self.send(how, "book_saving", transfer_line_id=line_id, **price)

    @rule(how=HOW, which=WHICH)
    def sell_off(self, how: str, which: int) -> None:
        """A batch from its draft to its income, where nothing stands in its way."""
        card = self.one("items", which + 1, "in_stock")
        if card is None:
            return
        said: Any = {"kind": "DISPOSAL_KIND_SCRAP", "reason": "报废", "item_ids": [card["id"]]}
        batch = self.send(how, "create_disposal_batch", **said)
        if batch is None:
            return
        about = {"disposal_batch_id": batch.id}
        self.again()
        lines = [{"item_id": card["id"], "appraised_fen": 500}]
        self.send(how, "appraise_disposal_batch", lines=lines, appraiser="云澜评估", **about)
        self.again()
        submitted = self.send(how, "submit_disposal_batch", **about)
        self.again()
        if submitted:
            consent = {"approval_id": submitted.approval_id, "decision": "DECISION_APPROVE"}
            self.send(how, "decide_approval", "chief", **consent)
            self.again()
            income = {"lines": [{"item_id": card["id"], "income_fen": 600}], "buyer": "回收站"}
            self.send(how, "record_disposal_sale", voucher=f"PJ-{self.requests}", **income, **about)
