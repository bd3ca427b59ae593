"""Telling published facts again, with the ids they had.

Consumers that had reacted know a fact by its id and count a duplicate; those that have lost it
(a restored database, a purged or deleted queue) react. That is safe for as long as inbox rows
outlive the facts in the outbox: see `chassis.retention`. A fact told again is kept anew, so
whoever told the same ones every fortnight would have to stop before GUANJIA_INBOX_KEPT_DAYS.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, true, update

from chassis.operating.trail import Trail
from chassis.storage.tables import outbox

MOST = 1_000
"""Facts marked in one transaction; each of them writes one audit entry."""


def since(instant: datetime) -> ColumnElement[bool]:
    """Facts published then or later."""
    return outbox.c.published_at >= instant


def named(fact: str) -> ColumnElement[bool]:
    """Facts with this routing key; any, if it is empty."""
    return outbox.c.routing_key == fact if fact else true()


def of(ids: Sequence[str]) -> ColumnElement[bool]:
    """The facts of these ids."""
    return outbox.c.id.in_(ids)


def resend(trail: Trail, chosen: ColumnElement[bool], told: dict[str, Any]) -> int:
    """Marks published facts unpublished, so that the relay sends them again; how many.

    `told` is what the audit entries say was asked for. A fact is marked once, even if the
    relay has sent it again meanwhile, and none that came meanwhile.
    """
    marked, last = 0, ""
    chosen &= outbox.c.published_at.is_not(None)
    with trail.database.reading() as connection:
        newest = connection.execute(select(func.max(outbox.c.id))).scalar() or ""
    while True:
        some = select(outbox.c.id).where(chosen, outbox.c.id > last, outbox.c.id <= newest)
        with trail.database.transaction() as connection:
            ids = connection.execute(some.order_by(outbox.c.id).limit(MOST)).scalars().all()
            if not ids:
                return marked
            last = ids[-1]
            change = {**told, "facts": len(ids), "first_id": ids[0], "last_id": last}
            trail.enter(connection, "outbox.resend", change)
            connection.execute(update(outbox).where(of(ids)).values(published_at=None))
        marked += len(ids)


def missing(trail: Trail, ids: Sequence[str]) -> list[str]:
    """Of these, the ids that are no longer in the outbox."""
    with trail.database.reading() as connection:
        there = set(connection.execute(select(outbox.c.id).where(of(ids))).scalars())
    return [id for id in ids if id not in there]
