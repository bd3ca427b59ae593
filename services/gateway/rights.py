"""What somebody may do, and where."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import HeldRole, Principal, Realm, Scope
from chassis.regions import region_prefix
from guanjia.directory.v1 import directory_pb2 as pb

EVERYTHING = ("*",)


@dataclass(frozen=True, slots=True)
class Grant:
    """Permissions over a realm: `a.b.c`, `a.b.*`, `a.*` or `*`."""

    permissions: tuple[str, ...]
    realm: Realm

    def permits(self, permission: str) -> bool:
        return any(_covers(pattern, permission) for pattern in self.permissions)


@dataclass(frozen=True, slots=True, eq=False)
class Rights:
    """Somebody and their rights, as they were at one time. Equal to nothing but itself."""

    subject: str
    name: str = ""
    unit_id: str = ""
    unit_name: str = ""
    region_code: str = ""
    roles: tuple[HeldRole, ...] = ()
    grants: tuple[Grant, ...] = ()

    def scope(self, permission: str) -> Scope:
        """Where they have this permission; empty if nowhere."""
        return tuple(dict.fromkeys(each.realm for each in self.grants if each.permits(permission)))

    def principal(self, permission: str, origin: str) -> Principal:
        """The caller of a method with this permission."""
        return Principal(
            self.subject,
            name=self.name,
            unit_id=self.unit_id,
            unit_name=self.unit_name,
            region_code=self.region_code,
            scope=self.scope(permission),
            roles=self.roles,
            origin=origin,
            permission=permission,
        )


def rights_of(subject: str, access: pb.Access, *more: tuple[HeldRole, Grant]) -> Rights:
    """The rights the directory tells, and `more`. A role that is for no region is for none."""
    held = [_held(role) for role in access.roles if role.region_code] + list(more)
    return Rights(
        subject,
        name=access.name,
        unit_id=access.unit_id,
        unit_name=access.unit_name,
        region_code=access.region_code,
        roles=tuple(role for role, _ in held),
        grants=tuple(grant for _, grant in held),
    )


def _held(role: pb.HeldRole) -> tuple[HeldRole, Grant]:
    realm = Realm(region_prefix(role.region_code), tuple(role.unit_ids))
    return HeldRole(role.role, realm, role.on_behalf_of), Grant(tuple(role.permissions), realm)


def _covers(pattern: str, permission: str) -> bool:
    if pattern in ("*", permission):
        return True
    return pattern.endswith(".*") and permission.startswith(pattern[:-1])
