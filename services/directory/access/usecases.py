"""Who a subject is and what they may do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from chassis.days import day_of
from chassis.errors import InvalidInput
from chassis.storage import Reader
from chassis.usecases import query
from chassis.wire import Values
from directory.access.queries import ALL_UNITS, granted_to, lent_to, people_with, roles_with
from directory.units.rules import covered

_KNOWN = ("name", "unit_id", "unit_name", "region_code")


@query()
def resolve_access(reader: Reader, request: Values) -> dict[str, Any]:
    """As of today. A person who left has no rights; an account that never was a person's, a
    system's, has what was granted to it."""
    subject, day = request.subject, day_of(reader.now)
    if not subject:
        raise InvalidInput.field("subject", "REQUIRED", "必填", "required")
    lent = reader.rows(lent_to(subject, day))
    people = reader.rows(people_with({subject, *(each.from_subject for each in lent)}))
    present = {each.subject: each for each in people if _is_present(each, day)}
    person = present.get(subject)
    known = {"subject": subject, **{name: getattr(person, name, "") for name in _KNOWN}}
    if person is None:
        lent = []
        if any(each.subject == subject for each in people):
            return {**known, "roles": []}
    borrowed = {(each.from_subject, each.role) for each in lent if each.from_subject in present}
    grants = reader.rows(granted_to({subject, *(owner for owner, _ in borrowed)}, day))
    usable = [each for each in grants if _is_usable(each, subject, borrowed)]
    usable.sort(key=lambda each: each.subject != subject)
    return {**known, "roles": list(_held(reader, subject, usable, day))}


def _is_present(person: Any, day: date) -> bool:
    return bool(person.valid_from <= day and (person.valid_to is None or person.valid_to >= day))


def _is_usable(grant: Any, subject: str, borrowed: set[tuple[str, str]]) -> bool:
    if grant.subject == subject:
        return True
    return (grant.subject, "") in borrowed or (grant.subject, grant.role) in borrowed


def _held(
    reader: Reader, subject: str, grants: Sequence[Any], day: date
) -> Iterator[dict[str, Any]]:
    roles = reader.rows(roles_with({each.role for each in grants}, day))
    permissions = {each.code: each.permissions for each in roles}
    with_units = any(each.unit_id for each in grants)
    units = [tuple(unit) for unit in reader.rows(ALL_UNITS)] if with_units else []
    for each in grants:
        if each.role in permissions:
            yield {
                "role": each.role,
                "permissions": permissions[each.role],
                "region_code": each.region_code,
                "unit_ids": covered([each.unit_id], units) if each.unit_id else [],
                "on_behalf_of": "" if each.subject == subject else each.subject,
            }
