"""Region codes (GB/T 2260): two digits each for province, city and county."""

from __future__ import annotations


def region_prefix(code: str) -> str:
    """What the codes of a region and of all below it begin with: 990100 → 9901."""
    if len(code) != 6:
        return code
    return code.removesuffix("00").removesuffix("00")
