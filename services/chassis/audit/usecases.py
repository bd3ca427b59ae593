"""The audit trail: read it, and check that nobody changed it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from chassis.audit.schemas import ListAuditEntriesSchema, VerifyAuditTrailSchema
from chassis.audit.sealing import MOST, entry_digest, seal_digest
from chassis.days import start_of
from chassis.errors import PermissionDenied
from chassis.regions import region_prefix
from chassis.storage import Reader
from chassis.storage.scope import is_whole
from chassis.storage.tables import audit, audit_links, audit_seals, audit_waiting
from chassis.usecases import query
from chassis.wire import Values

SEALS_A_CALL = 100
MOST_PROBLEMS = 200
LATE = timedelta(minutes=10)
"""No transaction takes this long: an older entry that was not in a seal which took all that
waited was put in afterwards."""


@query(ListAuditEntriesSchema())
def list_audit_entries(reader: Reader, request: Values) -> dict[str, Any]:
    seal = func.coalesce(audit_links.c.seal, 0).label("seal")
    statement = select(audit, audit.c.at.label("acted_at"), seal).outerjoin(
        audit_links, audit_links.c.entry_id == audit.c.id
    )
    if request.principal:
        statement = statement.where(audit.c.principal == request.principal)
    if request.from_day:
        statement = statement.where(audit.c.at >= start_of(request.from_day))
    if request.to_day and request.to_day < date.max:
        statement = statement.where(audit.c.at < start_of(request.to_day + timedelta(days=1)))
    rows, token = reader.page(statement, [audit.c.id], request)
    return {"entries": rows, "next_page_token": token}


@query(VerifyAuditTrailSchema())
def verify_audit_trail(reader: Reader, request: Values) -> dict[str, Any]:
    """Every entry and seal of a stretch, against the digests made when they were sealed."""
    reader = _of_the_whole(reader)
    first = max(request.next_seal, 1)
    seals = reader.rows(
        select(audit_seals)
        .where(audit_seals.c.number >= first - 1)
        .order_by(audit_seals.c.number)
        .limit(SEALS_A_CALL + 1)
    )
    before = seals[0] if seals and seals[0].number < first else None
    stretch = [each for each in seals if each.number >= first][:SEALS_A_CALL]
    problems: list[dict[str, Any]] = []
    entries = 0
    previous = before
    emptied = _emptied_before(reader, first)
    if before is None and first > 1:
        problems.append(_problem("seal_broken", first - 1))
    for number, seal in enumerate(stretch, start=first):
        if previous is not None or number == 1:
            _check_seal(problems, seal, number, previous)
        entries += _check_entries(reader, problems, seal, emptied)
        previous = seal
        emptied = seal if seal.entries < MOST else emptied
    more = len(stretch) == SEALS_A_CALL
    if not more:
        problems += _outside_the_chain(reader)
    return {
        "entries": entries,
        "seals": len(stretch),
        "unsealed": 0 if more else _count(reader),
        "problems": problems[:MOST_PROBLEMS],
        "next_seal": stretch[-1].number + 1 if more else 0,
        "head": previous.digest if previous else "",
    }


def _of_the_whole(reader: Reader) -> Reader:
    """The trail is one chain: it is checked as a whole, by those whose scope is the whole."""
    if not is_whole(reader.principal.scope, region_prefix(reader.context.region_code)):
        zh, en = "须有本级全域的审计权限", "needs the scope of the whole deployment"
        raise PermissionDenied("OUT_OF_SCOPE", zh, en)
    return reader.unrestricted()


def _emptied_before(reader: Reader, number: int) -> Any:
    """The last seal before that took all that waited; None if there is none."""
    statement = (
        select(audit_seals.c.sealed_at)
        .where(audit_seals.c.number < number, audit_seals.c.entries < MOST)
        .order_by(audit_seals.c.number.desc())
        .limit(1)
    )
    return next(iter(reader.rows(statement)), None)


def _check_seal(problems: list[dict[str, Any]], seal: Any, number: int, previous: Any) -> None:
    follows = seal.number == number and seal.previous == (previous.digest if previous else "")
    if not follows:
        problems.append(_problem("seal_broken", number))


def _check_entries(reader: Reader, problems: list[dict[str, Any]], seal: Any, emptied: Any) -> int:
    statement = (
        select(audit, audit_links.c.entry_id, audit_links.c.digest)
        .select_from(audit_links)
        .outerjoin(audit, audit.c.id == audit_links.c.entry_id)
        .where(audit_links.c.seal == seal.number)
    )
    links = reader.rows(statement)
    told = seal_digest(seal.number, seal.sealed_at, seal.previous, links)
    if told != seal.digest or len(links) != seal.entries:
        problems.append(_problem("seal_broken", seal.number))
    for each in links:
        if each.id is None:
            problems.append(_problem("removed", seal.number, each.entry_id))
        elif entry_digest(each) != each.digest:
            problems.append(_problem("changed", seal.number, each.entry_id))
        elif emptied is not None and _came_late(each.at, emptied.sealed_at):
            problems.append(_problem("inserted", seal.number, each.entry_id))
    return len(links)


def _came_late(at: datetime, sealed_before_at: datetime) -> bool:
    return at < sealed_before_at - LATE


def _outside_the_chain(reader: Reader) -> list[dict[str, Any]]:
    """Entries that neither a seal covers nor the next one will."""
    statement = (
        select(audit.c.id)
        .outerjoin(audit_links, audit_links.c.entry_id == audit.c.id)
        .outerjoin(audit_waiting, audit_waiting.c.entry_id == audit.c.id)
        .where(audit_links.c.entry_id.is_(None), audit_waiting.c.entry_id.is_(None))
        .limit(MOST_PROBLEMS)
    )
    return [_problem("inserted", 0, each.id) for each in reader.rows(statement)]


def _count(reader: Reader) -> int:
    [row] = reader.rows(select(func.count().label("entries")).select_from(audit_waiting))
    return int(row.entries)


def _problem(kind: str, seal: int, entry_id: str = "") -> dict[str, Any]:
    return {"kind": kind, "seal": seal, "entry_id": entry_id}
