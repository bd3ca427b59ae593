"""Access as the settings want it. Raises AccessRefused where they would let strangers in."""

from __future__ import annotations

from chassis import logs
from chassis.principal import HeldRole, Issuer, Realm
from gateway.access import Access
from gateway.bus import BusClient
from gateway.directory import Directory
from gateway.identity import Identity
from gateway.identity.certificates import Certificates
from gateway.identity.development import Development
from gateway.identity.keys import Keys
from gateway.identity.tokens import Tokens
from gateway.limits import Limit
from gateway.rights import Grant
from gateway.settings import AccessRefused, GatewaySettings

log = logs.get("access")


def access_of(settings: GatewaySettings, bus: BusClient) -> tuple[Access, Directory | None]:
    """Access and the directory it asks; none where callers are taken at their word."""
    issuer = Issuer(settings.signing_key())
    per_client, per_method = settings.limit("rate_per_client"), settings.limit("rate_per_method")
    if not settings.knows_callers:
        word = Development(settings)
        return Access([word], word, issuer, per_client, per_method), None
    failures = Limit(settings.rate_of_failures)
    identities: list[Identity] = []
    if settings.oidc_issuer or settings.oidc_audience or settings.oidc_jwks:
        identities.append(_tokens(settings, failures))
    if settings.tls_client_ca:
        identities.append(Certificates())
    directory = Directory(
        bus,
        issuer,
        settings.rights_kept_s,
        settings.rights_kept_when_away_s,
        _first_administrator(settings.first_administrator),
    )
    return Access(identities, directory, issuer, per_client, per_method, failures), directory


def _first_administrator(subject: str) -> dict[str, tuple[HeldRole, Grant]]:
    """Who may fill an empty directory, in which nobody has a right to."""
    if not subject:
        return {}
    log.warning(
        "首任管理员已启用，授权完成后请取消 | "
        "a first administrator is set; clear it once roles are granted",
        subject=subject,
    )
    permissions = ("directory.*", "approvals.rules.*")
    return {subject: (HeldRole("first_administrator"), Grant(permissions, Realm()))}


def _tokens(settings: GatewaySettings, failures: Limit) -> Tokens:
    if not (settings.oidc_issuer and settings.oidc_audience and settings.oidc_jwks):
        raise AccessRefused(
            "GUANJIA_OIDC_ISSUER、_AUDIENCE、_JWKS 须同时设置 | "
            "GUANJIA_OIDC_ISSUER, _AUDIENCE and _JWKS go together"
        )
    if settings.is_production and settings.oidc_jwks.startswith("http://"):
        raise AccessRefused("GUANJIA_OIDC_JWKS 须为 https | GUANJIA_OIDC_JWKS must be https")
    return Tokens(
        Keys(settings.oidc_jwks, settings.oidc_keys_kept_s),
        settings.oidc_issuer,
        settings.oidc_audience,
        needs_nbf=settings.oidc_needs_nbf,
        failures=failures,
    )
