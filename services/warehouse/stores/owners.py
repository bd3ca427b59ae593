"""Whose a document is, and who owns what it moves on the day it moves."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import select

from chassis.copies.model import UnitCopy
from chassis.copies.units import present
from chassis.days import day_of
from chassis.errors import IllegalState
from chassis.storage import UnitOfWork
from warehouse.stores.model import Owner, owned_by


def callers_unit(uow: UnitOfWork) -> dict[str, str]:
    """The unit for which the caller writes a document, as the document says it.

    Raises IllegalState NO_UNIT for a caller of no unit.
    """
    unit = uow.own_unit()
    if not unit["unit_id"]:
        raise IllegalState(
            "NO_UNIT", "您没有所属单位，不能办理该业务", "you are of no unit for which to do this"
        )
    return unit


def present_id(uow: UnitOfWork, unit_id: str) -> str:
    """The id of a unit, or of the one that took over from it."""
    known = uow.find(select(UnitCopy).where(UnitCopy.id == unit_id)) if unit_id else None
    return unit_id if known is None else present(uow, known).id


class OfUnit(Protocol):
    """A document, which keeps the name its unit had then."""

    region_code: str
    unit_id: str
    unit_name: str


def owner_now(uow: UnitOfWork, document: OfUnit) -> Owner:
    """The unit of a document, or the one that took over from it; held until the end, lest it
    is merged meanwhile. One the directory does not know stands as the document says.

    Raises IllegalState NO_UNIT where the document is no unit's, UNIT_ENDED where it ended and
    nobody took over.
    """
    if not document.unit_id:
        raise IllegalState(
            "NO_UNIT", "单据没有所属单位，资产无从归属", "the document is of no unit"
        )
    asking = select(UnitCopy).where(UnitCopy.id == document.unit_id)
    known = uow.find(asking.with_for_update())
    if known is None:
        return Owner(
            unit_id=document.unit_id,
            owner_name=document.unit_name,
            owner_uscc="",
            region_code=document.region_code,
        )
    unit = present(uow, known)
    if unit.valid_to and unit.valid_to < day_of(uow.now).isoformat():
        raise IllegalState(
            "UNIT_ENDED", f"{unit.name}已撤销，无承接单位", "the unit ended and nobody took over"
        )
    return owned_by(unit)
