"""Who calls: one module for each way to know."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import unquote

from chassis.principal import MAX_SUBJECT

AUTHORIZATION = "authorization"
USER = "guanjia-user"
RIGHTS = "guanjia-rights"
_ONCE = frozenset((AUTHORIZATION, USER, RIGHTS))


@dataclass(frozen=True, slots=True)
class Call:
    """What a call brings.

    `metadata` is text by lower-case name; `peer` the address without the port;
    `names` are those in the client's verified certificate (SAN), URIs before DNS
    names: empty if it has none, None if there is no certificate. `repeated` is a name
    of metadata that says more than once who calls.
    """

    metadata: Mapping[str, str]
    peer: str = ""
    names: tuple[str, ...] | None = None
    repeated: str = ""

    @property
    def origin(self) -> str:
        """Where it comes from, for the audit trail."""
        if self.names and self.names[0].isprintable():
            return self.names[0][:MAX_SUBJECT]
        return self.peer


class Identity(Protocol):
    """One way to know who calls."""

    async def start(self) -> None:
        """Before the first call."""

    async def subject(self, call: Call) -> str | None:
        """Who calls; None if the call brings no such proof.

        Raises Unauthenticated for a bad one, Unavailable where it cannot be told now.
        """


def call_of(context: Any, metadata: Iterable[tuple[str, str | bytes]]) -> Call:
    """What a call of gRPC brings; of metadata given twice, the first."""
    found: dict[str, str] = {}
    repeated = ""
    for name, value in metadata:
        if name in found:
            repeated = name if name in _ONCE else repeated
        elif isinstance(value, str):
            found[name] = value
    proof = context.auth_context()
    names = None
    if "x509_pem_cert" in proof:
        names = _texts(proof, "peer_uri") + tuple(
            each.lower() for each in _texts(proof, "peer_dns")
        )
    return Call(found, _host_of(context.peer()), names, repeated)


def _texts(proof: Mapping[str, Iterable[bytes]], name: str) -> tuple[str, ...]:
    return tuple(each.decode("ascii", "replace") for each in proof.get(name, ()))


@lru_cache(maxsize=4_096)
def _host_of(peer: str) -> str:
    """ipv4:127.0.0.1:4711 and ipv6:%5B::1%5D:4711 → 127.0.0.1 and ::1."""
    _, _, address = unquote(peer).partition(":")
    host = address.rpartition(":")[0].strip("[]")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return peer[:100]
