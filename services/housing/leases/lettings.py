"""What a lease has to do with the property that is let or lent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import lazyload

from chassis.copies import units
from chassis.copies.model import UnitCopy
from chassis.days import day_of
from chassis.errors import IllegalState
from chassis.storage import UnitOfWork
from housing.leases.model import GIVEN, Lease, LeaseDirection, LeaseState
from housing.properties.facts import publish_change
from housing.properties.model import Property, UseState
from housing.rooms.moves import require_unused

NOT_LETTABLE = {
    UseState.DANGEROUS: "危房",
    UseState.UNDER_DISPOSAL: "处置中",
    UseState.DISPOSED: "已处置",
    UseState.RETIRED: "已注销",
}
PLACE = ("address", "region_code", "unit_name", "unit_uscc")
"""What of a lease the property says where the lease does not."""
OF_PROPERTY = ("property_id", "property_code", "property_kind")
ALREADY_LET = (
    "ALREADY_LET",
    "该房产在此租期内已出租或出借",
    "the property is let or lent during that time",
)

_COUNTS = Lease.state != LeaseState.CANCELLED
_USED_AS = {LeaseDirection.OUT: UseState.LET, LeaseDirection.LENT: UseState.LENT}


def require_lettable(building: Property, direction: LeaseDirection | str) -> None:
    if direction in GIVEN and building.use_state in NOT_LETTABLE:
        state = building.use_state
        raise IllegalState.move(
            "出租或出借该房产", "let or lend the property", NOT_LETTABLE[state], state
        )


def place_of(given: Mapping[str, Any], building: Property | None) -> dict[str, Any]:
    """Where a lease lies and whose it is: as given, and of the property what is not."""
    place: dict[str, Any] = {name: given[name] for name in PLACE}
    if building is None:
        return place
    for name in ("address", "region_code"):
        place[name] = place[name] or getattr(building, name)
    if not place["unit_name"] and not place["unit_uscc"]:
        for name in ("unit_id", "unit_name", "unit_uscc"):
            place[name] = getattr(building, name)
    return place | of_property(building)


def of_property(building: Property) -> dict[str, Any]:
    """What a lease keeps of its property; none of it ever changes."""
    return dict(zip(OF_PROPERTY, (building.id, building.code, building.kind), strict=True))


def unit_of(uow: UnitOfWork, place: Mapping[str, Any]) -> UnitCopy | None:
    """Our side, as the directory knows it."""
    code, name = place["unit_uscc"], place["unit_name"]
    found = units.by_uscc(uow, [code]) if code else units.by_name(uow, [name] if name else [])
    return found.get(code or name)


def belonging(place: Mapping[str, Any], unit: UnitCopy | None) -> dict[str, Any]:
    """The place, of the unit as the directory knows it; by its own words where it does not."""
    if unit is None:
        return dict(place)
    return {**place, "unit_id": unit.id, "unit_name": unit.name, "unit_uscc": unit.uscc}


def require_free(uow: UnitOfWork, building: Property, agreed: Mapping[str, Any]) -> None:
    """Nobody else has the whole of it meanwhile, nor a part where all of it is given."""
    if agreed["direction"] not in GIVEN:
        return
    others = [] if agreed["whole_property"] else [Lease.whole_property == true()]
    found = uow.taken(
        Lease.property_id,
        [building.id],
        Lease.direction.in_(GIVEN),
        Lease.start_on <= agreed["end_on"],
        Lease.last_day >= agreed["start_on"],
        _COUNTS,
        *others,
    )
    if found:
        raise IllegalState(*ALREADY_LET)
    if agreed["whole_property"] and agreed["end_on"] >= day_of(uow.now):
        require_unused(uow, building.id)


def given_from(uow: UnitOfWork, property_ids: Sequence[str], day: date, *which: Any) -> set[str]:
    """Those of the properties that others have, in whole or in part, on `day` or later: by
    whosever leases, also by those that have not begun. `which` says of which leases only."""
    return uow.taken(
        Lease.property_id,
        property_ids,
        Lease.direction.in_(GIVEN),
        Lease.last_day >= day,
        _COUNTS,
        *which,
    )


def given_as_a_whole(uow: UnitOfWork, property_ids: Iterable[str]) -> Sequence[Lease]:
    """Every lease, of whomever, that gives one of the properties away as a whole."""
    statement = select(Lease).where(
        Lease.property_id.in_(set(property_ids)),
        Lease.direction.in_(GIVEN),
        Lease.whole_property == true(),
        _COUNTS,
    )
    with uow.unrestricted():
        found: Sequence[Lease] = uow.all(statement.options(lazyload("*")))
    return found


def occupy(uow: UnitOfWork, lease: Lease, building: Property) -> None:
    """A property that is let or lent as a whole is in use as such from the signature on."""
    if not lease.whole_property or lease.direction not in GIVEN:
        return
    if lease.end_on >= day_of(uow.now):
        _use_as(uow, building, _USED_AS[lease.direction])


def vacate(uow: UnitOfWork, lease: Lease) -> None:
    """It stands idle, unless another lease gives it away or it is used otherwise by now."""
    if not lease.whole_property or not lease.property_id or lease.direction not in GIVEN:
        return
    with uow.unrestricted():
        if _is_given_by_another(uow, lease, day_of(uow.now)):
            return
        building = uow.get(Property, lease.property_id, "property_id", lock=True)
        if building.use_state is _USED_AS[lease.direction]:
            _use_as(uow, building, UseState.IDLE)


def _use_as(uow: UnitOfWork, building: Property, state: UseState) -> None:
    if building.revise(use_state=state):
        publish_change(uow, building)


def _is_given_by_another(uow: UnitOfWork, lease: Lease, day: date) -> bool:
    others = (Lease.id != lease.id, Lease.whole_property == true())
    return bool(given_from(uow, [lease.property_id or ""], day, *others))
