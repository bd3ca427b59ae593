"""What may be done with the master data as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from chassis.storage import UnitOfWork
from chassis.usecases import command
from chassis.wire import Values
from directory.calendar.facts import publish_year
from directory.calendar.model import CalendarYear
from directory.master.schemas import RepublishMasterDataSchema
from directory.people.facts import publish_person
from directory.people.model import Person
from directory.regions.facts import publish_region
from directory.regions.model import Region
from directory.units.facts import publish_unit
from directory.units.model import Unit

FACTS_A_CALL = 500

_PARTS: tuple[tuple[Any, Callable[[UnitOfWork, Any], None]], ...] = (
    (Region, publish_region),
    (Unit, publish_unit),
    (Person, publish_person),
    (CalendarYear, publish_year),
)
"""What is published, in this order, and how."""


@command(RepublishMasterDataSchema())
def republish_master_data(uow: UnitOfWork, request: Values) -> dict[str, Any]:
    """Everything as it is now, what has ended included; units as changed ones."""
    part, _, after = (request.cursor or "0:").partition(":")
    number = int(part)
    published = 0
    while number < len(_PARTS) and published < FACTS_A_CALL:
        kind, publish = _PARTS[number]
        wanted = select(kind).where(kind.id > after).order_by(kind.id)
        found = uow.all(wanted.limit(FACTS_A_CALL - published))
        for each in found:
            publish(uow, each)
        published += len(found)
        if published < FACTS_A_CALL:
            number, after = number + 1, ""
        else:
            after = found[-1].id
    going_on = number < len(_PARTS)
    return {"published": published, "next_cursor": f"{number}:{after}" if going_on else ""}
