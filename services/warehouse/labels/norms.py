"""The norms labels go by."""

from __future__ import annotations

from chassis.norms import Norms

MUST_TAG = Norms("warehouse.must_tag", "应贴标签的资产分类", "1 为应贴，0 为免贴")
"""By the beginning of a class code; of several that fit the longest decides."""
