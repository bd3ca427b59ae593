"""Cells that a spreadsheet program would take for a formula (S11)."""

from __future__ import annotations

BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
LONGEST = 32_767
"""Characters a cell of a workbook holds."""


def is_risky(cell: str) -> bool:
    return cell.startswith(BEGINNINGS)


def harmless(cell: str) -> str:
    """A cell of a text file: there only a mark in front keeps it from being a formula."""
    return f"'{cell}" if is_risky(cell) else cell
