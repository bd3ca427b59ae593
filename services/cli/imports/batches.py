"""Rows of a sheet in requests of a size the bus carries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from cli.sheets import Row
from guanjia.sheet.v1 import sheet_pb2

MAX_ROWS = 300
MAX_BYTES = 512 * 1024
# Tag and length of a row within its request.
_ROW_OVERHEAD = 8


def batches_of(
    rows: Iterable[Row], headings: Collection[str]
) -> Iterator[list[sheet_pb2.SheetRow]]:
    """At most 300 rows and less than 512 KiB each; a larger row goes alone."""
    batch: list[sheet_pb2.SheetRow] = []
    size = 0
    for row in rows:
        told = sheet_row(row, headings)
        grown = size + told.ByteSize() + _ROW_OVERHEAD
        if batch and (len(batch) == MAX_ROWS or grown >= MAX_BYTES):
            yield batch
            batch, grown = [], told.ByteSize() + _ROW_OVERHEAD
        batch.append(told)
        size = grown
    if batch:
        yield batch


def sheet_row(row: Row, headings: Collection[str]) -> sheet_pb2.SheetRow:
    """The cells of the ledger; other columns of the sheet stay at home."""
    known = {heading: text for heading, text in row.cells.items() if heading in headings}
    return sheet_pb2.SheetRow(row=row.number, cells=known)
