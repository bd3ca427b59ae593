"""Figures of law that area standards go by."""

from chassis.norms import Norms

OFFICE_AREA = Norms("housing.office_area", "办公室使用面积标准", "㎡/人")
"""By level of the unit and rank of the person, such as `city/division_head`.

A township has none until its province sets one, which may not exceed that of a deputy head
of a county.
"""
