"""How problems are opened, one or many at once, by every noun that finds some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chassis.days import day_of
from chassis.storage import UnitOfWork
from housing.problems.model import Problem, ProblemSource, ProblemState

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


def open_problems(uow: UnitOfWork, found: Sequence[Found]) -> list[Problem]:
    """In the order given; they are stored when this returns."""
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
