"""Sends the rows of a ledger (台账) to its service, a batch at a time.

A row that breaks a rule is refused by itself; the others are taken. Rows that are on
the ledger already with the same content count as unchanged, so a file may be sent as
often as one likes.
"""

from __future__ import annotations

from cli.imports.batches import batches_of
from cli.imports.ledgers import Ledger, all_ledgers, ledger
from cli.imports.report import write_report
from cli.imports.sending import Outcome, Problem, send
from cli.imports.template import write_template
from cli.imports.ticket import Ticket

__all__ = [
    "Ledger",
    "Outcome",
    "Problem",
    "Ticket",
    "all_ledgers",
    "batches_of",
    "ledger",
    "send",
    "write_report",
    "write_template",
]
