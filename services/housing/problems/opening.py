"""How other nouns open problems, one or many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chassis.days import day_of
from chassis.storage import UnitOfWork
from housing.problems.model import Problem, ProblemSource, ProblemState
from housing.properties.model import Property

SERIES = "WT"


@dataclass(frozen=True)
class Found:
    """What was found. `holder` says who must mend it: region_code, unit_id, unit_name;
    `property_id` is None unless it is about one property."""

    title: str
    source: ProblemSource
    holder: Mapping[str, str]
    property_id: str | None = None
    detail: str = ""
    found_on: date | None = None
    due_on: date | None = None


def open_problem(
    uow: UnitOfWork,
    *,
    title: str,
    source: ProblemSource,
    property: Property | None = None,
    holder: Mapping[str, str] | None = None,
    detail: str = "",
    due_on: date | None = None,
) -> Problem:
    """A problem found today, to be mended by `holder`; by default the holder of the
    property, or the caller's own unit."""
    if holder is None:
        holder = property.holder() if property is not None else uow.own_unit()
    id = property.id if property is not None else None
    found = Found(title, source, holder, id, detail, due_on=due_on)
    return open_problems(uow, [found])[0]


def open_problems(uow: UnitOfWork, found: Sequence[Found]) -> list[Problem]:
    """The same for many at once, in the order given; they are stored when this returns."""
    if not found:
        return []
    today = day_of(uow.now)
    codes = uow.next_numbers(SERIES, len(found))
    opened = [
        Problem(
            code=code,
            title=each.title[:200],
            detail=each.detail[:2000],
            source=each.source,
            state=ProblemState.OPEN,
            property_id=each.property_id,
            found_on=each.found_on or today,
            due_on=each.due_on,
            opened_by=uow.principal.subject,
            **each.holder,
        )
        for code, each in zip(codes, found, strict=True)
    ]
    uow.add(*opened)
    uow.flush()
    return opened
