"""What may be done with allocations."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from chassis.approvals.consent import consent, withdraw
from chassis.approvals.model import Approval
from chassis.days import day_of
from chassis.spans import not_ahead
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import Step, command, query
from chassis.wire import Values
from housing.allocations import finding, flow, report
from housing.allocations.listing import filtered
from housing.allocations.model import Allocation, AllocationRoom, AllocationState
from housing.allocations.schemas import (
    EndAllocationSchema,
    FindRoomsSchema,
    ListAllocationsSchema,
    ReportRentSavedSchema,
    RequestAllocationSchema,
    UpdateAllocationSchema,
)

_ALLOCATIONS = Allocation.__table__
_ROOMS = AllocationRoom.__table__
_BY_ID = select(_ALLOCATIONS).where(_ALLOCATIONS.c.id == bindparam("allocation_id"))


@query(FindRoomsSchema())
def find_rooms(reader: Reader, request: Values) -> dict[str, Any]:
    """Tells of rooms that belong to nobody by code, whoever asks."""
    return finding.found(reader, request)


@command(RequestAllocationSchema())
def request_allocation(uow: UnitOfWork, request: Values) -> Allocation:
    created = Allocation(
        code=uow.next_numbers("DP")[0],
        state=AllocationState.SUBMITTED,
        requested_by=uow.principal.subject,
        **flow.asker(uow, request.get("unit_id") or ""),
        **flow.asked(uow, request),
    )
    uow.add(created)
    flow.place(uow, created)
    return created


@command(UpdateAllocationSchema())
def update_allocation(uow: UnitOfWork, request: Values) -> Allocation:
    found = _get(uow, request)
    found.correct(uow.principal.subject, flow.asked(uow, request))
    return found


@command()
def submit_allocation(uow: UnitOfWork, request: Values) -> Allocation:
    found = _get(uow, request)
    found.submit()
    flow.place(uow, found)
    return found


@consent(flow.KIND, "用房调配", default=(Step("bureau_head"),))
def on_allocation_decided(uow: UnitOfWork, approval: Approval) -> None:
    flow.decided(uow, approval)


@consent(
    flow.OVERRIDE,
    "有存量房源仍租用或建设",
    default=(Step("bureau_head", turn=1), Step("finance_approver", turn=2)),
)
def on_allocation_override_decided(uow: UnitOfWork, approval: Approval) -> None:
    flow.decided(uow, approval)


@command()
def withdraw_allocation(uow: UnitOfWork, request: Values) -> Allocation:
    found = withdraw(uow, Allocation, request.allocation_id, "allocation_id", request.etag)
    found.withdraw(day_of(uow.now))
    flow.release(uow, found)
    return found


@command(EndAllocationSchema())
def end_allocation(uow: UnitOfWork, request: Values) -> Allocation:
    found = _get(uow, request)
    last = not_ahead(request.get("to_on"), uow.now, "to_on")
    found.end(last)
    flow.give_back_rooms(uow, found, last)
    return found


@query()
def get_allocation(reader: Reader, request: Values) -> dict[str, Any]:
    row = reader.row(_BY_ID, {"allocation_id": request.allocation_id}, "allocation_id")
    return _with_rooms(reader, [row])[0]


@query(ListAllocationsSchema())
def list_allocations(reader: Reader, request: Values) -> dict[str, Any]:
    rows, token = reader.page(filtered(request), [_ALLOCATIONS.c.code], request)
    return {"allocations": _with_rooms(reader, rows), "next_page_token": token}


@query(ReportRentSavedSchema())
def report_rent_saved(reader: Reader, request: Values) -> dict[str, Any]:
    return report.told(reader, request.year, request.region_code)


def _get(uow: UnitOfWork, request: Values) -> Allocation:
    return uow.get(Allocation, request.allocation_id, "allocation_id", request.etag, lock=True)


def _with_rooms(reader: Reader, allocations: Any) -> list[dict[str, Any]]:
    """Allocations with their rooms, in one more statement however many there are."""
    ids = [each.id for each in allocations]
    rooms = reader.rows(
        select(_ROOMS).where(_ROOMS.c.allocation_id.in_(ids)).order_by(_ROOMS.c.position)
    )
    found: dict[str, dict[str, Any]] = {
        each.id: {**each._mapping, "rooms": []} for each in allocations
    }
    for room in rooms:
        found[room.allocation_id]["rooms"].append(room)
    return list(found.values())
