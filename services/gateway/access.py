"""Who calls, how often, and whether they may: from what a call brings to a ticket.

    identity/      who is it
    limits         how often
    directory      what may they do, by the roles granted to them
    rights         does that permit this method, and where

The ticket tells the service who asks and what they may touch (chassis.principal).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from prometheus_client import Counter

from chassis import logs
from chassis.contract import Method
from chassis.errors import DomainError, Exhausted, PermissionDenied, Unauthenticated
from chassis.principal import Issuer, Principal
from gateway.identity import Call, Identity
from gateway.limits import Limit
from gateway.rights import Rights

log = logs.get("access")

refused = Counter("guanjia_refused_admissions_total", "Calls that were not admitted", ["reason"])

_KEPT = 20_000
_MAX_TICKET = 100 * 1024
"""More than 128 KiB of headers would end the connection to the broker."""


class RightsSource(Protocol):
    async def of(self, subject: str, call: Call) -> Rights: ...


class Access:
    """Admits calls. The first identity that a call proves is its caller's."""

    def __init__(
        self,
        identities: Sequence[Identity],
        rights: RightsSource,
        issuer: Issuer,
        per_client: str = "",
        per_method: str = "",
        failures: Limit | None = None,
    ) -> None:
        self._identities = identities
        self._rights = rights
        self._issuer = issuer
        self._per_client = Limit(per_client)
        self._per_method = Limit(per_method)
        self._failures = failures or Limit("")
        self._principals: dict[tuple[Rights, str, str], Principal] = {}

    async def start(self) -> None:
        for identity in self._identities:
            await identity.start()

    async def admit(self, method: Method, call: Call) -> str:
        """The ticket to pass on with the call.

        Raises Unauthenticated, PermissionDenied, RateLimited, or Unavailable where
        the identity or the rights cannot be checked now.
        """
        subject = ""
        try:
            subject = await self._who(call)
            self._per_client.take(subject)
            self._per_method.take(subject, method.path)
            rights = await self._rights.of(subject, call)
            return self._ticket(rights, method.permission, call.origin)
        except DomainError as error:
            refused.labels(error.reason).inc()
            if isinstance(error, PermissionDenied | Unauthenticated):
                log.warning(
                    "not admitted",
                    subject=subject,
                    origin=call.origin,
                    method=method.path,
                    reason=error.reason,
                )
            raise

    async def _who(self, call: Call) -> str:
        try:
            return await self._proven(call)
        except Unauthenticated:
            self._failures.take(call.peer)
            raise

    async def _proven(self, call: Call) -> str:
        if call.repeated:
            raise Unauthenticated(
                "AMBIGUOUS_IDENTITY", "身份信息重复", f"more than one {call.repeated}"
            )
        for identity in self._identities:
            subject = await identity.subject(call)
            if subject is not None:
                return subject
        raise Unauthenticated("NO_IDENTITY", "请先登录", "the call does not say who makes it")

    def _ticket(self, rights: Rights, permission: str, origin: str) -> str:
        key = (rights, permission, origin)
        principal = self._principals.get(key)
        if principal is None:
            principal = rights.principal(permission, origin)
            if not principal.scope:
                raise PermissionDenied(
                    "NOT_PERMITTED",
                    f"没有权限：{permission}",
                    f"no role permits {permission}",
                    metadata={"permission": permission},
                )
            if len(self._principals) >= _KEPT:
                self._principals.clear()
            self._principals[key] = principal
        ticket = self._issuer.ticket(principal)
        if len(ticket) > _MAX_TICKET:
            raise Exhausted("TOO_MANY_RIGHTS", "授权条目过多", "too many roles and units")
        return ticket
