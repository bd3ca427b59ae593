"""Rows of a sheet in requests of a size the bus carries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cli.render.values import heading_of
from cli.sheets import Row
from guanjia.housing.v1 import properties_pb2
from guanjia.sheet.v1 import sheet_pb2

MAX_ROWS = 300
MAX_BYTES = 512 * 1024
# Tag and length of a row within its request.
_ROW_OVERHEAD = 8

_SERVICES_OWN = ("id", "etag", "created_at", "updated_at")
HEADINGS = tuple(
    heading_of(field)
    for field in properties_pb2.Property.DESCRIPTOR.fields
    if field.name not in _SERVICES_OWN
)
"""The columns of a property register: the labels of the contract, money in yuan."""


def batches_of(rows: Iterable[Row]) -> Iterator[list[sheet_pb2.SheetRow]]:
    """At most 300 rows and less than 512 KiB each; a larger row goes alone."""
    batch: list[sheet_pb2.SheetRow] = []
    size = 0
    for row in rows:
        told = sheet_row(row)
        grown = size + told.ByteSize() + _ROW_OVERHEAD
        if batch and (len(batch) == MAX_ROWS or grown >= MAX_BYTES):
            yield batch
            batch, grown = [], told.ByteSize() + _ROW_OVERHEAD
        batch.append(told)
        size = grown
    if batch:
        yield batch


def sheet_row(row: Row) -> sheet_pb2.SheetRow:
    """The cells of the register; other columns of the sheet stay at home."""
    known = {heading: text for heading, text in row.cells.items() if heading in HEADINGS}
    return sheet_pb2.SheetRow(row=row.number, cells=known)
