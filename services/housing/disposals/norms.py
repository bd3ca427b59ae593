"""Figures of law that disposals go by."""

from chassis.norms import Norms

LEAST_SHARE = Norms("housing.disposal_least_share", "处置收入占评估价值的下限", "%")
"""A city may stop sales far below the appraisal; there is no such figure for the country."""
