"""Who calls, and whether they may.

So far there is the identity of development only: the caller's word, taken on
loopback and never in production. Certificates, tokens, roles and scopes take the
place of `DevelopmentAccess` behind the same method.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Protocol
from urllib.parse import unquote

from chassis import logs
from chassis.contract import Method
from chassis.principal import MAX_SUBJECT, Principal
from chassis.settings import Environment
from gateway.settings import GatewaySettings

log = logs.get("access")

USER_METADATA = "guanjia-user"


class AccessRefused(RuntimeError):
    """The settings would let strangers in."""


class Access(Protocol):
    """Turns what a call brings into a principal, or raises Unauthenticated or
    PermissionDenied."""

    def admit(self, method: Method, metadata: Iterable[tuple[str, str | bytes]]) -> Principal: ...


class DevelopmentAccess:
    """Everyone is who they say they are, and may do everything."""

    def __init__(self, settings: GatewaySettings) -> None:
        if settings.environment is Environment.PRODUCTION:
            raise AccessRefused(
                "生产环境未配置身份认证，网关拒绝启动 | "
                "no identity provider is configured; set GUANJIA_ENVIRONMENT=development to try it"
            )
        if not _is_loopback(settings.grpc_host):
            raise AccessRefused(
                "开发身份只允许监听本机地址 | the development identity serves loopback only"
            )
        log.warning("开发身份：不验证任何人，勿用于生产 | development identity, nobody is checked")

    def admit(self, method: Method, metadata: Iterable[tuple[str, str | bytes]]) -> Principal:
        for name, value in metadata:
            if name == USER_METADATA and isinstance(value, str) and value:
                # Metadata is ASCII, so names come percent-encoded.
                return Principal(f"dev:{unquote(value)[:MAX_SUBJECT]}")
        return Principal("dev:anonymous")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
