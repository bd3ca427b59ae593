"""Units, people, regions and rights for tests: good ones, with what a test changes."""

from __future__ import annotations

import itertools
from typing import Any

from stdnum.cn import ric

from chassis.testing import Harness
from cli.sample.city import uscc

NOBODY = "0190b6e0-7d5c-7a3e-8f00-0123456789ab"

_numbers = itertools.count(1)


def full_width(text: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) for each in text)


def new_uscc(prefix: str = "11990100") -> str:
    """A unified social credit code of its own, with the right check character."""
    return uscc(prefix, f"{next(_numbers):08}")


def new_id_number(born: str = "19800229") -> str:
    """An id number of its own, with the right check character; no region begins with 99."""
    body = f"990101{born}{next(_numbers) % 1000:03}"
    return body + str(ric.calc_check_digit(f"{body}0"))


def unit_fields(**changes: Any) -> dict[str, Any]:
    """RegisterUnit's fields; a code of its own."""
    return {
        "uscc": new_uscc(),
        "name": "云澜市财政局",
        "kind": "UNIT_KIND_GOVERNMENT_ORGAN",
        "region_code": "990100",
        "valid_from": "2020-01-01",
    } | changes


def person_fields(**changes: Any) -> dict[str, Any]:
    """RegisterPerson's fields but for the unit; an account of its own."""
    return {
        "subject": f"user{next(_numbers)}",
        "name": "林知夏",
        "post": "科员",
        "rank": "RANK_STAFF",
        "valid_from": "2021-07-01",
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


def calendar_fields(**changes: Any) -> dict[str, Any]:
    """PublishCalendarYear's fields, a part of the real table of 2026."""
    return {
        "year": 2026,
        "holidays": ["2026-01-01", "2026-01-02", "2026-01-03", "2026-02-16"],
        "workdays": ["2026-01-04", "2026-02-14"],
        "source": "国办发明电〔2025〕7号",
    } | changes


def register_unit(directory: Harness, **changes: Any) -> Any:
    return directory.call("register_unit", **unit_fields(**changes))


def register_person(directory: Harness, unit: Any = None, **changes: Any) -> Any:
    """A person of `unit`, or of one made for them."""
    unit = unit or register_unit(directory)
    return directory.call("register_person", unit_id=unit.id, **person_fields(**changes))


def define_region(directory: Harness, **changes: Any) -> Any:
    return directory.call("define_region", **region_fields(**changes))


def publish_calendar(directory: Harness, **changes: Any) -> Any:
    return directory.call("publish_calendar_year", **calendar_fields(**changes))


def grant(directory: Harness, subject: str, role: str = "viewer", **changes: Any) -> Any:
    """A role over the whole city from today on."""
    return directory.call(
        "grant_role", **{"subject": subject, "role": role, "region_code": "990100"} | changes
    )


def delegate(directory: Harness, from_subject: str, to_subject: str, **changes: Any) -> Any:
    """All roles, from today to the end of the year."""
    return directory.call(
        "assign_delegation",
        **{"from_subject": from_subject, "to_subject": to_subject, "valid_to": "2026-12-31"}
        | changes,
    )


def merge(directory: Harness, ended: list[Any], into: Any, **changes: Any) -> Any:
    """Merges units from today on."""
    return directory.call("merge_units", **merge_fields(ended, into, **changes))


def merge_fields(ended: list[Any], into: Any, **changes: Any) -> dict[str, Any]:
    return {
        "unit_ids": [each.id for each in ended],
        "into_unit_id": into.id,
        "source": "云编发〔2026〕1号",
    } | changes


def access(directory: Harness, subject: str) -> Any:
    return directory.call("resolve_access", subject=subject)


def roles_of(directory: Harness, subject: str) -> list[tuple[str, str]]:
    """Role, and on whose behalf, of each right of a subject today."""
    return [(each.role, each.on_behalf_of) for each in access(directory, subject).roles]
