"""Warranties (保修): when they begin, and what they keep from being repaired again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any

from sqlalchemy import select

from chassis.days import months_after
from chassis.enums import label_of_word
from chassis.errors import IllegalState, InvalidInput
from chassis.norms.kinds import Figures
from chassis.storage import UnitOfWork
from guanjia.housing.v1 import repairs_pb2 as pb
from housing.properties.lineage import PropertyLineage
from housing.properties.model import Property
from housing.repairs import rules
from housing.repairs.model import Repair, RepairLine
from housing.repairs.norms import WARRANTY


def refuse_under_warranty(uow: UnitOfWork, repair: Repair, day: date) -> None:
    """IllegalState UNDER_WARRANTY where a component of `repair` is, on that day, by another
    repair of the property, also one of the unit that held it before, or of a property it came
    from. The property is held until the end, lest a repair of it is accepted meanwhile."""
    components = {line.component for line in repair.lines}
    with uow.unrestricted():
        _hold(uow, repair)
        statement = (
            select(Repair)
            .join(Repair.lines)
            .where(
                Repair.property_id.in_(_with_ancestors(uow, repair.property_id)),
                Repair.id != repair.id,
                RepairLine.component.in_(components),
                RepairLine.warranty_until >= day,
            )
            .order_by(RepairLine.warranty_until.desc(), Repair.code)
            .limit(1)
        )
        earlier = uow.find(statement)
    if earlier is not None:
        raise _under_warranty(earlier, components, day)


def begin_warranties(
    uow: UnitOfWork, repair: Repair, day: date, agreed: Sequence[Mapping[str, Any]]
) -> None:
    """Each line is under warranty from acceptance on: for the months agreed upon (`line_id`,
    `warranty_months`), else for those of the norm in force that day."""
    with uow.unrestricted():
        _hold(uow, repair)
    norms = WARRANTY.in_force(uow, repair.region_code, day)
    months = {}
    for number, each in enumerate(agreed):
        line = repair.line(each["line_id"], f"warranties.{number}.line_id")
        least = _least(norms, line)
        if least is not None and each["warranty_months"] < least:
            raise InvalidInput.field(
                f"warranties.{number}.warranty_months",
                "BELOW_NORM",
                f"不得少于最低保修期限 {least} 个月",
                f"less than the norm of {least} months",
            )
        months[line.id] = each["warranty_months"]
    for line in repair.lines:
        term = months[line.id] if line.id in months else _least(norms, line)
        if term is None:
            raise _no_term(line)
        line.warranty_until = warranty_until(day, term)


def warranty_until(accepted_on: date, months: int) -> date | None:
    """The last day of a warranty, inclusive; None for no months."""
    return months_after(accepted_on, months) if months else None


def _hold(uow: UnitOfWork, repair: Repair) -> None:
    uow.get(Property, repair.property_id, "property_id", lock=True)


def _with_ancestors(uow: UnitOfWork, property_id: str) -> set[str]:
    """Ids of the property and of all it came from by splits and mergers."""
    found, youngest = {property_id}, {property_id}
    while youngest:
        before = select(PropertyLineage.from_id).where(PropertyLineage.to_id.in_(youngest))
        youngest = set(uow.all(before)) - found
        found |= youngest
    return found


def _least(norms: Figures, line: RepairLine) -> int | None:
    """Months; a norm of half a month counts as a whole one."""
    norm = norms.get(line.component)
    if norm is None:
        return None
    if norm > Decimal(rules.MAX_MONTHS):
        raise IllegalState(
            "NORM_OUT_OF_RANGE",
            f"标准“{WARRANTY.label}”超过 {rules.MAX_MONTHS} 个月，无法采用",
            f"the norm {WARRANTY.kind} is more than {rules.MAX_MONTHS} months",
        )
    return ceil(norm)


def _no_term(line: RepairLine) -> InvalidInput:
    return InvalidInput.field(
        "warranties",
        "REQUIRED",
        f"“{_name(line)}”没有施行中的最低保修期限，须填写保修月数",
        f"no norm is in force for {line.component}; say how many months",
    )


def _under_warranty(earlier: Repair, components: set[Any], day: date) -> IllegalState:
    line = max(
        (
            each
            for each in earlier.lines
            if each.component in components and rules.is_under_warranty(each.warranty_until, day)
        ),
        key=lambda each: each.warranty_until or day,
    )
    return IllegalState(
        "UNDER_WARRANTY",
        f"“{_name(line)}”仍在保修期内（维修单 {earlier.code}，至 {line.warranty_until}）",
        f"{line.component} is under warranty by {earlier.code} until {line.warranty_until}",
        metadata={"code": earlier.code, "warranty_until": str(line.warranty_until)},
    )


def _name(line: RepairLine) -> str:
    return label_of_word(pb.RepairComponent.DESCRIPTOR, line.component)
