"""Cells that a spreadsheet program would take for a formula (S11)."""

from __future__ import annotations

import re

BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
LONGEST = 32_767
"""Characters a cell of a workbook holds."""
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def is_risky(cell: str) -> bool:
    return cell.startswith(BEGINNINGS)


def harmless(cell: str) -> str:
    """A cell of a text file: there only a mark in front keeps it from being a formula."""
    return f"'{cell}" if is_risky(cell) or _GUARDED.match(cell) else cell


def unguarded(cell: str) -> str:
    """What `harmless` was given."""
    return cell[1:] if _GUARDED.match(cell) else cell
