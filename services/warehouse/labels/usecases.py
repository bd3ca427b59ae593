"""What may be done with tags and labels."""

from __future__ import annotations

from typing import Any

from chassis.days import day_of
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import command, query
from chassis.wire import Values
from warehouse.items.model import Item
from warehouse.labels import report, tagging
from warehouse.labels.schemas import BindTagSchema, PrintLabelsSchema, ReportTagsSchema
from warehouse.labels.sheet import sheets_of


@command(BindTagSchema())
def bind_tag(uow: UnitOfWork, request: Values) -> Item:
    found = _get(uow, request)
    tagging.bind(uow, found, request.tag)
    return found


@command()
def unbind_tag(uow: UnitOfWork, request: Values) -> Item:
    found = _get(uow, request)
    tagging.unbind(found)
    return found


@command(PrintLabelsSchema())
def print_labels(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    """What has no tag yet gets its code as its tag: it is printed, and so it is bound."""
    if request.item_ids:
        field, cards = "item_ids", tagging.named(uow, request.item_ids)
    else:
        field, cards = "store_id", tagging.lying_in(uow, request.store_id, request.place)
    is_svg = request.format == "svg"
    tagging.refuse_too_many(cards, field, is_svg=is_svg)
    uow.require_within_scope(*cards)
    tagging.bind_codes(cards)
    sheets = sheets_of(cards)
    ending, kind = ("svg", "image/svg+xml") if is_svg else ("pdf", "application/pdf")
    # What writes PDF takes megabytes, which a process that prints nothing need not have.
    from warehouse.labels import drawing

    content = drawing.as_svg(sheets[0]) if is_svg else drawing.as_pdf(sheets)
    return {"file_name": f"{drawing.TITLE}.{ending}", "content_type": kind, "content": content}


@query(ReportTagsSchema())
def report_tags(reader: Reader, request: Values) -> dict[str, Any]:
    return report.told(reader, day_of(reader.now), request.region_code)


def _get(uow: UnitOfWork, request: Values) -> Item:
    return uow.get(Item, request.item_id, "item_id", request.etag, lock=True)
