"""Writes what the platform knows to a file: lists, reports, the audit trail, documents.

One shape for all but documents, which are files already: a `Table` of columns, `write_table`
to .xlsx or .csv. A file is there whole or not at all.
"""

from __future__ import annotations

from cli.exports.documents import is_document, other_ending, write_document
from cli.exports.lists import pages_of, rows_field, table_of
from cli.exports.reports import write_report
from cli.exports.table import Cell, Column, Table
from cli.exports.writing import Written, refuse_format, write_table

__all__ = [
    "Cell",
    "Column",
    "Table",
    "Written",
    "is_document",
    "other_ending",
    "pages_of",
    "refuse_format",
    "rows_field",
    "table_of",
    "write_document",
    "write_report",
    "write_table",
]
