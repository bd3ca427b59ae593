"""Sample data of our own: the fictional city 云澜市 and its property register.

Nothing here was copied from a real register. The region codes begin with 99,
which GB/T 2260 assigns to no province, so they can meet no real region.
"""

from __future__ import annotations

from cli.sample.assets import SampleAsset, write_sample_assets
from cli.sample.city import SampleRegion, SampleUnit, regions, units
from cli.sample.register import HEADINGS
from cli.sample.workbook import write_register

__all__ = [
    "HEADINGS",
    "SampleAsset",
    "SampleRegion",
    "SampleUnit",
    "regions",
    "units",
    "write_register",
    "write_sample_assets",
]
