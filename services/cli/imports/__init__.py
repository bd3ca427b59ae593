"""Sends the rows of a property register to housing, a batch at a time.

A row that breaks a rule is refused by itself; the others are registered. Rows
already registered with the same content count as unchanged, so a file may be
sent as often as one likes.
"""

from __future__ import annotations

from cli.imports.batches import HEADINGS, batches_of
from cli.imports.report import write_report
from cli.imports.sending import Outcome, Problem, send
from cli.imports.ticket import Ticket

__all__ = ["HEADINGS", "Outcome", "Problem", "Ticket", "batches_of", "send", "write_report"]
