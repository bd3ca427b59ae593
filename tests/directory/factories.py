"""Units and regions for tests: good ones, with what a test changes."""

from __future__ import annotations

import itertools
from typing import Any

from chassis.testing import Harness
from cli.sample.city import uscc

_numbers = itertools.count(1)


def new_uscc(prefix: str = "11990100") -> str:
    """A unified social credit code of its own, with the right check character."""
    return uscc(prefix, f"{next(_numbers):08}")


def unit_fields(**changes: Any) -> dict[str, Any]:
    """RegisterUnit's fields; a code of its own."""
    return {
        "uscc": new_uscc(),
        "name": "云澜市财政局",
        "kind": "UNIT_KIND_GOVERNMENT_ORGAN",
        "region_code": "990100",
    } | changes


def region_fields(**changes: Any) -> dict[str, Any]:
    """DefineRegion's fields."""
    return {
        "code": "990101",
        "name": "望川区",
        "level": "REGION_LEVEL_COUNTY",
        "parent_code": "990100",
        "valid_from": "2020-01-01",
    } | changes


def register_unit(directory: Harness, **changes: Any) -> Any:
    return directory.call("register_unit", **unit_fields(**changes))


def define_region(directory: Harness, **changes: Any) -> Any:
    return directory.call("define_region", **region_fields(**changes))
