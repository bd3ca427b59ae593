"""Norms (标准): figures that a law or a bureau sets, as dated data with their source.

A noun says in its `norms` module which kinds it goes by,

    OFFICE_AREA = Norms("housing.office_area", "办公室使用面积标准", "㎡/人")

and asks `OFFICE_AREA.in_force(uow, region_code, day)`. The figures themselves are rows, first
loaded by a migration (`chassis.norms.seed`), then set through the contract `guanjia.norms.v1`.
"""

from chassis.norms.kinds import Figures, Norms

__all__ = ["Figures", "Norms"]
