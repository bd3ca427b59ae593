"""People and systems known by a token of the identity provider (OIDC, JWT).

`authorization: Bearer <JWT>`. The algorithm must be one that fits the key, and the
key is found by its id among those of the provider; a token that brings its own is
refused. What is wrong with a token stands in the log, not in the answer.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import jwt

from chassis import logs
from chassis.errors import Unauthenticated
from gateway.identity import AUTHORIZATION, Call
from gateway.identity.keys import Keys
from gateway.limits import Limit

log = logs.get("tokens")

MAX_BYTES = 8 * 1024
LEEWAY_S = 30
_KEPT = 10_000
_SUBJECT = re.compile(r"[A-Za-z0-9._@:-]{1,150}")
_RESERVED = re.compile(r"(cert|service|dev):|anonymous$", re.IGNORECASE)
_TYPES = (None, "jwt", "at+jwt", "application/at+jwt")
_FOREIGN = frozenset(("jwk", "jku", "x5u", "x5c", "crit", "b64"))
_BROKEN = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)


class Tokens:
    """The subject of a token; the same token is verified once.

    From an address with too many `failures` none is verified any more.
    """

    def __init__(
        self,
        keys: Keys,
        issuer: str,
        audience: str,
        *,
        needs_nbf: bool = True,
        failures: Limit | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._required = ["iss", "aud", "exp", "sub", "nbf" if needs_nbf else "iat"]
        self._failures = failures or Limit("")
        self._clock = clock
        self._known: OrderedDict[bytes, tuple[str, float]] = OrderedDict()
        self._version = keys.version

    async def start(self) -> None:
        log.info("clients are known by tokens", issuer=self._issuer, audience=self._audience)
        await self._keys.refresh()

    async def subject(self, call: Call) -> str | None:
        header = call.metadata.get(AUTHORIZATION)
        if header is None:
            return None
        scheme, _, token = header.partition(" ")
        digest = hashlib.sha256(token.encode()).digest()
        version = await self._keys.current()
        if self._version != version:
            self._known.clear()  # a key may have been withdrawn
            self._version = version
        subject, until = self._known.get(digest, ("", 0.0))
        if self._clock() < until and scheme.lower() == "bearer":
            return subject
        self._failures.check(call.peer)  # raises RateLimited
        try:
            if scheme.lower() != "bearer" or len(token) > MAX_BYTES:
                raise jwt.InvalidTokenError("no bearer token of at most 8 KiB")
            subject, until = await self._verified(token)
        except _BROKEN as error:
            log.warning("token refused", peer=call.peer, why=_told(error), **_claimed(token))
            raise _refusal(error) from None
        if len(self._known) >= _KEPT:
            self._known.popitem(last=False)
        self._known[digest] = subject, until
        return subject

    async def _verified(self, token: str) -> tuple[str, float]:
        """Its subject, and until when it is good."""
        header = jwt.get_unverified_header(token)
        type = header.get("typ")
        if (type and str(type).lower()) not in _TYPES or _FOREIGN & header.keys():
            raise jwt.InvalidTokenError("a header that is not taken")
        key = await self._keys.key(str(header.get("kid", "")))
        if key is None:
            raise jwt.InvalidKeyError("no key of that id")
        claims = jwt.decode(
            token,
            key.public,
            algorithms=sorted(key.algorithms),
            issuer=self._issuer,
            audience=self._audience,
            leeway=LEEWAY_S,
            options={"require": self._required},
        )
        subject = claims["sub"]
        if not _SUBJECT.fullmatch(subject) or _RESERVED.match(subject):
            raise jwt.InvalidTokenError("a subject that is not taken")
        return subject, claims["exp"] + LEEWAY_S


def _refusal(error: Exception) -> Unauthenticated:
    if isinstance(error, jwt.ExpiredSignatureError):
        return Unauthenticated("TOKEN_EXPIRED", "登录已过期，请重新登录", "the token has expired")
    return Unauthenticated("TOKEN_REFUSED", "身份凭证无效", "the token is not accepted here")


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _claimed(token: str) -> dict[str, Any]:
    """Whom a refused token names, for whoever looks into it. Not to be believed."""
    try:
        claims = jwt.decode(token[:MAX_BYTES], options={"verify_signature": False})
    except _BROKEN:
        return {}
    return {f"claimed_{name}": str(claims.get(name))[:150] for name in ("sub", "iss", "aud")}
