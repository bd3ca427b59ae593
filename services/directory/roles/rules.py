"""Permissions that no other role may have."""

from __future__ import annotations

from collections.abc import Iterable

RESERVED = {
    "directory.roles.define": "security_administrator",
    "directory.grants.grant": "security_administrator",
    "directory.grants.end": "security_administrator",
    "directory.delegations.assign": "security_administrator",
    "directory.access.resolve": "security_administrator",
    "audit.entries.list": "auditor",
    "audit.entries.verify": "auditor",
}
"""Who may say what others may do, and who watches: each is one administrator's alone, so
that the three exclude one another by what they may do, and not by name only."""


def reserved_for(patterns: Iterable[str]) -> set[str]:
    """The roles to which some permission that `patterns` cover is reserved."""
    return {
        owner
        for permission, owner in RESERVED.items()
        if any(_covers(pattern, permission) for pattern in patterns)
    }


def _covers(pattern: str, permission: str) -> bool:
    if pattern in ("*", permission):
        return True
    return pattern.endswith(".*") and permission.startswith(pattern[:-1])
