"""Figures of law that area standards go by."""

from chassis.norms import Norms

OFFICE_AREA = Norms("housing.office_area", "办公室使用面积标准", "㎡/人")
"""By level of the unit and rank of the person, such as `city/division_head`.

A township has none until its province sets one, which may not exceed that of a deputy head
of a county.
"""

USE_COEFFICIENT = Norms("housing.use_coefficient", "使用面积系数下限", "%")
"""Usable area of a whole building, of its floor area: `multi_storey` or `high_rise`."""
