"""Figures of law that properties go by."""

from chassis.norms import Norms

USE_COEFFICIENT = Norms("housing.use_coefficient", "使用面积系数下限", "%")
"""Usable area of a whole building, of its floor area: `multi_storey` or `high_rise`."""

HIGH_RISE = Norms("housing.high_rise_floors", "高层起算层数", "层")
"""Storeys from which on a building counts as high-rise where its height is not known."""
