"""What may be done about the title of a property."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import Any

from sqlalchemy import Select, func, literal_column, select

from chassis.approvals.consent import ask, consent
from chassis.approvals.model import Approval, ApprovalState
from chassis.copies.model import RegionCopy
from chassis.days import day_of
from chassis.errors import AlreadyExists, InvalidInput
from chassis.regions import region_prefix
from chassis.spans import not_ahead
from chassis.storage import Reader, UnitOfWork, within
from chassis.storage.unit_of_work import require_seen
from chassis.usecases import Step, command, query
from chassis.wire import Values
from housing.properties.model import GONE, Property, TitleState
from housing.titles import reading, report, rules
from housing.titles.model import Certificate, Mover, Proposal, Title
from housing.titles.norms import TARGET
from housing.titles.schemas import (
    BeginTitleSchema,
    ListTitlesSchema,
    ObstacleSchema,
    ReasonSchema,
    RecordTitleSchema,
    ReportTitlesSchema,
)

KIND = "housing.title_exemption"
_PROPERTIES = Property.__table__
_REGIONS = RegionCopy.__table__


@command(BeginTitleSchema())
def begin_title(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    building, case = _case(uow, request)
    _require_not_past(uow, request.expected_on)
    handler = request.handler or uow.principal.subject
    case.begin(building, _mover(uow), handler, request.expected_on)
    return _told(uow, case, building)


@command(RecordTitleSchema())
def record_title(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    building, case = _case(uow, request)
    registered_on = not_ahead(request.registered_on, uow.now, "registered_on")
    _require_in_region(request.unit_number, building)
    _require_free(uow, case, request)
    certificate = Certificate(
        request.certificate_number,
        request.unit_number,
        request.holder_name,
        registered_on,
        request.certificate_area_m2,
    )
    case.record(building, _mover(uow), certificate)
    return _told(uow, case, building)


@command(ObstacleSchema())
def report_title_obstacle(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    building, case = _case(uow, request)
    _require_not_past(uow, request.expected_on)
    case.meet_obstacle(building, _mover(uow), request.obstacle, request.expected_on)
    return _told(uow, case, building)


@command(ReasonSchema())
def propose_title_exemption(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    building, case = _case(uow, request)
    case.require_proposable(building)
    proposal = Proposal(
        id=case.id,
        code=building.code,
        proposed_by=uow.principal.subject,
        **building.holder(),
    )
    asked = ask(uow, KIND, proposal, title=request.reason, amount_fen=building.book_value_fen)
    case.propose_exemption(building, request.reason, asked.id)
    return _told(uow, case, building)


@consent(KIND, "不动产不予登记认定", default=(Step("bureau_head"),))
def on_title_exemption_decided(uow: UnitOfWork, approval: Approval) -> None:
    case = uow.get(Title, approval.document_id, "document_id")
    building = uow.get(Property, case.property_id, "property_id", lock=True)
    by, _ = approval.last_word()
    if approval.state is ApprovalState.APPROVED:
        case.exempt(building, Mover(by, day_of(uow.now)))
    else:
        case.drop_exemption()


@command(ReasonSchema())
def revive_title(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    building, case = _case(uow, request)
    case.revive(building, _mover(uow), request.reason)
    return _told(uow, case, building)


@query()
def get_title(reader: Reader, request: Values) -> dict[str, Any]:
    return reading.one(reader, request.property_id)


@query(ListTitlesSchema())
def list_titles(reader: Reader, request: Values) -> dict[str, Any]:
    statement = within(
        _standing(select(_PROPERTIES)), _PROPERTIES.c.region_code, request.region_code
    )
    if request.state:
        statement = statement.where(_PROPERTIES.c.title_state == request.state)
    if request.obstacle_only:
        statement = statement.where(_PROPERTIES.c.title_state == TitleState.OBSTACLE)
    if request.unit_id:
        statement = statement.where(_PROPERTIES.c.unit_id == request.unit_id)
    rows, token = reader.page(statement, [_PROPERTIES.c.code], request)
    return {"titles": reading.listed(reader, rows), "next_page_token": token}


@query(ReportTitlesSchema())
def report_titles(reader: Reader, request: Values) -> dict[str, Any]:
    today, asked = day_of(reader.now), request.region_code
    counties = _counts(reader, asked)
    named = reader.rows(select(_REGIONS).where(_REGIONS.c.id.in_(counties)))
    names = {each.id: each.name for each in named}

    def area(code: str, counts: Counter[TitleState]) -> report.Area:
        at = code or reader.context.region_code
        return report.Area(code, names.get(code, ""), counts, _target(reader, at, today))

    whole = area(asked, sum(counties.values(), Counter()))
    return report.told(today, [area(code, each) for code, each in counties.items()], whole)


def _case(uow: UnitOfWork, request: Values) -> tuple[Property, Title]:
    """The property, locked, and its case; a new one where it has none."""
    building = uow.get(Property, request.property_id, "property_id", lock=True)
    case = uow.find(select(Title).where(Title.property_id == building.id))
    if case is None:
        case = Title.of(building)
        uow.add(case)
    require_seen(case, request.etag)
    return building, case


def _told(uow: UnitOfWork, case: Title, building: Property) -> dict[str, Any]:
    uow.flush()
    return reading.of_case(case, building)


def _mover(uow: UnitOfWork) -> Mover:
    return Mover(uow.principal.subject, day_of(uow.now))


def _require_not_past(uow: UnitOfWork, expected_on: date | None) -> None:
    if expected_on is not None and expected_on < day_of(uow.now):
        raise InvalidInput.field("expected_on", "IN_PAST", "不得早于今日", "not earlier than today")


def _require_in_region(number: str, building: Property) -> None:
    segments = rules.unit_number(number)
    if segments is None or not segments.lies_in(region_prefix(building.region_code)):
        raise InvalidInput.field(
            "unit_number",
            "OTHER_REGION",
            "不动产单元号的前六位与房产所在行政区划不符",
            "its first six digits are not of the region of the property",
        )


def _require_free(uow: UnitOfWork, case: Title, request: Values) -> None:
    """A certificate, and a unit number, stand for one property."""
    others = Title.id != case.id
    if uow.taken(Title.certificate_number, [request.certificate_number], others):
        raise AlreadyExists.key(
            "certificate_number",
            "CERTIFICATE_TAKEN",
            "该权证号已登记在另一处房产",
            "this certificate stands for another property",
        )
    if uow.taken(Title.unit_number, [request.unit_number], others):
        raise AlreadyExists.key(
            "unit_number",
            "UNIT_NUMBER_TAKEN",
            "该不动产单元号已登记在另一处房产",
            "this unit number stands for another property",
        )


def _counts(reader: Reader, region_code: str) -> dict[str, Counter[TitleState]]:
    """County → how many standing properties of each title state, in order of the codes."""
    county = func.substr(_PROPERTIES.c.region_code, literal_column("1"), literal_column("6"))
    columns = (county.label("county"), _PROPERTIES.c.title_state)
    statement = _standing(select(*columns, func.count().label("number")))
    grouped = statement.group_by(county, _PROPERTIES.c.title_state).order_by(county)
    found: dict[str, Counter[TitleState]] = defaultdict(Counter)
    for each in reader.rows(within(grouped, _PROPERTIES.c.region_code, region_code)):
        found[each.county][each.title_state] = each.number
    return dict(found)


def _target(reader: Reader, region_code: str, day: date) -> Any:
    return TARGET.in_force(reader, region_code, day).get()


def _standing(statement: Select[Any]) -> Select[Any]:
    return statement.where(_PROPERTIES.c.use_state.not_in(GONE))
