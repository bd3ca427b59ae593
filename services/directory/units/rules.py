"""What follows from where units stand in the tree, and from what became of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence


def level_of(region_code: str) -> str:
    """The level of a unit of that region, unless it says otherwise (GB/T 2260)."""
    if len(region_code) > 6:
        return "township"
    if region_code.endswith("0000"):
        return "province"
    return "city" if region_code.endswith("00") else "county"


def covered(
    unit_ids: Iterable[str], units: Iterable[tuple[str, str | None, Sequence[str]]]
) -> list[str]:
    """These units, all below them, and all that were merged into any of these, in order.

    `units` is every unit: its id, its parent's id and its successors' ids.
    """
    below = defaultdict(list)
    for id, parent_id, successor_ids in units:
        for over in filter(None, (parent_id, *successor_ids)):
            below[over].append(id)
    found: set[str] = set()
    ahead = list(unit_ids)
    while ahead:
        id = ahead.pop()
        if id not in found:
            found.add(id)
            ahead += below[id]
    return sorted(found)
