"""What may be done with plans for idle properties."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from chassis.approvals.consent import ask, consent, turn_down, withdraw
from chassis.approvals.model import Approval, ApprovalState
from chassis.days import day_of
from chassis.enums import label_of_word
from chassis.errors import AlreadyExists, IllegalState
from chassis.spans import not_ahead
from chassis.storage import Reader, UnitOfWork
from chassis.usecases import Step, command, query
from chassis.wire import Values
from guanjia.housing.v1 import properties_pb2
from housing.properties.facts import publish_change
from housing.properties.model import GONE, Property, UseState
from housing.revitalisation import report, rules
from housing.revitalisation.model import RUNNING, Revitalisation, RevitalisationState
from housing.revitalisation.queries import (
    ACTIONS,
    PLANS,
    done_in,
    first_done,
    idle_now,
    of_region,
    with_actions_in,
)
from housing.revitalisation.schemas import (
    AbandonSchema,
    ActionSchema,
    CreateRevitalisationSchema,
    ListRevitalisationsSchema,
    ReportRevitalisationSchema,
    UpdateRevitalisationSchema,
)

KIND = "housing.revitalisation"
_AMOUNTS = ("gross_fen", "tax_fen", "cost_fen")


@command(CreateRevitalisationSchema())
def create_revitalisation(uow: UnitOfWork, request: Values) -> Revitalisation:
    building = _building(uow, request.property_id)
    _require_use(building, UseState.IDLE)
    running = Revitalisation.state.in_(RUNNING)
    if uow.taken(Revitalisation.property_id, [building.id], running):
        raise AlreadyExists.key(
            "property_id", "PLAN_RUNNING", "该房产已有进行中的盘活方案", "a plan is running for it"
        )
    created = Revitalisation(
        code=uow.next_numbers("PH")[0],
        state=RevitalisationState.DRAFT,
        requested_by=uow.principal.subject,
        **request.present("property_id", "way", "target_on", "reason"),
        **building.holder(),
    )
    uow.add(created)
    return created


@command(UpdateRevitalisationSchema())
def update_revitalisation(uow: UnitOfWork, request: Values) -> Revitalisation:
    found = _get(uow, request)
    found.correct(uow.principal.subject, request.way, request.target_on, request.reason)
    return found


@command()
def submit_revitalisation(uow: UnitOfWork, request: Values) -> Revitalisation:
    found = _get(uow, request)
    found.submit()
    building = _building(uow, found.property_id)
    _require_use(building, UseState.IDLE)
    found.belong_to(**building.holder())
    asked = ask(uow, KIND, found, title=found.reason, amount_fen=building.book_value_fen)
    found.approval_id = asked.id
    return found


@consent(KIND, "闲置房产盘活", default=(Step("bureau_head"),))
def on_revitalisation_decided(uow: UnitOfWork, approval: Approval) -> None:
    found = uow.get(Revitalisation, approval.document_id, "document_id", lock=True)
    if approval.state is ApprovalState.APPROVED:
        _require_as_asked(uow, found, approval)
        by, note = approval.last_word()
        found.approve(by, uow.now, note)
    else:
        turn_down(uow, approval, found)


@command(ActionSchema())
def record_revitalisation_action(uow: UnitOfWork, request: Values) -> Revitalisation:
    found = _get(uow, request)
    day = not_ahead(request.get("done_on"), uow.now, "done_on")
    amounts = request.present(*_AMOUNTS)
    found.record(uow.principal.subject, day, request.way, request.note, **amounts)
    with uow.unrestricted():  # another unit may hold it by now
        building = _building(uow, found.property_id)
    _require_use(building, *(each for each in UseState if each not in GONE))
    return found


@command()
def finish_revitalisation(uow: UnitOfWork, request: Values) -> Revitalisation:
    """A property that somebody put to its new use by hand already stays as it is."""
    found = _get(uow, request)
    used_as = found.finish(day_of(uow.now))
    if used_as is not None:
        building = _building(uow, found.property_id)
        _require_use(building, UseState.IDLE, used_as)
        if building.revise(use_state=used_as):
            publish_change(uow, building)
    return found


@command(AbandonSchema())
def abandon_revitalisation(uow: UnitOfWork, request: Values) -> Revitalisation:
    id = request.revitalisation_id
    found = withdraw(uow, Revitalisation, id, "revitalisation_id", request.etag)
    found.abandon(day_of(uow.now), request.reason)
    return found


_BY_ID = select(PLANS).where(PLANS.c.id == bindparam("revitalisation_id"))


@query()
def get_revitalisation(reader: Reader, request: Values) -> Any:
    parameters = {"revitalisation_id": request.revitalisation_id}
    return _with_actions(reader, [reader.row(_BY_ID, parameters, "revitalisation_id")])[0]


@query(ListRevitalisationsSchema())
def list_revitalisations(reader: Reader, request: Values) -> dict[str, Any]:
    statement = of_region(select(PLANS), request.region_code)
    for name in ("state", "way", "property_id", "unit_id"):
        if request[name]:
            statement = statement.where(PLANS.c[name] == request[name])
    if request.year:
        statement = statement.where(PLANS.c.id.in_(with_actions_in(request.year)))
    if request.first_way:
        first = first_done(request.year, request.first_way)
        statement = statement.where(PLANS.c.property_id.in_(first))
    rows, token = reader.page(statement, [PLANS.c.code], request)
    return {"revitalisations": _with_actions(reader, rows), "next_page_token": token}


@query(ReportRevitalisationSchema())
def report_revitalisation(reader: Reader, request: Values) -> dict[str, Any]:
    today = day_of(reader.now)
    year, region_code = request.year or today.year, request.region_code
    done, no_longer_idle = done_in(reader, year, region_code)
    idle_base = idle_now(reader, region_code) + no_longer_idle
    return report.told(today, rules.sums_by_first_way(done), idle_base, year, region_code)


def _get(uow: UnitOfWork, request: Values) -> Revitalisation:
    id = request.revitalisation_id
    return uow.get(Revitalisation, id, "revitalisation_id", request.etag, lock=True)


def _building(uow: UnitOfWork, property_id: str) -> Property:
    """Held until the end, lest it is disposed of or used otherwise meanwhile."""
    return uow.get(Property, property_id, "property_id", lock=True)


def _require_use(building: Property, *states: UseState) -> None:
    if building.use_state not in states:
        told = label_of_word(properties_pb2.UseState.DESCRIPTOR, building.use_state)
        raise IllegalState.move("盘活该房产", "revitalise the property", told, building.use_state)


def _require_as_asked(uow: UnitOfWork, found: Revitalisation, approval: Approval) -> None:
    """What was consented to is what is revitalised: still idle, the same holder and worth."""
    building = _building(uow, found.property_id)
    _require_use(building, UseState.IDLE)
    same = (building.unit_id, building.book_value_fen) == (found.unit_id, approval.amount_fen)
    if not same:
        raise IllegalState(
            "CHANGED_SINCE_ASKED",
            "房产的使用单位或价值在提请后已变更，请退回后重新提请",
            "the property's unit or value changed since consent was asked for; return it",
        )


def _with_actions(reader: Reader, plans: Any) -> list[dict[str, Any]]:
    """Plans with their actions, in one more statement however many there are."""
    ids = [each.id for each in plans]
    actions = reader.rows(
        select(ACTIONS).where(ACTIONS.c.revitalisation_id.in_(ids)).order_by(ACTIONS.c.position)
    )
    found: dict[str, dict[str, Any]] = {each.id: {**each._mapping, "actions": []} for each in plans}
    for action in actions:
        found[action.revitalisation_id]["actions"].append(action)
    return list(found.values())
