"""The identity of development: everybody is who they say they are.

Metadata `guanjia-user` names the caller, who may then do everything; metadata
`guanjia-rights` narrows that, so that tests and the demonstration can be a clerk of
one unit. Both are percent-encoded. Rights are JSON; each key may be missing:

    permissions   patterns such as housing.disposals.*; missing for all
    region        code of the region they hold for, and of the caller
    units         ids of the units they hold for; missing for every one
    roles         [{"role", "region", "units", "on_behalf_of"}]
    name, unit_id, unit_name
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from chassis import logs
from chassis.errors import InvalidInput
from chassis.principal import ANY_ROLE, MAX_SUBJECT, HeldRole, Realm
from chassis.regions import region_prefix
from chassis.tls import is_loopback
from gateway.identity import RIGHTS, USER, Call
from gateway.rights import EVERYTHING, Grant, Rights
from gateway.settings import AccessRefused, GatewaySettings

log = logs.get("access")

PREFIX = "dev:"


class Development:
    """The caller's word; raises AccessRefused in production and off loopback."""

    def __init__(self, settings: GatewaySettings) -> None:
        if settings.is_production:
            raise AccessRefused(
                "生产环境未配置身份认证，网关拒绝启动 | "
                "no identity provider is configured; set GUANJIA_ENVIRONMENT=development to try it"
            )
        if not is_loopback(settings.grpc_host):
            raise AccessRefused(
                "开发身份只允许监听本机地址 | the development identity serves loopback only"
            )

    async def start(self) -> None:
        log.warning("开发身份：不验证任何人，勿用于生产 | development identity, nobody is checked")

    async def subject(self, call: Call) -> str | None:
        return _subject(call.metadata.get(USER, "anonymous"))

    async def of(self, subject: str, call: Call) -> Rights:
        """The rights the caller claims; raises InvalidInput."""
        return _rights(subject, call.metadata.get(RIGHTS, ""))


@lru_cache(maxsize=10_000)
def _subject(encoded: str) -> str:
    # Metadata is ASCII, so names come percent-encoded.
    return PREFIX + (unquote(encoded)[:MAX_SUBJECT] or "anonymous")


@lru_cache(maxsize=10_000)
def _rights(subject: str, encoded: str) -> Rights:
    try:
        said = json.loads(unquote(encoded)) if encoded else {}
        realm = _realm(said)
        permissions = tuple(map(str, said.get("permissions", EVERYTHING)))
        anybody = [] if "permissions" in said else [{**said, "role": ANY_ROLE}]
        return Rights(
            subject,
            name=str(said.get("name", "")),
            unit_id=str(said.get("unit_id", "")),
            unit_name=str(said.get("unit_name", "")),
            region_code=str(said.get("region", "")),
            roles=tuple(_role(each) for each in said.get("roles", anybody)),
            grants=(Grant(permissions, realm),),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise InvalidInput.field(
            RIGHTS, "MALFORMED", "开发身份的权限无法解析", "the rights are not as described"
        ) from None


def _role(said: dict[str, Any]) -> HeldRole:
    return HeldRole(str(said["role"]), _realm(said), str(said.get("on_behalf_of", "")))


def _realm(said: dict[str, Any]) -> Realm:
    region = region_prefix(str(said.get("region", "")))
    return Realm(region, tuple(map(str, said.get("units", ()))))
