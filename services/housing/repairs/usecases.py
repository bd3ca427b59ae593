"""What may be done with repairs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, case, func, select

from chassis.approvals.consent import ask, consent, withdraw
from chassis.approvals.model import Approval, ApprovalState
from chassis.days import day_of
from chassis.errors import IllegalState
from chassis.spans import not_ahead
from chassis.storage import Reader, UnitOfWork, within
from chassis.usecases import Step, command, query
from chassis.wire import Values
from housing.properties.model import GONE, LEAVING, Property
from housing.repairs import plan, report
from housing.repairs.importing import Importing
from housing.repairs.model import REVIEWED, WORK, Repair, RepairLine, RepairState
from housing.repairs.schemas import (
    AcceptRepairSchema,
    CreateRepairSchema,
    ListRepairsSchema,
    ListRepairWorksSchema,
    RepairSchema,
    ReportRepairsSchema,
    ReviewRepairSchema,
    ScheduleRepairSchema,
)
from housing.repairs.warranties import begin_warranties, refuse_under_warranty

KIND = "housing.repair"
_REPAIRS = Repair.__table__
_LINES = RepairLine.__table__


@command(CreateRepairSchema())
def create_repair(uow: UnitOfWork, request: Values) -> Repair:
    building = _staying(uow, request.property_id)
    code = uow.next_numbers("WX")[0]
    created = Repair.of(building, uow.principal.subject, code)
    created.says(request.kind, request.year, request.reason, _works(request))
    uow.add(created)
    return created


@command(RepairSchema())
def update_repair(uow: UnitOfWork, request: Values) -> Repair:
    found = _get(uow, request)
    found.correct(
        uow.principal.subject, request.kind, request.year, request.reason, _works(request)
    )
    return found


@command()
def submit_repair(uow: UnitOfWork, request: Values) -> Repair:
    found = _get(uow, request)
    found.submit(uow.principal.subject)
    found.belong_to(**_staying(uow, found.property_id).holder())
    refuse_under_warranty(uow, found, day_of(uow.now))
    return found


@command()
def withdraw_repair(uow: UnitOfWork, request: Values) -> Repair:
    found = withdraw(uow, Repair, request.repair_id, "repair_id", request.etag)
    found.withdraw()
    return found


@command(ReviewRepairSchema())
def review_repair(uow: UnitOfWork, request: Values) -> Repair:
    found = _get(uow, request)
    approved = [(each["line_id"], each["approved_fen"]) for each in request.lines]
    found.review(approved, uow.principal.subject, uow.now, request.note)
    _require_there(uow, found)
    asked = ask(uow, KIND, found, title=found.reason, amount_fen=found.approved_fen)
    found.approval_id = asked.id
    return found


@consent(KIND, "维修计划", default=(Step("bureau_head"),))
def on_repair_decided(uow: UnitOfWork, approval: Approval) -> None:
    found = uow.get(Repair, approval.document_id, "document_id", lock=True)
    by, note = approval.last_word()
    match approval.state:
        case ApprovalState.APPROVED:
            found.approve(by, uow.now, note)
            _require_there(uow, found)
        case ApprovalState.REJECTED:
            found.reject(by, uow.now, note)
        case ApprovalState.RETURNED:
            found.take_back(by, uow.now, note)
        case ApprovalState.RECALLED:
            found.recall_review()


@command(ScheduleRepairSchema())
def schedule_repair(uow: UnitOfWork, request: Values) -> Repair:
    found = _get(uow, request)
    found.schedule(request.scheduled_from, request.scheduled_to, request.contractor)
    _require_there(uow, found)
    refuse_under_warranty(uow, found, request.scheduled_from)
    return found


@command(AcceptRepairSchema())
def accept_repair(uow: UnitOfWork, request: Values) -> Repair:
    found = _get(uow, request)
    day = not_ahead(request.get("accepted_on"), uow.now, "accepted_on")
    found.accept(day, request.settled_fen)
    _require_there(uow, found)
    refuse_under_warranty(uow, found, found.scheduled_from or day)
    begin_warranties(uow, found, day, request.warranties)
    return found


_BY_ID = select(_REPAIRS).where(_REPAIRS.c.id == bindparam("repair_id"))


@query()
def get_repair(reader: Reader, request: Values) -> Any:
    row = reader.row(_BY_ID, {"repair_id": request.repair_id}, "repair_id")
    return _with_lines(reader, [row])[0]


@query(ListRepairsSchema())
def list_repairs(reader: Reader, request: Values) -> dict[str, Any]:
    statement = within(select(_REPAIRS), _REPAIRS.c.region_code, request.region_code)
    for name in ("state", "year", "property_id", "unit_id", "kind"):
        if request[name]:
            statement = statement.where(_REPAIRS.c[name] == request[name])
    if request.reviewed:
        statement = statement.where(_REPAIRS.c.state.in_(REVIEWED))
    rows, token = reader.page(statement, [_REPAIRS.c.code], request)
    return {"repairs": _with_lines(reader, rows), "next_page_token": token}


@query(ListRepairWorksSchema())
def list_repair_works(reader: Reader, request: Values) -> dict[str, Any]:
    rows, token = reader.page(*plan.works(request), request)
    return {"works": rows, "next_page_token": token}


@command()
def import_repairs(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    """Drafts what is not applied for yet, counts what is, refuses the rest row by row."""
    return Importing.of(uow, request.rows)


@query(ReportRepairsSchema())
def report_repairs(reader: Reader, request: Values) -> dict[str, Any]:
    today = day_of(reader.now)
    year = request.year or today.year
    accepted = case((_REPAIRS.c.state == RepairState.ACCEPTED, 1), else_=0)
    sums = (func.sum(_REPAIRS.c[n]).label(n) for n in report.SUMS if n in _REPAIRS.c)
    counts = (func.count().label("projects"), func.sum(accepted).label("accepted"))
    statement = (
        select(_REPAIRS.c.kind, *counts, *sums)
        .where(_REPAIRS.c.year == year, _REPAIRS.c.state.in_(REVIEWED))
        .group_by(_REPAIRS.c.kind)
        .order_by(_REPAIRS.c.kind)
    )
    found = reader.rows(within(statement, _REPAIRS.c.region_code, request.region_code))
    return report.told(today, found, year, request.region_code)


def _get(uow: UnitOfWork, request: Values) -> Repair:
    return uow.get(Repair, request.repair_id, "repair_id", request.etag, lock=True)


def _staying(uow: UnitOfWork, property_id: str) -> Property:
    """A property that may be repaired; held until the end, lest it leaves meanwhile."""
    found = uow.get(Property, property_id, "property_id", lock=True)
    if found.use_state in LEAVING:
        raise IllegalState.move(
            "维修该房产", "repair the property", "处置中、已处置或已注销", found.use_state
        )
    return found


def _require_there(uow: UnitOfWork, repair: Repair) -> None:
    """Its property is not gone, and held until the end, lest it goes meanwhile; also where
    another unit than the caller's holds it by now."""
    with uow.unrestricted():
        building = uow.get(Property, repair.property_id, "property_id", lock=True)
    if building.use_state in GONE:
        raise IllegalState.move(
            "维修该房产", "repair the property", "已处置或已注销", building.use_state
        )


def _works(request: Values) -> list[dict[str, Any]]:
    return [{name: each[name] for name in WORK} for each in request.lines]


def _with_lines(reader: Reader, repairs: Any) -> list[dict[str, Any]]:
    """Repairs with their lines, in one more statement however many there are."""
    ids = [each.id for each in repairs]
    lines = reader.rows(
        select(_LINES).where(_LINES.c.repair_id.in_(ids)).order_by(_LINES.c.position)
    )
    found: dict[str, dict[str, Any]] = {each.id: {**each._mapping, "lines": []} for each in repairs}
    for line in lines:
        found[line.repair_id]["lines"].append(line)
    return list(found.values())
