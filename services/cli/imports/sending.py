"""Batches to calls, and what came of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from google.rpc import code_pb2

from chassis.status import violations_of
from cli.client import Client, Refused
from cli.imports.batches import batches_of
from cli.imports.ledgers import Ledger
from cli.imports.ticket import Ticket
from cli.sheets import Row
from guanjia.sheet.v1 import sheet_pb2

_CELL = re.compile(r"rows\.(\d+)(?:\.cells\.(.*))?")


@dataclass(frozen=True)
class Problem:
    """Why one row was refused."""

    row: int
    heading: str
    value: str
    reason: str
    zh: str


@dataclass
class Outcome:
    """What became of the rows so far."""

    created: int = 0
    unchanged: int = 0
    refused: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.created + self.unchanged + self.refused


def send(
    client: Client,
    ledger: Ledger,
    rows: Sequence[Row],
    ticket: Ticket,
    watch: Callable[[Outcome], None] = lambda outcome: None,
) -> Outcome:
    """Sends all rows; `watch` sees the outcome after each batch.

    Raises Refused or NoAnswer if a whole batch fails; then the run may be repeated.
    """
    outcome = Outcome()
    for number, batch in enumerate(batches_of(rows, ledger.headings), start=1):
        _send_batch(client, ledger, number, batch, ticket, outcome)
        watch(outcome)
    outcome.problems.sort(key=lambda each: each.row)
    return outcome


def _send_batch(
    client: Client,
    ledger: Ledger,
    number: int,
    batch: list[sheet_pb2.SheetRow],
    ticket: Ticket,
    outcome: Outcome,
) -> None:
    """A cell no message may carry (a control character) costs its own row only."""
    while batch:
        fields: Any = {"request_id": ticket.request_id(number, batch), "rows": batch}
        try:
            reply: Any = client.call(ledger.method, ledger.method.request(**fields))
        except Refused as refused:
            bad = _rows_at_fault(refused, batch)
            if not bad:
                raise
            outcome.refused += len(bad)
            outcome.problems += bad.values()
            batch = [row for row in batch if row.row not in bad]
        else:
            _count(outcome, cast(sheet_pb2.ImportResponse, reply))
            return


def _count(outcome: Outcome, reply: sheet_pb2.ImportResponse) -> None:
    outcome.created += reply.created
    outcome.unchanged += reply.unchanged
    outcome.refused += reply.refused
    outcome.problems += [
        Problem(
            row=each.row,
            heading=each.heading,
            value=each.value,
            reason=each.reason,
            zh=each.message_zh.removeprefix(f"第 {each.row} 行“{each.heading}”："),
        )
        for each in reply.problems
    ]


def _rows_at_fault(refused: Refused, batch: Sequence[sheet_pb2.SheetRow]) -> dict[int, Problem]:
    """Row number → its problem, for violations that name a row of the batch."""
    if refused.status.code != code_pb2.INVALID_ARGUMENT:
        return {}
    bad = {}
    for each in violations_of(refused.status):
        named = _CELL.match(each.field)
        if named and int(named[1]) < len(batch):
            row, heading = batch[int(named[1])], named[2] or ""
            value = row.cells.get(heading, "")
            bad[row.row] = Problem(row.row, heading, value[:200], each.reason, each.zh)
    return bad
