"""The norms depreciation goes by."""

from __future__ import annotations

from chassis.norms import Norms

LIFE = Norms("warehouse.life_months", "折旧年限", "个月")
"""By class: the longest key with which the code of a class begins counts; 0 for what is not
depreciated."""

LAG = Norms("warehouse.depreciation_lag", "折旧起算", "个月")
"""1: the first month is the one after that of acquisition; 0: that of acquisition itself."""
