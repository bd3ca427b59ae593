"""Who asks, and what they may touch.

The gateway finds it out and hands it on as a ticket: JSON with an Ed25519
signature, good for a minute. A service checks the signature with the gateway's
public key, so nobody else who can publish can say who they are. A ticket is the
same for many calls of one caller; both sides make and check it once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MAX_SUBJECT = 150
GOOD_FOR_S = 60
DEVELOPMENT_KEY = hashlib.sha256(b"guanjia, not a secret").digest()
"""Signs tickets where nothing else is set. Production refuses it."""
_KEPT = 10_000


class TicketRefused(ValueError):
    """No ticket, or not one of the gateway's, or too old."""


@dataclass(frozen=True, slots=True)
class Realm:
    """A part of the world: a region with all below it, and of that some units or every one.

    `region` is a prefix of GB/T 2260 codes; an empty one is everywhere.
    """

    region: str = ""
    units: tuple[str, ...] = ()

    def covers(self, region_code: str, unit_id: str) -> bool:
        return region_code.startswith(self.region) and (not self.units or unit_id in self.units)


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role somebody has over a realm, perhaps in another's place."""

    role: str
    realm: Realm = Realm()
    on_behalf_of: str = ""


Scope = tuple[Realm, ...]
"""What may be touched: any of these realms; nothing if there is none."""

EVERYWHERE: Scope = (Realm(),)

ANY_ROLE = "*"
"""The role of development, which stands for every other."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or system that calls; `subject` is unique within the deployment.

    `permission` is that of the method the ticket was made for, `scope` what that call may
    touch; `origin` is where it came from.
    """

    subject: str
    name: str = ""
    unit_id: str = ""
    unit_name: str = ""
    region_code: str = ""
    scope: Scope = ()
    roles: tuple[HeldRole, ...] = ()
    origin: str = ""
    permission: str = ""

    def stands_for(self, subject: str) -> bool:
        """Whether this is the subject, or uses a right of theirs."""
        return subject == self.subject or any(each.on_behalf_of == subject for each in self.roles)

    def holding(self, role: str, region_code: str, unit_id: str) -> list[HeldRole]:
        """The roles by which this principal is `role` for a unit; their own come first."""
        found = [
            each
            for each in self.roles
            if each.role in (role, ANY_ROLE) and each.realm.covers(region_code, unit_id)
        ]
        return sorted(found, key=lambda each: each.on_behalf_of)


_OWN = ("subject", "name", "unit_id", "unit_name", "region_code", "origin", "permission")

ANONYMOUS = Principal("anonymous")


def itself(subject: str, permission: str = "") -> Principal:
    """A service, or the gateway, acting in its own name: nothing is hidden from it."""
    return Principal(subject, scope=EVERYWHERE, permission=permission)


def developer(subject: str) -> Principal:
    """Somebody who may do everything: the identity of development."""
    return Principal(subject, scope=EVERYWHERE, roles=(HeldRole(ANY_ROLE),))


class Issuer:
    """The gateway's side: makes tickets. `key` is 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(key)
        self._recent: dict[Principal, tuple[float, str]] = {}

    def ticket(self, principal: Principal) -> str:
        """A ticket good for at least half its time."""
        now = time.time()
        made_at, ticket = self._recent.get(principal, (0.0, ""))
        if now - made_at < GOOD_FOR_S / 2:
            return ticket
        if len(self._recent) >= _KEPT:
            self._recent.clear()
        said = {**_told(principal), "expires": int(now) + GOOD_FOR_S}
        body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        ticket = f"{_text(body)}.{_text(self._key.sign(body))}"
        self._recent[principal] = (now, ticket)
        return ticket


class Reader:
    """A service's side: reads tickets that one of `public_keys` signed."""

    def __init__(self, public_keys: Sequence[bytes]) -> None:
        self._keys = [Ed25519PublicKey.from_public_bytes(each) for each in public_keys]
        self._read = lru_cache(maxsize=_KEPT)(self._verified)

    def principal(self, ticket: object) -> Principal:
        """Who the ticket names; raises TicketRefused."""
        principal, expires = self._read(str(ticket or ""))
        if time.time() >= expires:
            raise TicketRefused("the ticket has expired")
        return principal

    def _verified(self, ticket: str) -> tuple[Principal, float]:
        try:
            body, signature = (_bytes(part) for part in ticket.split("."))
        except ValueError:
            raise TicketRefused("not a ticket") from None
        if not any(_signed(key, signature, body) for key in self._keys):
            raise TicketRefused("not signed by the gateway")
        said = json.loads(body)
        return _heard(said), said["expires"]


def _signed(key: Ed25519PublicKey, signature: bytes, body: bytes) -> bool:
    try:
        key.verify(signature, body)
    except InvalidSignature:
        return False
    return True


def public_key_of(key: bytes) -> bytes:
    """The public side of a ticket key, 32 bytes each."""
    return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()


def _told(principal: Principal) -> dict[str, Any]:
    """What a ticket says: each realm once, however many roles are held over it."""
    realms = list(dict.fromkeys([*principal.scope, *(each.realm for each in principal.roles)]))
    own = {name: getattr(principal, name) for name in _OWN}
    return {
        **own,
        "realms": [[each.region, *each.units] for each in realms],
        "scope": [realms.index(each) for each in principal.scope],
        "roles": [
            [each.role, realms.index(each.realm), each.on_behalf_of] for each in principal.roles
        ],
    }


def _heard(said: dict[str, Any]) -> Principal:
    realms = [Realm(region, tuple(units)) for region, *units in said["realms"]]
    return Principal(
        **{name: said[name] for name in _OWN},
        scope=tuple(realms[number] for number in said["scope"]),
        roles=tuple(HeldRole(role, realms[number], by) for role, number, by in said["roles"]),
    )


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
