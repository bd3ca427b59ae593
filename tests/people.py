"""Principals for tests: who they are, what they may be, and what they may touch."""

from __future__ import annotations

from chassis.principal import HeldRole, Principal, Realm

CITY = Realm("9901")


def person(
    subject: str,
    *roles: str,
    realm: Realm = CITY,
    on_behalf_of: str = "",
    unit_id: str = "",
    region_code: str = "990100",
) -> Principal:
    """Somebody who holds `roles` over `realm`, in another's place if `on_behalf_of`."""
    return Principal(
        subject,
        name=f"{subject}的姓名",
        unit_id=unit_id,
        unit_name=f"单位{unit_id[-4:]}" if unit_id else "",
        region_code=region_code,
        scope=(realm,),
        roles=tuple(HeldRole(role, realm, on_behalf_of) for role in roles),
        origin="10.0.0.7",
    )
