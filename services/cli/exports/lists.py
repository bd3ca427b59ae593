"""Lists: all pages of a call, and the columns its elements fall into."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from chassis.contract import Method, heading_of, label_of
from cli.catalogue import descriptor_of
from cli.client import Client, Refused
from cli.exports.cells import cell_of, format_of
from cli.exports.table import Column, Table
from cli.render.columns import Column as Source
from cli.render.columns import columns_of, is_list

PAGE = 500
"""The most a list gives at a time."""
_TOO_LARGE = "REPLY_TOO_LARGE"


def rows_field(method: Method) -> FieldDescriptor | None:
    """The field of the reply that the elements of a list are in; None of another call."""
    reply = descriptor_of(method.response)
    listed = [field for field in reply.fields if is_list(field)]
    is_page = "next_page_token" in reply.fields_by_name or method.name.startswith("List")
    return listed[0] if is_page and not method.is_command and len(listed) == 1 else None


def pages_of(client: Client, method: Method, request: Any) -> Iterator[Any]:
    """The replies of a list call to the end, from the page that `request` asks for.

    Elements that do not fit into one message are asked for fewer at a time.
    """
    asked = type(request)()
    asked.CopyFrom(request)
    names = descriptor_of(asked).fields_by_name
    if "page_size" in names and not asked.page_size:
        asked.page_size = PAGE
    while True:
        try:
            page: Any = client.call(method, asked)
        except Refused as refused:
            if refused.reason != _TOO_LARGE or getattr(asked, "page_size", 1) <= 1:
                raise
            asked.page_size //= 2
            continue
        yield page
        token = getattr(page, "next_page_token", "")
        if not token:
            return
        asked.page_token = token


def table_of(listed: FieldDescriptor) -> Table:
    """Identifiers, versions and times stand at the end."""
    assert listed.message_type is not None
    sources = columns_of(listed.message_type)
    times = Counter(source.heading for source in sources)
    columns = [
        column_of(source, is_alone=times[source.heading] == 1)
        for source in sorted(sources, key=lambda source: source.is_aside)
    ]
    return Table(heading_of(listed), columns)


def column_of(source: Source, *, is_alone: bool = True) -> Column:
    """`is_alone`: no other column has its heading."""
    heading = source.heading if is_alone else _full_heading(source)
    return Column(heading, format_of(source.field), partial(cell_of, source))


def _full_heading(source: Source) -> str:
    """With the names of the messages it is nested in: two columns of one heading read badly."""
    return "·".join([*map(label_of, source.path[:-1]), source.heading])
