"""Clients known by their certificate (mTLS): gRPC has verified it when we see it.

The name is the first URI of its subject alternative names, else the first DNS
name; never the common name, which says what its holder likes.
"""

from __future__ import annotations

import re

from chassis import logs
from chassis.errors import Unauthenticated
from chassis.principal import MAX_SUBJECT
from gateway.identity import Call

log = logs.get("certificates")

PREFIX = "cert:"
_NAME = re.compile(r"[A-Za-z0-9._~:/@%+-]+")


class Certificates:
    """The identity in a client's certificate: `cert:<name>`."""

    async def start(self) -> None:
        log.info("clients are known by certificates")

    async def subject(self, call: Call) -> str | None:
        if call.names is None:
            return None
        subject = PREFIX + (call.names[0] if call.names else "")
        if len(subject) > MAX_SUBJECT or not _NAME.fullmatch(subject.removeprefix(PREFIX)):
            log.warning("certificate refused", peer=call.peer, names=call.names[:3])
            raise Unauthenticated(
                "CERTIFICATE_REFUSED",
                "证书缺少可用的主体备用名称（URI 或 DNS）",
                "the certificate has no usable subject alternative name (URI or DNS)",
            )
        return subject
